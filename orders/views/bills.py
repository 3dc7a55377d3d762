"""A WeChat bill: uploaded, put beside the orders, looked at, and booked as chosen. Nothing books itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from core.access import SignedInRequest, leader_or_operator
from core.errors import DomainError
from core.http import render_page
from orders import services
from orders.forms import BillForm, BookBillForm, sign_shown
from orders.models import Order
from orders.queries import booked_before, orders_for_bill
from orders.rules.bill import Aside, AsideReason, Bill, Candidate, Confidence, Match, OpenOrder, Reason, match_rows

AT_ONCE = 100
"""So many rows are decided on one page; the others once these are booked and the file is uploaded again."""
BESIDE = 4
"""So many orders stand beside a row at most, the likeliest."""
LISTED = 30
"""So many rows that ask for nothing are listed; all are counted."""

WHY = {
    Reason.PAYER: gettext_lazy("the payer's name"),
    Reason.WRITTEN: gettext_lazy("name in the remark"),
    Reason.DOOR: gettext_lazy("the door"),
    Reason.SPELLED: gettext_lazy("the payer's name in pinyin"),
    Reason.SAID_PAID: gettext_lazy("says it is paid"),
    Reason.PACKET: gettext_lazy("red packet noted"),
    Reason.OTHER_DOOR: gettext_lazy("another door is named"),
    Reason.OTHER_ROW: gettext_lazy("another row is certain for it"),
}
AGAINST = {Reason.OTHER_DOOR, Reason.OTHER_ROW}
ASIDE = {
    AsideReason.SPENT: gettext_lazy("money that went out"),
    AsideReason.NEITHER: gettext_lazy("neither in nor out, as a withdrawal"),
    AsideReason.RETURNED: gettext_lazy("given back, in whole or in part: record by hand what stayed"),
    AsideReason.UNKNOWN_STATE: gettext_lazy("the state does not say that the money is there"),
    AsideReason.TWICE: gettext_lazy("the same transaction number a second time"),
    AsideReason.SHORTENED_NUMBER: gettext_lazy(
        "a spreadsheet program shortened the transaction number: use the file as WeChat sent it"
    ),
    AsideReason.UNREADABLE: gettext_lazy("time, amount or transaction number cannot be read"),
}
SAYS_ENOUGH = {AsideReason.SPENT, AsideReason.NEITHER}
"""Nobody has to look at these lines one by one."""


@dataclass(frozen=True, slots=True)
class Beside:
    """An order beside a row, with what speaks for it in words."""

    order: Order
    due_fen: int
    why: str
    against: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as the page shows it: which field chooses its order, the orders, how many more have the amount."""

    match: Match
    field: str
    beside: tuple[Beside, ...]
    more: int
    by_hand: tuple[Order, ...]

    @property
    def certain(self) -> bool:
        return self.match.confidence == Confidence.CERTAIN


