"""The columns of the list of orders, and what stands for them in its file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.columns import Column
from core.spreadsheets import Yuan
from core.templatetags.ui import quantity
from orders.models import Order


def _column(
    key: str, label: str | Promise, cell: Callable[[Any], object], *more: Any, usual: bool = False
) -> Column[Order]:
    """A column whose file has the cell under the same heading, and `more` cells under their own."""
    return Column(key, label, ((label, cell), *more), usual)


def _goods(order: Any) -> str:
    """What is wanted, in one cell: `草莓 ×2盒 · 脐橙 ×5斤`."""
    return " · ".join(f"{line.offer.name} ×{quantity(line.quantity)}{line.offer.unit}" for line in order.wanted)


def _name(member: object) -> str:
    return str(member) if member else ""


ORDER_COLUMNS: Sequence[Column[Order]] = (
    _column("door", gettext_lazy("Door"), lambda order: order.door, usual=True),
    _column(
        "campaign",
        gettext_lazy("Campaign"),
        lambda order: order.campaign.title,
        (gettext_lazy("Group"), lambda order: order.group.name),
        usual=True,
    ),
    _column("goods", gettext_lazy("Goods"), _goods, usual=True),
    _column("note", gettext_lazy("Note"), lambda order: order.note),
    _column("leader", gettext_lazy("Leader"), lambda order: _name(order.leader)),
    _column("referrer", gettext_lazy("Referred by"), lambda order: _name(order.referrer_1)),
    _column("source", gettext_lazy("Came in by"), lambda order: order.get_source_display()),
    _column("first", gettext_lazy("First order"), lambda order: _("yes") if order.is_first else ""),
    _column(
        "placed",
        gettext_lazy("Ordered at"),
        lambda order: f"{localtime(order.placed_at):%Y-%m-%d %H:%M}",
        usual=True,
    ),
    _column("amount", gettext_lazy("Amount"), lambda order: Yuan(order.net_fen), usual=True),
    _column("state", gettext_lazy("State"), lambda order: order.get_state_display(), usual=True),
)
"""What can be chosen. The order's number and its member are always there."""


def file_header(columns: Iterable[Column[Order]]) -> list[str]:
    """The headings of the file, in the language of the moment."""
    return [_("Order"), _("Member"), *(str(label) for column in columns for label, _cell in column.cells)]


def file_rows(orders: Iterable[Order], columns: Iterable[Column[Order]]) -> Iterator[list[object]]:
    """The rows of the file, of orders as `with_goods` and `with_people` give them."""
    cells = [cell for column in columns for _label, cell in column.cells]
    for order in orders:
        yield [order.pk, order.member.name, *(cell(order) for cell in cells)]
