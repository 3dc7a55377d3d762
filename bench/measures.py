"""What is timed, beside what, and how much longer it may take. Goals are those of the design's table of speeds."""

from collections.abc import Callable

from django.test import Client

from bench.measure import Measure
from bench.money import commission_measures
from bench.roll_ups import roll_up_measures
from core.enums import Role
from core.models import User
from core.paging import ROWS
from orders.models import Order
from orders.rules import jielong

LIST = "/orders/"
LOOK_GOAL = 1 / 0.15
"""A page of 50 among all orders has at least 0.15 of the rate of a view that says the same to everybody."""


def measures() -> list[Measure]:
    return [*jielong_measures(), *list_measures(), *roll_up_measures(), *commission_measures()]


def jielong_measures() -> list[Measure]:
    """Five hundred lines as neighbours write them, and that twice as many take twice as long."""
    whole, half = chain(500), chain(250)
    offers = [
        jielong.Offer("草莓", "盒", counted=True),
        jielong.Offer("脐橙", "斤", aliases=("橙子",)),
        jielong.Offer("牛奶", "箱", counted=True),
    ]

    def twice() -> None:
        jielong.parse(half, offers)
        jielong.parse(half, offers)

    return [
        Measure("jielong: 500 lines : twice 250", lambda: jielong.parse(whole, offers), twice, 1.15),
    ]


def chain(lines: int) -> str:
    goods = ("草莓2盒", "脐橙5斤 草莓1盒", "牛奶一箱", "橙子三斤，放门口")
    return "\n".join(f"{n}. {1 + n % 20}-{101 + n % 18 * 100} 邻居{n} {goods[n % 4]}" for n in range(1, lines + 1))


def list_measures() -> list[Measure]:
    """The list of orders as an operator sees it: at its beginning, far down, filtered and searched."""
    operator = Client(SERVER_NAME="127.0.0.1")
    operator.force_login(User.objects.create(username="bench", name="运营", role=Role.OPERATOR))
    constant = looking(operator, "/healthz")
    first = looking(operator, LIST)
    orders = Order.objects.count()
    page = min(10_000, orders // 2 // ROWS)
    far = Order.objects.order_by("-placed_at", "-pk")[page * ROWS]
    some = Order.objects.select_related("member").order_by("pk")[orders // 2]
    filters = {
        "of one campaign": {"campaign": some.campaign_id},
        "of one group": {"group": some.group_id},
        "placed": {"state": "placed"},
        "at one door": {"q": some.door},
        "of a name in pinyin": {"q": some.member.pinyin.replace(" ", "")},
    }
    found = [
        Measure(f"orders: page 1 {what} : a constant view", looking(operator, LIST, asked), constant, LOOK_GOAL)
        for what, asked in filters.items()
    ]
    return [
        Measure("orders: page 1 : a constant view", first, constant, LOOK_GOAL),
        Measure(f"orders: page {page} : page 1", looking(operator, LIST, {"after": far.pk}), first, 1.15),
        *found,
    ]


def looking(client: Client, path: str, asked: dict[str, object] | None = None) -> Callable[[], object]:
    """Asks for the page, which has to be there."""

    def look() -> None:
        status = client.get(path, asked or {}).status_code
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")

    return look