@dataclass(frozen=True, slots=True)
class SetAside:
    """The lines that were set aside for one reason, the first of them as they stand in the file."""

    why: str
    count: int
    lines: tuple[Aside, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@leader_or_operator
def bill(request: SignedInRequest) -> HttpResponse:
    """Choose the file; it is read and put beside the orders this person sees. Nothing of it is kept."""
    if request.method != "POST":
        return upload_page(request, BillForm())
    form = BillForm(request.POST, request.FILES)
    if not form.is_valid():
        return upload_page(request, form, status=422)
    return render_page(request, "orders/bill_review.html", review(request, form.bill))


@require_POST
@leader_or_operator
def bill_book(request: SignedInRequest) -> HttpResponse:
    """Book the rows that were chosen. The same page sent again books nothing."""
    form = BookBillForm(request.POST, user=request.user)
    if not form.is_valid():
        refusal = form.non_field_errors() or [form.not_as_shown().message]
        return upload_page(request, BillForm(), refusal=str(refusal[0]), status=422)
    try:
        booked = services.book_bill(rows=form.chosen, by=request.user, now=timezone.now())
    except DomainError as error:
        return upload_page(request, BillForm(), refusal=str(error), status=422)
    places = {
        reverse("orders:collecting", args=[payment.campaign_id]): payment.order.campaign.title
        for payment in booked.payments
    }
    context = {"booked": booked, "left": form.left, "places": places, "steps": steps()}
    return render_page(request, "orders/bill_booked.html", context)


def upload_page(request: SignedInRequest, form: BillForm, *, refusal: str = "", status: int = 200) -> HttpResponse:
    return render_page(request, "orders/bill.html", {"form": form, "refusal": refusal, "steps": steps()}, status=status)


def steps() -> list[str]:
    return [_("Choose the file"), _("Check"), _("Booked")]


def review(request: SignedInRequest, bill: Bill) -> dict[str, Any]:
    """The rows of the bill by what has to be done with them: certain first, then those to decide, then the rest."""
    known = booked_before([row.external_id for row in bill.incoming])
    rows = [row for row in bill.incoming if row.external_id not in known]
    found = orders_for_bill(request.user, rows, now=timezone.now())
    matches = match_rows(rows, [one for _order, one in found.values()])
    matches.sort(key=lambda one: (list(Confidence).index(one.confidence), one.row.line))
    to_decide = [one for one in matches if one.confidence != Confidence.NONE]
    orders = {pk: order for pk, (order, _open) in found.items()}
    shown = [shown_row(index, match, orders) for index, match in enumerate(to_decide[:AT_ONCE])]
    certain = [one for one in shown if one.certain]
    unmatched = [one for one in matches if one.confidence == Confidence.NONE]
    before = [row for row in bill.incoming if row.external_id in known]
    return {
        "steps": steps(),
        "bill": bill,
        "signed": sign_shown([(one.match, beside_of(one.match)) for one in shown], request.user),
        "certain": certain,
        "certain_fen": sum(one.match.row.fen for one in certain),
        "doubtful": [one for one in shown if not one.certain],
        "later": len(to_decide) - len(shown),
        "unmatched": [(one, named_orders(one.by_hand, orders)) for one in unmatched[:LISTED]],
        "unmatched_count": len(unmatched),
        "before": before[:LISTED],
        "before_count": len(before),
        "aside": set_aside(bill.aside),
        "aside_count": len(bill.aside),
        "several_campaigns": len({order.campaign_id for order in orders.values()}) > 1,
        "several_groups": len({order.group_id for order in orders.values()}) > 1,
    }


def beside_of(match: Match) -> Sequence[Candidate]:
    """What stands beside the row: a certain one has one choice."""
    return match.candidates[: 1 if match.confidence == Confidence.CERTAIN else BESIDE]


def shown_row(index: int, match: Match, orders: dict[int, Order]) -> Shown:
    beside = tuple(
        Beside(
            order=orders[one.order.order_id],
            due_fen=one.order.due_fen,
            why=" · ".join(str(WHY[reason]) for reason in one.reasons),
            against=not AGAINST.isdisjoint(one.reasons),
        )
        for one in beside_of(match)
    )
    more = len(match.candidates) - len(beside)
    return Shown(match, f"row-{index}", beside, more, named_orders(match.by_hand, orders))


def named_orders(opens: Sequence[OpenOrder], orders: dict[int, Order]) -> tuple[Order, ...]:
    return tuple(orders[one.order_id] for one in opens)


def set_aside(lines: Sequence[Aside]) -> list[SetAside]:
    """By reason; lines that speak for themselves are only counted."""
    counts = Counter(line.reason for line in lines)
    return [
        SetAside(
            str(ASIDE[reason]),
            counts[reason],
            () if reason in SAYS_ENOUGH else tuple(islice((one for one in lines if one.reason == reason), LISTED)),
        )
        for reason in AsideReason
        if reason in counts
    ]
