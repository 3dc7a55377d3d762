"""Plans: their versions by days, a draft, trying it on past periods, publishing it for ever."""

from dataclasses import asdict

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import SignedInRequest, admin_only, money_reader
from core.enums import JobState
from core.errors import DomainError
from core.http import render_page, say
from core.models import Job
from referrals import services
from referrals.enums import Clock, VersionState
from referrals.forms import BindingRuleForm, ClockForm, RetireForm, TrialForm, VersionForm
from referrals.models import PlanVersion
from referrals.queries import binding_rules, terms_of, tiers_of, trial_of

RULES_SHOWN = 20


@require_safe
@money_reader
def plan_list(request: SignedInRequest) -> HttpResponse:
    return _plan_list(request)


def _plan_list(
    request: SignedInRequest, binding: BindingRuleForm | None = None, clock: ClockForm | None = None
) -> HttpResponse:
    """Every version, the latest days first, which day decides between them, and by which rule invitation links bind.

    `binding` and `clock` are what was sent of these and say why not.
    """
    plan = services.paying_plan()
    published = PlanVersion.objects.filter(state=VersionState.PUBLISHED)
    declares = not published.exists()
    rules = list(binding_rules()[:RULES_SHOWN])
    terms = terms_of(next(iter(rules), None))
    context = {
        "versions": _versions(request).order_by("plan", "-span", "-number"),
        "today": localdate(),
        "plan": plan,
        "clock": (clock or ClockForm(initial={"clock": plan.clock if plan else Clock.DELIVERED})) if declares else None,
        "rules": rules,
        "terms": terms,
        "binding": binding or BindingRuleForm(initial=asdict(terms)),
    }
    return render_page(request, "referrals/plan_list.html", context, status=422 if binding or clock else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_only
def version_create(request: SignedInRequest) -> HttpResponse:
    form = VersionForm(request.POST or None, initial={"first_day": localdate()}, user=request.user)
    if form.is_valid():
        try:
            version = services.create_version(plan=services.standard_plan(), terms=form.terms, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("%(version)s is a draft. It pays nothing before it is published.") % {"version": version})
            return redirect("referrals:version_detail", version.pk)
    return render_page(request, "referrals/version_create.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@money_reader
def version_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _version_detail(request, pk, TrialForm(user=request.user))


def _version_detail(
    request: SignedInRequest, pk: int, form: TrialForm, refusal: str = "", retiring: RetireForm | None = None
) -> HttpResponse:
    """Everything a version pays, and its latest trial; `refusal` says why a wish was not granted.

    `retiring` is what was sent of its last day and says why not.
    """
    version = get_object_or_404(_versions(request), pk=pk)
    job = Job.objects.filter(kind=services.PLAN_TRIAL, arguments__version=pk).order_by("-pk").first()
    context = {
        "version": version,
        "terms": version.rate_terms.select_related("product", "group", "person"),
        "tiers": tiers_of(version),
        "followed": services.version_followed_by(version) if version.state == VersionState.DRAFT else None,
        "today": localdate(),
        "retiring": retiring or RetireForm(initial={"last_day": localdate()}),
        "form": form,
        "job": job,
        "trial": trial_of(job) if job and job.state == JobState.DONE else None,
        "refusal": refusal,
    }
    status = 422 if refusal or form.is_bound or retiring else 200
    return render_page(request, "referrals/version_detail.html", context, fragment="trial", status=status)


@require_POST
@admin_only
def version_try(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask what the version would have paid on past periods."""
    version = get_object_or_404(_versions(request), pk=pk)
    form = TrialForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            services.try_version(
                version=version, periods=list(form.cleaned_data["periods"]), by=request.user, now=now()
            )
        except DomainError as error:
            form.add_error("periods", str(error))
        else:
            return redirect("referrals:version_detail", version.pk)
    return _version_detail(request, pk, form)


@require_POST
@admin_only
def version_publish(request: SignedInRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(_versions(request), pk=pk)
    try:
        services.publish_version(
            version=version,
            by=request.user,
            now=now(),
            acknowledged_by=request.POST.get("acknowledged_by", "")[:60],
            cliffs_acknowledged_by=request.POST.get("cliffs_acknowledged_by", "")[:60],
        )
    except DomainError as error:
        return _version_detail(request, pk, TrialForm(user=request.user), refusal=str(error))
    say(request, _("%(version)s is published and frozen.") % {"version": version})
    return redirect("referrals:version_detail", version.pk)


@require_POST
@admin_only
def version_retire(request: SignedInRequest, pk: int) -> HttpResponse:
    """Until when a version pays that has no end."""
    version, form = get_object_or_404(_versions(request), pk=pk), RetireForm(request.POST)
    if form.is_valid():
        last_day = form.cleaned_data["last_day"]
        try:
            services.retire_version(version=version, last_day=last_day, by=request.user, now=now())
        except DomainError as error:
            form.add_error("last_day", str(error))
        else:
            say(request, _("%(version)s has a last day.") % {"version": version})
            return redirect("referrals:version_detail", version.pk)
    return _version_detail(request, pk, TrialForm(user=request.user), retiring=form)


@require_POST
@admin_only
def version_discard(request: SignedInRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(_versions(request), pk=pk)
    try:
        services.discard_version(version=version)
    except DomainError as error:
        return _version_detail(request, pk, TrialForm(user=request.user), refusal=str(error))
    say(request, _("The draft is gone."))
    return redirect("referrals:plan_list")


@require_POST
@admin_only
def clock_set(request: SignedInRequest) -> HttpResponse:
    """Which day of an order decides what version pays, before the first one is published."""
    form = ClockForm(request.POST)
    if form.is_valid():
        try:
            services.declare_clock(
                plan=services.standard_plan(), clock=Clock(form.cleaned_data["clock"]), by=request.user
            )
        except DomainError as error:
            form.add_error("clock", str(error))
        else:
            say(request, _("Kept. It stays so once a version is published."))
            return redirect("referrals:plan_list")
    return _plan_list(request, clock=form)


@require_POST
@admin_only
def binding_set(request: SignedInRequest) -> HttpResponse:
    """By which rule invitation links bind from now on."""
    form = BindingRuleForm(request.POST)
    if not form.is_valid():
        return _plan_list(request, binding=form)
    services.set_binding_rule(plan=services.standard_plan(), terms=form.terms, by=request.user, now=now())
    say(request, _("Whoever joins from now on is bound by this rule."))
    return redirect("referrals:plan_list")


def _versions(request: SignedInRequest) -> QuerySet[PlanVersion]:
    return PlanVersion.objects.visible_to(request.user).select_related("plan", "created_by", "published_by")
