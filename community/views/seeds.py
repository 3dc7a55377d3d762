from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community import services
from community.enums import SeedStatus
from community.forms import PlanForm, ScoresForm, SeedForm, SeedNotesForm
from community.models import Member, SeedProfile
from community.queries import card_of, history_of
from community.queries import seed_board as board_of
from core.access import SignedInRequest, operator_or_admin
from core.http import render_page, say, wants_fragment


@require_safe
@operator_or_admin
def seed_board(request: SignedInRequest) -> HttpResponse:
    return _board_page(request)


def _board_page(request: SignedInRequest) -> HttpResponse:
    board = board_of(SeedProfile.objects.visible_to(request.user), now=now())
    return render_page(request, "community/seed_board.html", {"board": board}, fragment="board")


@require_POST
@operator_or_admin
def seed_move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put a card into another column and say so: the new board for htmx, otherwise the page they came from."""
    profile = _profile(request, pk)
    status = request.POST.get("status", "")
    if status not in SeedStatus.values:
        return HttpResponse(_("There is no such column. Nothing was moved."), status=422)
    services.move_seed(profile=profile, status=status, by=request.user, now=now())
    told = {"name": profile.member.name, "status": SeedStatus(status).label}
    say(request, _("%(name)s: %(status)s") % told)
    if wants_fragment(request):
        return _board_page(request)
    return redirect("community:seed_detail", pk) if "stay" in request.POST else redirect("community:seed_board")


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def seed_create(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put a member on the board."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form = SeedForm(request.POST or None)
    if form.is_valid():
        try:
            profile = services.find_seed(member=member, **form.cleaned_data, by=request.user, now=now())
            say(request, _("%(name)s is on the board.") % {"name": member.name})
            return redirect("community:seed_detail", profile.pk)
        except services.AlreadySought as error:
            form.add_error(None, str(error))
    context = {"member": member, "form": form}
    return render(request, "community/seed_create.html", context, status=422 if form.is_bound else 200)


@require_safe
@operator_or_admin
def seed_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _seed_page(request, _profile(request, pk))


@require_POST
@operator_or_admin
def seed_score(request: SignedInRequest, pk: int) -> HttpResponse:
    profile = _profile(request, pk)
    form = ScoresForm(request.POST, profile=profile)
    if form.is_valid():
        try:
            services.score_seed(profile=profile, scores=form.scores, by=request.user, now=now())
            say(request, _("Scores saved."))
            return redirect("community:seed_detail", profile.pk)
        except services.ScoreRefused as error:
            for field, sentence in error.sentences.items():
                form.add_error(field, sentence)
    return _seed_page(request, profile, scores=form)


@require_POST
@operator_or_admin
def seed_plan(request: SignedInRequest, pk: int) -> HttpResponse:
    profile = _profile(request, pk)
    form = PlanForm(request.POST)
    if form.is_valid():
        services.plan_contact(profile=profile, **form.cleaned_data, by=request.user, now=now())
        say(request, _("Saved."))
        return redirect("community:seed_detail", profile.pk)
    return _seed_page(request, profile, plan=form)


@require_POST
@operator_or_admin
def seed_change(request: SignedInRequest, pk: int) -> HttpResponse:
    profile = _profile(request, pk)
    form = SeedNotesForm(request.POST)
    if form.is_valid():
        services.describe_seed(profile=profile, **form.cleaned_data, by=request.user, now=now())
        say(request, _("Saved."))
        return redirect("community:seed_detail", profile.pk)
    return _seed_page(request, profile, notes=form)


def _profile(request: SignedInRequest, pk: int) -> SeedProfile:
    profiles = SeedProfile.objects.visible_to(request.user).select_related("member")
    return get_object_or_404(profiles, pk=pk)


def _seed_page(
    request: SignedInRequest,
    profile: SeedProfile,
    *,
    scores: ScoresForm | None = None,
    plan: PlanForm | None = None,
    notes: SeedNotesForm | None = None,
) -> HttpResponse:
    """The page with the form that was refused, if one was, and the others as they are kept."""
    known = {name: getattr(profile, name) for name in ("niche", "source", "note", "next_contact_on")}
    context = {
        "card": card_of(profile, localdate()),
        "scores": scores or ScoresForm(profile=profile),
        "plan": plan or PlanForm(initial=known),
        "notes": notes or SeedNotesForm(initial=known),
        "statuses": [(status.value, status.label, status == profile.status) for status in SeedStatus],
        "history": history_of(profile.member, kinds=["seed"]),
    }
    refused = scores or plan or notes
    return render(request, "community/seed_detail.html", context, status=422 if refused else 200)
