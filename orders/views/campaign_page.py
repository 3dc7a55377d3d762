"""The page of one campaign: the editor of a draft, then how it goes, then what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.models import Group
from core.access import SignedInRequest
from core.charts import Kpi
from core.http import render_page
from core.models import User
from core.money import format_yuan, half_up
from orders.enums import CampaignState
from orders.forms import CampaignForm, OfferChangeForm, OfferForm
from orders.models import Campaign
from orders.queries import GroupTakings, Standing, group_takings, results_of, standings, unpaid_of
from orders.terms import progress_of, terms_of
from orders.texts import announcement, outcome_text, public_url

PLAN = ("title", "opens_at", "cuts_off_at", "delivers_on", "plus_one", "default_quantity")


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer in the campaign's list; with `form` its terms are being changed."""

    standing: Standing
    names: dict[int, str]
    form: OfferChangeForm | None = None

    @property
    def terms(self) -> list[str]:
        return terms_of(self.standing)

    @property
    def progress(self) -> list[str]:
        return progress_of(self.standing)

    @property
    def shares(self) -> list[tuple[str, object]]:
        """What the groups with a stock of their own have taken of it, by the group's name."""
        return [(self.names.get(share.group_id, ""), share) for share in self.standing.shares]


def visible_campaign(user: User, pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.visible_to(user), pk=pk)


def may_change(user: User, campaign: Campaign) -> bool:
    return user.is_operator and campaign.state in {CampaignState.DRAFT, CampaignState.OPEN}


def campaign_page(
    request: SignedInRequest,
    campaign: Campaign,
    *,
    plan: CampaignForm | None = None,
    added: OfferForm | None = None,
    changed: OfferChangeForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """One campaign. `plan`, `added` and `changed` are forms as typed, `refusal` says why a step was refused."""
    campaign = Campaign.objects.select_related("cut_off_by", "created_by").get(pk=campaign.pk)
    goods, takings = standings(campaign.offers.select_related("product")), group_takings(campaign)
    groups = [one.group for one in takings]
    context: dict[str, Any] = {
        **live_context(campaign, goods, takings),
        **offers_context(request.user, campaign, goods, groups, added=added, changed=changed),
        **outcome_context(campaign, goods, takings),
        "text": announcement(campaign, goods),
        "public_url": public_url(campaign),
        "refusal": refusal,
        "now": timezone.now(),
    }
    template = "orders/campaign_detail.html"
    if request.user.is_operator and campaign.state == CampaignState.DRAFT:
        template = "orders/campaign_editor.html"
        context["plan"] = plan or CampaignForm(user=request.user, initial=plan_of(campaign, groups))
    return render_page(request, template, context, status=status)


def offers_card(
    request: SignedInRequest,
    campaign: Campaign,
    *,
    added: OfferForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    """What the campaign offers, as the fragment htmx asks for when something was added or taken out."""
    goods, groups = standings(campaign.offers.select_related("product")), list(campaign.groups.order_by("pinyin", "pk"))
    context = offers_context(request.user, campaign, goods, groups, added=added) | {"refused": refused}
    return render_page(request, "orders/campaign_offers.html", context, fragment="goods", status=status)


def offers_context(
    user: User,
    campaign: Campaign,
    goods: Sequence[Standing],
    groups: Sequence[Group],
    *,
    added: OfferForm | None = None,
    changed: OfferChangeForm | None = None,
) -> dict[str, Any]:
    """What stands in the card of the offers; `added` and `changed` are forms as typed."""
    forms = {changed.offer.pk: changed} if changed else {}
    may = may_change(user, campaign)
    if may and added is None:
        sharing = groups if len(groups) > 1 else []
        added = OfferForm(user=user, campaign=campaign, groups=sharing, prefix="new")
    return {
        "campaign": campaign,
        "offers": [OfferRow(one, names_of(groups), forms.get(one.offer.pk)) for one in goods],
        "may_change": may,
        "added": added,
    }


def live_context(campaign: Campaign, goods: Sequence[Standing], takings: Sequence[GroupTakings]) -> dict[str, Any]:
    """What changes while orders come in."""
    names = names_of([one.group for one in takings])
    return {
        "campaign": campaign,
        "kpis": figures(takings)
        if campaign.state == CampaignState.DRAFT
        else [*figures(takings), unpaid_figure(campaign)],
        "offers": [OfferRow(one, names) for one in goods],
        "groups": takings,
    }


def outcome_context(campaign: Campaign, goods: Sequence[Standing], takings: Sequence[GroupTakings]) -> dict[str, Any]:
    """What the cut-off decided, and the text about it for each group it means something to."""
    came_to = results_of(campaign, goods)
    concerned = {lost.order.group_id for one in came_to.called_off for lost in one.lost}
    groups = [one.group for one in takings if one.order_count or one.group.pk in concerned]
    texts = [(group, outcome_text(campaign, came_to, group)) for group in groups]
    return {"results": came_to, "outcomes": [(group, text) for group, text in texts if text]}


def names_of(groups: Sequence[Group]) -> dict[int, str]:
    return {group.pk: group.name for group in groups}


def figures(takings: Sequence[GroupTakings]) -> list[Kpi]:
    """The key figures of a campaign from those of its groups."""
    orders, sales_fen = sum(one.order_count for one in takings), sum(one.sales_fen for one in takings)
    return [
        Kpi(_("Orders"), str(orders)),
        Kpi(_("Sales"), format_yuan(sales_fen), before="¥"),
        Kpi(
            _("An order on average"),
            format_yuan(half_up(sales_fen, orders)) if orders else "—",
            before="¥" * bool(orders),
        ),
    ]


def unpaid_figure(campaign: Campaign) -> Kpi:
    """What is due of it; leads to where it is collected."""
    unpaid = unpaid_of(campaign)
    return Kpi(
        _("Unpaid"),
        format_yuan(unpaid.fen),
        before="¥",
        note=ngettext("%(number)s order", "%(number)s orders", unpaid.orders) % {"number": unpaid.orders},
        url=reverse("orders:collecting", args=[campaign.pk]),
    )


def plan_of(campaign: Campaign, groups: Sequence[Group]) -> dict[str, Any]:
    return {field: getattr(campaign, field) for field in PLAN} | {"groups": list(groups)}
