"""How an earner is paid: what tax is kept back from which day on, and the account the money goes to."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.models import Member
from core.access import SignedInRequest, admin_only
from core.http import render_page, say
from referrals import services
from referrals.enums import WithholdingKind
from referrals.forms import AccountForm, WithholdingForm
from referrals.models import PayeeAccount, WithholdingProfile


@require_safe
@admin_only
def earner_terms(request: SignedInRequest, member: int) -> HttpResponse:
    return _earner_terms(request, get_object_or_404(Member.objects.visible_to(request.user), pk=member))


def _earner_terms(
    request: SignedInRequest,
    earner: Member,
    withholding: WithholdingForm | None = None,
    account: AccountForm | None = None,
) -> HttpResponse:
    """What holds and the two forms, or the one that was sent and says why not."""
    profiles = WithholdingProfile.objects.visible_to(request.user).filter(earner=earner).select_related("set_by")
    kept = PayeeAccount.objects.visible_to(request.user).filter(earner=earner).first()
    start = {"kind": WithholdingKind.PER_PAYMENT, "first_day": localdate()}
    context = {
        "earner": earner,
        "profiles": profiles.order_by("-span"),
        "kept": kept,
        "withholding": withholding or WithholdingForm(initial=start),
        "account": account or AccountForm(initial={"holder": kept.holder if kept else earner.name}),
    }
    refused = withholding is not None or account is not None
    return render_page(request, "referrals/earner_terms.html", context, status=422 if refused else 200)


@require_POST
@admin_only
def withholding_set(request: SignedInRequest, member: int) -> HttpResponse:
    earner = get_object_or_404(Member.objects.visible_to(request.user), pk=member)
    form = WithholdingForm(request.POST)
    if not form.is_valid():
        return _earner_terms(request, earner, withholding=form)
    kind, day = WithholdingKind(form.cleaned_data["kind"]), form.cleaned_data["first_day"]
    services.set_withholding(earner=earner, kind=kind, first_day=day, by=request.user, now=now())
    say(request, _("Kept. Payouts from that day on reckon so."))
    return redirect("referrals:earner_terms", member)


@require_POST
@admin_only
def account_set(request: SignedInRequest, member: int) -> HttpResponse:
    earner = get_object_or_404(Member.objects.visible_to(request.user), pk=member)
    form = AccountForm(request.POST)
    if not form.is_valid():
        return _earner_terms(request, earner, account=form)
    services.set_account(earner=earner, **form.cleaned_data, by=request.user, now=now())
    say(request, _("Kept. The next file for the bank has this account."))
    return redirect("referrals:earner_terms", member)
