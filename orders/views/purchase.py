"""采购单: what to buy for a campaign from whom, to copy to a supplier, to print or to keep as a workbook."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access import SignedInRequest, operator_or_admin
from core.http import render_page
from core.spreadsheets import Sheet, Yuan, xlsx_answer
from orders.enums import CampaignState
from orders.queries import PurchaseLine, PurchaseSection
from orders.queries import purchase_list as list_of
from orders.texts import purchase_text
from orders.views.campaign_page import visible_campaign


@require_safe
@operator_or_admin
def purchase_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """How much of each offer to buy from whom; a preview as long as orders come in."""
    campaign = visible_campaign(request.user, pk)
    sections = list_of(campaign)
    context = {
        "campaign": campaign,
        "sections": [(section, purchase_text(campaign, section.lines)) for section in sections],
        "cost_fen": sum(section.total_cost_fen for section in sections),
        "preview": campaign.state in {CampaignState.DRAFT, CampaignState.OPEN},
    }
    return render_page(request, "orders/purchase_list.html", context)


@require_safe
@operator_or_admin
def purchase_xlsx(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same as a workbook, a sheet a supplier."""
    campaign = visible_campaign(request.user, pk)
    sheets = [purchase_sheet(section) for section in list_of(campaign) or [PurchaseSection(None, ())]]
    return xlsx_answer(f"purchase-{campaign.delivers_on}-{campaign.pk}.xlsx", sheets)


def purchase_sheet(section: PurchaseSection) -> Sheet:
    header = [
        _("Product"),
        _("Orders"),
        _("Ordered"),
        _("Missing"),
        _("To buy"),
        _("Unit"),
        _("Packs"),
        _("Pack"),
        _("How much a pack holds"),
        _("Left over"),
        _("Unit cost"),
        _("Cost"),
    ]
    total = [_("Total"), *[None] * (len(header) - 2), Yuan(section.total_cost_fen)]
    name = section.supplier.name if section.supplier else _("No supplier")
    return Sheet(name, header, [*map(sheet_row, section.lines), total])


def sheet_row(line: PurchaseLine) -> list[object]:
    packed = line.packed
    packs = [packed.packs, line.pack_name, line.pack_size, packed.surplus] if packed else [None] * 4
    return [
        line.name,
        line.orders,
        line.wanted,
        line.short,
        line.to_buy,
        line.unit,
        *packs,
        Yuan(line.cost_fen),
        Yuan(line.total_cost_fen),
    ]
