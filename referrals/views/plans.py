"""Plans: their versions by days, a draft, publishing it for ever."""

from dataclasses import asdict

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access import SignedInRequest, admin_only, money_reader
from core.errors import DomainError
from core.http import render_page, say
from referrals import services
from referrals.forms import BindingRuleForm, VersionForm
from referrals.models import PlanVersion
from referrals.queries import binding_rules, terms_of

RULES_SHOWN = 20


@require_safe
@money_reader
def plan_list(request: SignedInRequest) -> HttpResponse:
    return _plan_list(request, VersionForm(initial={"first_day": localdate()}))


def _plan_list(
    request: SignedInRequest, form: VersionForm, refusal: str = "", binding: BindingRuleForm | None = None
) -> HttpResponse:
    """Every version, the latest days first, and a form for the next; `refusal` says why a wish was not granted.

    Beside them by which rule invitation links bind; `binding` is what was sent of it and says why not.
    """
    rules = list(binding_rules()[:RULES_SHOWN])
    terms = terms_of(next(iter(rules), None))
    versions = PlanVersion.objects.visible_to(request.user).select_related("plan", "created_by", "published_by")
    context = {
        "versions": versions.order_by("plan", "-span", "-number"),
        "today": localdate(),
        "form": form,
        "refusal": refusal,
        "rules": rules,
        "terms": terms,
        "binding": binding or BindingRuleForm(initial=asdict(terms)),
    }
    status = 422 if refusal or form.is_bound or binding else 200
    return render_page(request, "referrals/plan_list.html", context, status=status)


@require_POST
@admin_only
def version_create(request: SignedInRequest) -> HttpResponse:
    form = VersionForm(request.POST)
    if form.is_valid():
        try:
            version = services.create_version(plan=services.standard_plan(), terms=form.terms, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("%(version)s is a draft. It pays nothing before it is published.") % {"version": version})
            return redirect("referrals:plan_list")
    return _plan_list(request, form)


@require_POST
@admin_only
def version_publish(request: SignedInRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(PlanVersion.objects.visible_to(request.user).select_related("plan"), pk=pk)
    try:
        services.publish_version(version=version, by=request.user, now=now())
    except DomainError as error:
        return _plan_list(request, VersionForm(), refusal=str(error))
    say(request, _("%(version)s is published and frozen.") % {"version": version})
    return redirect("referrals:plan_list")


@require_POST
@admin_only
def version_discard(request: SignedInRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(PlanVersion.objects.visible_to(request.user).select_related("plan"), pk=pk)
    try:
        services.discard_version(version=version)
    except DomainError as error:
        return _plan_list(request, VersionForm(), refusal=str(error))
    say(request, _("The draft is gone."))
    return redirect("referrals:plan_list")


@require_POST
@admin_only
def binding_set(request: SignedInRequest) -> HttpResponse:
    """By which rule invitation links bind from now on."""
    form = BindingRuleForm(request.POST)
    if not form.is_valid():
        return _plan_list(request, VersionForm(), binding=form)
    services.set_binding_rule(plan=services.standard_plan(), terms=form.terms, by=request.user, now=now())
    say(request, _("Whoever joins from now on is bound by this rule."))
    return redirect("referrals:plan_list")
