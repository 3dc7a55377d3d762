"""缺货分配: too little of an offer came. Choose a rule, look who gets what, record it, tell everybody."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.forms.boundfield import BoundField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from core.access import SignedInRequest, operator_only
from core.errors import DomainError
from core.http import go_to, render_page, say
from core.templatetags.ui import quantity as spoken
from orders import services
from orders.enums import SharingRule
from orders.forms import SharingForm
from orders.models import Offer
from orders.queries import fell_short, leaders_groups, short_offer
from orders.services import Part, Sharing
from orders.texts import group_shortage_text, member_shortage_text
from orders.views.campaign_page import visible_campaign
from orders.views.receiving import reader

NAMED = 5
"""Members that a problem names; it counts the others."""


@require_http_methods(["GET", "HEAD", "POST"])
@operator_only
def share(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show who would get how much of an offer, and record exactly what was shown."""
    offer = get_object_or_404(Offer.objects.visible_to(request.user).select_related("campaign"), pk=pk)
    rule = chosen(request.POST.get("rule") or request.GET.get("rule", ""))
    by_hand, form = None, None
    if rule == SharingRule.BY_HAND and request.method == "POST":
        form = SharingForm(request.POST, short=short_offer(offer))
        form.is_valid()
        by_hand = form.quantities
    refusal = ""
    if "record" in request.POST and not (form and form.errors):
        seen = request.POST.get("seen", "")
        try:
            services.share_shortage(
                offer=offer, rule=rule, seen=seen, by_hand=by_hand, by=request.user, now=timezone.now()
            )
        except DomainError as error:
            refusal = str(error)
        else:
            say(request, _("Recorded. Nobody pays for what did not come; tell them."))
            return go_to(request, "orders:shortage_list", offer.campaign_id)
    return sharing_page(request, offer, rule, form=form, by_hand=by_hand, refusal=refusal)


def chosen(rule: str) -> SharingRule:
    return SharingRule(rule) if rule in SharingRule else SharingRule.FIRST_COME


def sharing_page(
    request: SignedInRequest,
    offer: Offer,
    rule: SharingRule,
    *,
    form: SharingForm | None,
    by_hand: Mapping[int, Decimal] | None,
    refusal: str,
) -> HttpResponse:
    context: dict[str, Any] = {"offer": offer, "campaign": offer.campaign, "refusal": refusal, "form": form}
    try:
        sharing = services.preview_sharing(offer=offer, rule=rule, by_hand=by_hand)
    except services.NotShared as error:
        context["blocked"] = str(error)
    else:
        context |= shown(sharing, form)
    status = 422 if refusal or (form and form.errors) else 200
    return render_page(request, "orders/sharing.html", context, fragment="sharing", status=status)


def shown(sharing: Sharing, form: SharingForm | None) -> dict[str, Any]:
    """The preview: problems first, then those who go short; by hand everybody, as they came."""
    url = reverse("orders:share", args=[sharing.short.offer.pk])
    rows: list[tuple[Part, BoundField | None]]
    if sharing.rule == SharingRule.BY_HAND:
        form = form or SharingForm(
            short=sharing.short, given={part.asked.line.pk: part.given for part in sharing.parts}
        )
        rows = [(part, form.field_of(part.asked.line)) for part in sharing.parts]
    else:
        short = [part for part in sharing.parts if part.less]
        rows = [(part, None) for part in sorted(short, key=lambda part: part.given > 0)]
    return {
        "sharing": sharing,
        "form": form,
        "rules": [
            {"text": rule.label, "url": f"{url}?rule={rule}", "current": rule == sharing.rule} for rule in SharingRule
        ],
        "explanation": EXPLANATIONS[sharing.rule](),
        "rows": rows,
        "in_full": len(sharing.parts) - len(rows),
        "problems": problems(sharing),
    }


EXPLANATIONS = {
    SharingRule.FIRST_COME: lambda: _(
        "One after the other gets all they ordered until nothing is left: by the moment they ordered, those of one "
        "chain by their number in it."
    ),
    SharingRule.PRO_RATA: lambda: _(
        "Everybody gets the same part of what they ordered, to the whole piece, loose goods to a tenth; what is left "
        "goes one each to the largest remainders, among equals to who ordered first."
    ),
    SharingRule.SEEDS_FIRST: lambda: _(
        "Seed users first, as they ordered; what they leave goes to the others, as they ordered."
    ),
    SharingRule.BY_HAND: lambda: _("You say who gets how much. It begins pro rata and has to add up to what came."),
}


def problems(sharing: Sharing) -> list[str]:
    """What deserves a look before it is recorded."""
    said = []
    if sharing.left:
        said.append(services.left_sentence(sharing))
    if nothing := [part for part in sharing.parts if part.less and not part.given]:
        said.append(
            ngettext(
                "%(number)s member gets nothing of it: %(names)s",
                "%(number)s members get nothing of it: %(names)s",
                len(nothing),
            )
            % {"number": len(nothing), "names": names_of(nothing)}
        )
    if emptied := [part for part in nothing if not part.order_fen]:
        said.append(
            ngettext(
                "%(number)s order has nothing else in it and is cancelled.",
                "%(number)s orders have nothing else in them and are cancelled.",
                len(emptied),
            )
            % {"number": len(emptied)}
        )
    if delivered := sharing.short.delivered:
        words = {"quantity": spoken(delivered), "unit": sharing.short.offer.unit}
        said.append(_("%(quantity)s %(unit)s are delivered already and stay where they are.") % words)
    return said


def names_of(parts: list[Part]) -> str:
    names = [part.asked.line.order.member.name for part in parts]
    return "、".join(names[:NAMED]) + ("…" if len(names) > NAMED else "")


@require_safe
@reader
def shortage_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who got less than they ordered, and the texts that tell them; a leader sees the own groups."""
    campaign = visible_campaign(request.user, pk)
    groups = [
        (
            short,
            group_shortage_text(campaign, short),
            [(one, member_shortage_text(campaign, one)) for one in short.orders],
        )
        for short in fell_short(campaign, leaders_groups(campaign, request.user))
    ]
    return render_page(request, "orders/shortage_list.html", {"campaign": campaign, "groups": groups})
