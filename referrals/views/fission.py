"""裂变活动: planned, started, ended, and what each of them brought."""

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import SignedInRequest, operator_or_admin, roles
from core.charts import Kpi
from core.enums import Role
from core.errors import DomainError
from core.http import render_page, say
from core.money import format_yuan
from core.paging import page_by_key
from referrals import services
from referrals.enums import FissionState, Granting
from referrals.forms import FissionForm, begin_with
from referrals.models import FissionCampaign
from referrals.queries import K_DAYS, REFERRERS_SHOWN, granted_of, referrers_in, spread_of

reader = roles(Role.OPERATOR, Role.ADMIN, Role.AUDITOR)


def _campaigns(request: SignedInRequest) -> QuerySet[FissionCampaign]:
    return FissionCampaign.objects.visible_to(request.user)


@require_safe
@reader
def fission_list(request: SignedInRequest) -> HttpResponse:
    """Every campaign, the latest first, with how many first orders it rewarded and what is left of its budget."""
    rewarded = Count("qualifications", filter=Q(qualifications__outcome=Granting.GRANTED, qualifications__lost_at=None))
    campaigns = _campaigns(request).annotate(rewarded=rewarded)
    page = page_by_key(campaigns, by="-id", after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {"page": page, "may_plan": request.user.is_operator or request.user.is_admin}
    return render_page(request, "referrals/fission_list.html", context, fragment="list")


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def fission_create(request: SignedInRequest) -> HttpResponse:
    form = FissionForm(request.POST or None, user=request.user, initial={"first_day": localdate(), "hold_days": 7})
    if form.is_valid():
        try:
            campaign = services.plan_fission(terms=form.terms, by=request.user, now=now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("A draft. It rewards nobody before it is started."))
            return redirect("referrals:fission_detail", campaign.pk)
    return _form(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def fission_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """A draft is written anew; once started it is found on its own page alone."""
    campaign = get_object_or_404(_campaigns(request), pk=pk, state=FissionState.DRAFT)
    form = FissionForm(request.POST or None, user=request.user, initial=begin_with(campaign))
    if form.is_valid():
        try:
            services.change_fission(campaign=campaign, terms=form.terms)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("Saved."))
            return redirect("referrals:fission_detail", pk)
    return _form(request, form, campaign)


def _form(request: SignedInRequest, form: FissionForm, campaign: FissionCampaign | None = None) -> HttpResponse:
    context = {"form": form, "campaign": campaign}
    return render_page(request, "referrals/fission_form.html", context, status=422 if form.is_bound else 200)


@require_safe
@reader
def fission_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _detail(request, pk)


def _detail(request: SignedInRequest, pk: int, refusal: str = "") -> HttpResponse:
    """The terms and what came of them; `refusal` says why a wish was not granted."""
    campaign = get_object_or_404(_campaigns(request).select_related("made_by", "started_by", "ended_by"), pk=pk)
    started = campaign.state != FissionState.DRAFT
    context = {
        "campaign": campaign,
        "tiers": list(campaign.tiers.all()),
        "groups": list(campaign.groups.order_by("pinyin", "pk")),
        "granted": granted_of(campaign) if started else None,
        "kpis": kpis_of(campaign) if started else [],
        "referrers": referrers_in(campaign) if started else [],
        "most": REFERRERS_SHOWN,
        "k_days": K_DAYS,
        "may_plan": request.user.is_operator or request.user.is_admin,
        "refusal": refusal,
    }
    return render_page(request, "referrals/fission_detail.html", context, status=422 if refusal else 200)


def kpis_of(campaign: FissionCampaign) -> list[Kpi]:
    spread = spread_of(campaign, today=localdate())
    joined = ngettext("%(count)d joined", "%(count)d joined", spread.joined) % {"count": spread.joined}
    bought = ngettext("%(count)d of them bought", "%(count)d of them bought", spread.bought) % {"count": spread.bought}
    cohort = ngettext("by %(count)d person", "by %(count)d people", spread.cohort) % {"count": spread.cohort}
    return [
        Kpi(_("Invitations opened"), str(spread.opened), note=joined),
        Kpi(
            _("Conversion"),
            "—" if spread.conversion is None else f"{100 * spread.conversion:.1f}",
            after="" if spread.conversion is None else "%",
            note=bought,
        ),
        Kpi(_("K"), "—" if spread.k is None else f"{spread.k:.2f}", note=cohort if spread.cohort else _("too early")),
        Kpi(
            _("Cycle time"),
            "—" if spread.cycle_days is None else _("%(days)s days") % {"days": f"{spread.cycle_days:g}"},
        ),
        Kpi(
            _("Budget spent"),
            format_yuan(campaign.spent_fen),
            before="¥",
            note=_("¥%(left)s left") % {"left": format_yuan(campaign.left_fen)},
        ),
    ]


@require_POST
@operator_or_admin
def fission_start(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(_campaigns(request), pk=pk)
    try:
        services.start_fission(campaign=campaign, by=request.user, now=now())
    except DomainError as error:
        return _detail(request, pk, str(error))
    say(request, _("Started. What it gives stays as it is."))
    return redirect("referrals:fission_detail", pk)


@require_POST
@operator_or_admin
def fission_end(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(_campaigns(request), pk=pk)
    try:
        services.end_fission(campaign=campaign, by=request.user, now=now())
    except DomainError as error:
        return _detail(request, pk, str(error))
    say(request, _("Ended. What was granted stays and is made available in its time."))
    return redirect("referrals:fission_detail", pk)


@require_POST
@operator_or_admin
def fission_discard(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(_campaigns(request), pk=pk)
    try:
        services.discard_fission(campaign=campaign)
    except DomainError as error:
        return _detail(request, pk, str(error))
    say(request, _("The draft is gone."))
    return redirect("referrals:fission_list")
