"""邀请链接: a member's links into their groups, to send, to print and to retire; and what all of them brought."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.models import Group, Member
from core import qr
from core.access import SignedInRequest, leader_only, leader_or_operator, roles, signed_in
from core.enums import Role
from core.errors import DomainError
from core.http import render_page, say
from core.paging import page_by_key
from referrals import services
from referrals.forms import LinkFilter
from referrals.models import Joining, ReferralLink
from referrals.queries import outcomes_of, terms_in_force, times_opened, with_touches
from referrals.texts import invitation, join_url

MAY_INVITE = {Role.LEADER, Role.OPERATOR}
desk_reader = roles(Role.OPERATOR, Role.ADMIN, Role.AUDITOR)


def _member(request: SignedInRequest, pk: int) -> Member:
    """Somebody they may see, or they themselves: a leader is not always a member of the group they lead."""
    own = Member.objects.filter(user=request.user)
    return get_object_or_404(Member.objects.visible_to(request.user) | own, pk=pk)


@require_safe
@signed_in
def member_links(request: SignedInRequest, pk: int) -> HttpResponse:
    """A fragment of the member's page, and a page of its own."""
    return _member_links(request, _member(request, pk))


@require_safe
@leader_only
def own_links(request: SignedInRequest) -> HttpResponse:
    """A leader's own: also into a group they lead without being in it."""
    return _member_links(request, get_object_or_404(Member, user=request.user))


def _member_links(request: SignedInRequest, member: Member, refusal: str = "") -> HttpResponse:
    """Each group with its living link, or with the way to one where they may be made. Three queries."""
    visible = Group.objects.visible_to(request.user)
    groups = services.groups_to_invite_into(member, now=now()).filter(pk__in=visible).order_by("pinyin", "pk")
    links = with_touches(ReferralLink.objects.visible_to(request.user).living().filter(member=member))
    living = {link.group_id: link for link in links.select_related("group")}
    outcomes = outcomes_of(living.values(), user=request.user)
    rows = [(group, living.pop(group.pk, None)) for group in groups]
    rows += [(link.group, link) for link in living.values()]  # they have left the group since
    context = {
        "member": member,
        "rows": [(group, link, link and join_url(link), link and outcomes.get(link.pk)) for group, link in rows],
        "may_invite": request.user.role in MAY_INVITE,
        "refusal": refusal,
    }
    status = 422 if refusal else 200
    return render_page(request, "referrals/member_links.html", context, fragment="links", status=status)


@require_POST
@leader_or_operator
def link_make(request: SignedInRequest, pk: int, group: int) -> HttpResponse:
    member = _member(request, pk)
    into = get_object_or_404(Group.objects.visible_to(request.user), pk=group)
    try:
        services.make_link(member=member, group=into, by=request.user, now=now())
    except DomainError as error:
        return _member_links(request, member, str(error))
    say(request, _("Invitation link into %(group)s made.") % {"group": into.name})
    return redirect("referrals:member_links", member.pk)


@require_POST
@leader_or_operator
def link_retire(request: SignedInRequest, pk: int) -> HttpResponse:
    link = get_object_or_404(ReferralLink.objects.visible_to(request.user).select_related("member"), pk=pk)
    try:
        services.retire_link(link=link, by=request.user, now=now())
    except DomainError as error:
        return _member_links(request, link.member, str(error))
    say(request, _("The link is retired. Who came through it stays."))
    return redirect("referrals:member_links", link.member_id)


def _link(request: SignedInRequest, pk: int) -> ReferralLink:
    links = ReferralLink.objects.visible_to(request.user).select_related("member", "group__neighbourhood")
    return get_object_or_404(links, pk=pk)


@require_safe
@signed_in
def link_poster(request: SignedInRequest, pk: int) -> HttpResponse:
    """The group in its own words, who invites and the QR code: one picture to send, one sheet to print."""
    link = _link(request, pk)
    context = {"link": link, "poster": invitation(link), "url": join_url(link)}
    return render_page(request, "referrals/link_poster.html", context)


@require_safe
@signed_in
def link_qr(request: SignedInRequest, pk: int) -> HttpResponse:
    """The QR code of the join page."""
    return HttpResponse(qr.png(join_url(_link(request, pk))), content_type="image/png")


@require_safe
@desk_reader
def link_list(request: SignedInRequest) -> HttpResponse:
    """Every link, the newest first: how often it was opened, who joined, who was bound and why others were not."""
    form = LinkFilter(request.GET, user=request.user)
    links = with_touches(form.narrowed()).select_related("member", "group")
    page = page_by_key(links, by="-id", after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    outcomes = outcomes_of(page.rows, user=request.user)
    context = {
        "form": form,
        "page": page,
        "rows": [(link, outcomes.get(link.pk)) for link in page.rows],
        "terms": terms_in_force(),
    }
    return render_page(request, "referrals/link_list.html", context, fragment="list")


@require_safe
@desk_reader
def link_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everybody for whom this link decided, the latest first, with the reason of each binding or refusal."""
    link = _link(request, pk)
    joinings = Joining.objects.visible_to(request.user).filter(credited=link)
    page = page_by_key(
        joinings.select_related("member", "link__member", "consent__text"),
        by="-at",
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "link": link,
        "url": join_url(link),
        "touches": times_opened(link),
        "outcome": outcomes_of([link], user=request.user).get(pk),
        "page": page,
    }
    return render_page(request, "referrals/link_detail.html", context, fragment="joinings")
