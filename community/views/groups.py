from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from community import services
from community.forms import AssignmentForm, GroupForm, NewGroupForm, ShareForm
from community.models import Group, Membership, Neighbourhood
from community.queries import GroupView, groups_by_view, groups_matching, in_order, shown_in, with_figures
from core.access import SignedInRequest, operator_or_admin
from core.http import render_page, say
from core.models import User
from core.paging import ROWS, page_by_key

LAST_PAGE = 1_000
MEMBERS_SHOWN = 20


@require_safe
@operator_or_admin
def group_list(request: SignedInRequest) -> HttpResponse:
    """Which groups need attention: searched, in one of three views, sorted, fifty at a time."""
    text, view, sort = (request.GET.get(name, "") for name in ("q", "view", "sort"))
    found = groups_matching(with_figures(Group.objects.visible_to(request.user), now=now()), text)
    counts = groups_by_view(found)
    page = _page_number(request.GET.get("page", ""))
    start = (page - 1) * ROWS
    rows = list(in_order(shown_in(found, view), sort).select_related("neighbourhood")[start : start + ROWS + 1])
    context = {
        "groups": rows[:ROWS],
        "total": counts[view if view in counts else GroupView.ALL],
        "text": text,
        "view": view,
        "sort": sort,
        "views": [(one.value, one.label, counts[one]) for one in GroupView],
        "previous_page": page - 1,
        "next_page": page + 1 if len(rows) > ROWS else 0,
    }
    return render_page(request, "community/group_list.html", context, fragment="list")


def _page_number(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdecimal() else 1


@require_safe
@operator_or_admin
def group_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return group_page(request, pk)


def group_page(
    request: SignedInRequest, pk: int, *, form: AssignmentForm | None = None, shares: ShareForm | None = None
) -> HttpResponse:
    """One group: who leads it, who is in it. `form` assigns a leader, `shares` gives a share: what was refused."""
    today = {"first_day": localdate()}
    groups = with_figures(Group.objects.visible_to(request.user), now=now())
    group = get_object_or_404(groups.select_related("neighbourhood", "opened_by"), pk=pk)
    members = Membership.objects.current().filter(group=group).select_related("member")
    context = {
        "group": group,
        "today": localdate(),
        "assignments": group.assignments.select_related("leader").order_by("-span"),
        "page": page_by_key(
            members,
            by="member__pinyin",
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
            size=MEMBERS_SHOWN,
        ),
        "co_leaders": group.co_leaders.select_related("member").order_by("-span"),
        "form": form or AssignmentForm(user=request.user, initial=today),
        "shares": shares or ShareForm(user=request.user, initial=today),
    }
    status = 422 if form or shares else 200
    return render_page(request, "community/group_detail.html", context, fragment="members", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def group_create(request: SignedInRequest) -> HttpResponse:
    form = NewGroupForm(request.POST or None, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        group = services.open_group(
            name=data["name"],
            neighbourhood=data["neighbourhood"] or _new_neighbourhood(data["new_neighbourhood"], request.user),
            capacity=data["capacity"],
            purpose=data["purpose"],
            opened_by=data["opened_by"],
            by=request.user,
            now=now(),
        )
        say(request, _("%(group)s is open. Give it a leader next.") % {"group": group.name})
        return redirect("community:group_detail", group.pk)
    return render(request, "community/group_create.html", {"form": form}, status=422 if form.is_bound else 200)


def _new_neighbourhood(name: str, by: User) -> Neighbourhood:
    return services.open_neighbourhood(name=name, by=by, now=now())


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def group_change(request: SignedInRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(Group.objects.visible_to(request.user), pk=pk)
    was = {name: getattr(group, name) for name in ("name", "capacity", "purpose", "opened_by")}
    form = GroupForm(request.POST or None, initial=was, user=request.user)
    if form.is_valid():
        services.change_group(group=group, **form.cleaned_data, by=request.user, now=now())
        say(request, _("Saved."))
        return redirect("community:group_detail", group.pk)
    context = {"group": group, "form": form}
    return render(request, "community/group_change.html", context, status=422 if form.is_bound else 200)
