"""分拣单: how much of what goes to which group, told as a matrix, by product or by supplier; crate labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from community.models import Group, sees_all_groups
from core.access import SignedInRequest
from core.http import render_page
from core.models import User
from core.spreadsheets import Sheet, xlsx_answer
from orders.enums import CampaignState
from orders.models import Campaign, Supplier
from orders.queries import DeliveryRun, Sorted, Sorting, leaders_groups, not_shared
from orders.queries import sorting as sorting_of
from orders.views.campaign_page import visible_campaign
from orders.views.delivery import sheets_of
from orders.views.receiving import reader

ACROSS = 8
"""Groups side by side in one table: what an A4 sheet holds."""
BEFORE_CUT_OFF = {CampaignState.DRAFT, CampaignState.OPEN}


@dataclass(frozen=True, slots=True)
class Matrix:
    """Some products (of one supplier, when they are told apart) for some of the groups that stand side by side."""

    supplier: Supplier | None
    groups: Sequence[Group]
    rows: Sequence[tuple[Sorted, Sequence[Decimal]]]


@require_safe
@reader
def sorting(request: SignedInRequest, pk: int) -> HttpResponse:
    """What goes to which group; a leader sees the own groups, and no suppliers."""
    campaign = visible_campaign(request.user, pk)
    by, choices = request.GET.get("by", ""), views_for(request.user)
    by = by if by in choices else "matrix"
    found = sorting_for(campaign, request.user)
    context = {
        "campaign": campaign,
        "views": [{"text": label, "url": f"?by={key}", "current": key == by} for key, label in choices.items()],
        "by": by,
        "sorting": found,
        "matrices": list(matrices(found, by_supplier=by == "supplier")),
        "each": [(one, served(one, found)) for one in found.goods],
        "not_shared": not_shared(campaign),
        "preview": campaign.state in BEFORE_CUT_OFF,
    }
    return render_page(request, "orders/sorting.html", context)


def views_for(user: User) -> dict[str, str]:
    """The ways to tell it; whom the house buys from is not the leaders' to know."""
    ways = {"matrix": _("Groups × products"), "product": _("Product by product")}
    return {**ways, "supplier": _("Supplier by supplier")} if sees_all_groups(user) else ways


def sorting_for(campaign: Campaign, user: User) -> Sorting:
    return sorting_of(campaign, list(leaders_groups(campaign, user)))


def matrices(found: Sorting, *, by_supplier: bool) -> Iterator[Matrix]:
    """Tables no wider than a sheet of paper, one below the other."""
    for supplier, goods in found.by_supplier if by_supplier else [(None, found.goods)]:
        for first in range(0, len(found.groups), ACROSS):
            part = slice(first, first + ACROSS)
            yield Matrix(supplier, found.groups[part], [(one, one.quantities[part]) for one in goods])


def served(one: Sorted, found: Sorting) -> list[tuple[Group, Decimal]]:
    """The groups that get some of it."""
    return [(group, quantity) for group, quantity in zip(found.groups, one.quantities, strict=True) if quantity]


@require_safe
@reader
def sorting_xlsx(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same as a workbook: the matrix, and what every recipient gets, line by line."""
    campaign = visible_campaign(request.user, pk)
    found = sorting_for(campaign, request.user)
    recipients = [
        row for group, _leader, run in sheets_of(campaign, request.user) for row in recipient_rows(group, run)
    ]
    header = [_("Group"), _("Building"), _("Door"), _("Name"), _("Product"), _("Quantity"), _("Unit"), _("Note")]
    sheets = [matrix_sheet(found, suppliers=sees_all_groups(request.user)), Sheet(_("Recipients"), header, recipients)]
    return xlsx_answer(f"sorting-{campaign.delivers_on}-{campaign.pk}.xlsx", sheets)


def matrix_sheet(found: Sorting, *, suppliers: bool) -> Sheet:
    supplier = [_("Supplier")] if suppliers else []
    header = [*supplier, _("Product"), _("Unit"), _("In all"), *(group.name for group in found.groups)]
    rows = [
        [
            *([one.offer.supplier.name if one.offer.supplier else None] if suppliers else []),
            one.offer.name,
            one.offer.unit,
            one.total,
            *(quantity or None for quantity in one.quantities),
        ]
        for one in found.goods
    ]
    return Sheet(_("Sorting list"), header, rows)


def recipient_rows(group: Group, run: DeliveryRun) -> Iterator[list[object]]:
    for building in run.buildings:
        for one in building.recipients:
            who = [group.name, building.name, one.order.door, one.order.member.name]
            for line in one.lines:
                if line.to_deliver:
                    yield [*who, line.offer.name, line.to_deliver, line.offer.unit, one.order.note]


@require_safe
@reader
def crate_labels(request: SignedInRequest, pk: int) -> HttpResponse:
    """A sheet a group to lie on its crates: what is in them, and for which doors."""
    campaign = visible_campaign(request.user, pk)
    context = {
        "campaign": campaign,
        "sheets": sheets_of(campaign, request.user),
        "not_shared": not_shared(campaign),
        "preview": campaign.state in BEFORE_CUT_OFF,
    }
    return render_page(request, "orders/crate_labels.html", context)
