from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community import services
from community.forms import MemberForm, MembershipForm, NewMemberForm
from community.models import Group, Member, Membership, SeedProfile
from community.queries import history_of, matching, with_doors
from core.access import SignedInRequest, operator_or_admin
from core.errors import DomainError
from core.http import render_page, say
from core.paging import page_by_key


@require_safe
@operator_or_admin
def member_list(request: SignedInRequest) -> HttpResponse:
    """Find somebody by name, pinyin, initials or door, in one group or in all."""
    text, group = request.GET.get("q", ""), request.GET.get("group", "")
    members = matching(Member.objects.visible_to(request.user), text)
    if group.isascii() and group.isdecimal():
        members = members.filter(pk__in=Membership.objects.current().filter(group=int(group)).values("member"))
    page = page_by_key(
        with_doors(members).select_related("seed_profile"),
        by="pinyin",
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    groups = Group.objects.visible_to(request.user)
    context = {"page": page, "text": text, "group": group, "groups": groups.values_list("pk", "name")}
    return render_page(request, "community/member_list.html", context, fragment="list")


@require_safe
@operator_or_admin
def member_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _member_page(request, pk, MembershipForm(user=request.user))


def _member_page(request: SignedInRequest, pk: int, form: MembershipForm) -> HttpResponse:
    """One person: where they are, what became of them. `form` puts them into another group."""
    members = Member.objects.visible_to(request.user).select_related("user")
    member = get_object_or_404(members, pk=pk)
    context = {
        "member": member,
        "memberships": member.memberships.select_related("group").order_by("left_on", "-joined_on", "pk"),
        "seed": SeedProfile.objects.visible_to(request.user).filter(member=member).first(),
        "history": history_of(member),
        "form": form,
    }
    return render(request, "community/member_detail.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def member_create(request: SignedInRequest) -> HttpResponse:
    form = NewMemberForm(request.POST or None, user=request.user, initial={"group": request.GET.get("group")})
    if form.is_valid():
        try:
            joined = services.add_member(**form.cleaned_data, by=request.user, now=now())
            told = {"name": joined.member.name, "group": joined.membership.group.name}
            say(request, _("%(name)s is in %(group)s.") % told)
            return redirect("community:member_detail", joined.member.pk)
        except services.PhoneTaken as error:
            form.add_error("phone", str(error))
    return render(request, "community/member_create.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def member_change(request: SignedInRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    was = {"name": member.name, "channel": member.channel, "phone": member.phone}
    form = MemberForm(request.POST or None, initial=was)
    if form.is_valid():
        try:
            services.change_member(member=member, **form.cleaned_data, by=request.user, now=now())
            say(request, _("Saved."))
            return redirect("community:member_detail", member.pk)
        except services.PhoneTaken as error:
            form.add_error("phone", str(error))
    context = {"member": member, "form": form}
    return render(request, "community/member_change.html", context, status=422 if form.is_bound else 200)


@require_POST
@operator_or_admin
def member_join(request: SignedInRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form = MembershipForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            membership = services.join_group(member=member, **form.cleaned_data, by=request.user, now=now())
            say(request, _("%(name)s is in %(group)s.") % {"name": member.name, "group": membership.group.name})
            return redirect("community:member_detail", member.pk)
        except services.AlreadyInGroup as error:
            form.add_error("group", str(error))
    return _member_page(request, pk, form)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def member_move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another door, or another group."""
    memberships = Membership.objects.visible_to(request.user).select_related("member", "group")
    membership = get_object_or_404(memberships, pk=pk)
    was = {"group": membership.group_id, "door": membership.door}
    form = MembershipForm(request.POST or None, user=request.user, initial=was)
    if form.is_valid():
        try:
            services.move_member(membership=membership, **form.cleaned_data, by=request.user, now=now())
            say(request, _("Saved."))
            return redirect("community:member_detail", membership.member_id)
        except DomainError as error:
            form.add_error("group", str(error))
    context = {"membership": membership, "form": form}
    return render(request, "community/member_move.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def member_leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asked once more before the membership ends: coming back is a new membership."""
    memberships = Membership.objects.visible_to(request.user).select_related("member", "group")
    membership = get_object_or_404(memberships, pk=pk)
    refusal = ""
    if request.method == "POST":
        try:
            services.leave_group(membership=membership, by=request.user, now=now())
            told = {"name": membership.member.name, "group": membership.group.name}
            say(request, _("%(name)s has left %(group)s.") % told)
            return redirect("community:member_detail", membership.member_id)
        except DomainError as error:
            refusal = str(error)
    context = {"membership": membership, "refusal": refusal}
    return render(request, "community/member_leave.html", context, status=422 if refusal else 200)
