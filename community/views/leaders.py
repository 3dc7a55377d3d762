from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community import services
from community.forms import AssignmentForm, EndAssignmentForm
from community.models import Group, LeaderAssignment, Member
from community.queries import matching
from community.views.groups import group_page
from core.access import SignedInRequest, operator_or_admin
from core.errors import DomainError
from core.http import render_page, say
from core.paging import page_by_key


@require_safe
@operator_or_admin
def leader_list(request: SignedInRequest) -> HttpResponse:
    """Who leads or led which groups, from when to when, and whether they can sign in."""
    text = request.GET.get("q", "")
    leaders = Member.objects.visible_to(request.user).filter(pk__in=LeaderAssignment.objects.values("leader"))
    spans = LeaderAssignment.objects.select_related("group").order_by("-span")
    page = page_by_key(
        matching(leaders, text)
        .select_related("user")
        .prefetch_related(Prefetch("assignments", queryset=spans, to_attr="spans")),
        by="pinyin",
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {"page": page, "text": text, "today": localdate()}
    return render_page(request, "community/leader_list.html", context, fragment="list")


@require_POST
@operator_or_admin
def leader_assign(request: SignedInRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(Group.objects.visible_to(request.user), pk=pk)
    form = AssignmentForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            services.assign_leader(group=group, **form.cleaned_data, by=request.user, now=now())
            told = {"leader": form.cleaned_data["leader"].name, "group": group.name}
            say(request, _("%(leader)s leads %(group)s.") % told)
            return redirect("community:group_detail", group.pk)
        except services.AssignmentEndsBeforeItBegins as error:
            form.add_error("last_day", str(error))
        except services.GroupAlreadyLed as error:
            form.add_error(None, str(error))
    return group_page(request, pk, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def assignment_end(request: SignedInRequest, pk: int) -> HttpResponse:
    assignments = LeaderAssignment.objects.visible_to(request.user).select_related("group", "leader")
    assignment = get_object_or_404(assignments, pk=pk)
    form = EndAssignmentForm(request.POST or None, initial={"last_day": assignment.last_day or localdate()})
    if form.is_valid():
        try:
            last_day = form.cleaned_data["last_day"]
            services.end_assignment(assignment=assignment, last_day=last_day, by=request.user, now=now())
            say(request, _("Saved."))
            return redirect("community:group_detail", assignment.group_id)
        except DomainError as error:
            form.add_error("last_day", str(error))
    context = {"assignment": assignment, "form": form}
    return render(request, "community/assignment_end.html", context, status=422 if form.is_bound else 200)
