"""Anything people do to a campaign, in any order: after every step the rows say what a plain model of them says.

The model keeps quantities and works money out anew, by multiplication; the services move figures by differences.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from core.invariants import check
from orders import services
from orders.enums import UNDER_WAY, CampaignState, OrderSource, OrderState, PayMethod
from orders.models import Campaign, Offer, Order, OrderLine, Payment, PriceStep, SaleFact
from orders.queries import due_of
from tests import factories as make
from tests.factories import NOW
from tests.machines import Machine, quick

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

PEOPLE = 4
EXAMPLES, STEPS = (int(os.environ.get(name, usual)) for name, usual in (("EXAMPLES", 12), ("STEPS", 25)))
TAKING = {CampaignState.OPEN}
BEFORE_CUT_OFF = {CampaignState.DRAFT, CampaignState.OPEN}
OVER = {CampaignState.CLOSED, CampaignState.CANCELLED}

amounts = st.sampled_from(["1", "2", "3", "5", "0.5", "1.25", "2.999"]).map(Decimal)
moves = st.one_of(amounts, st.sampled_from(["-1", "-2", "-0.5"]).map(Decimal))
people, goods = st.integers(0, PEOPLE - 1), st.sampled_from(["berries", "oranges", "carp", "crab"])


@dataclass
class Good:
    """An offer as people were told of it, and what became of it at the cut-off."""

    price_fen: int
    counted: bool = False
    weighed: bool = False
    stock: Decimal | None = None
    limit: Decimal | None = None
    minimum: Decimal | None = None
    ladder: Mapping[int, int] = field(default_factory=dict)
    """Price in fen by how many members have to join."""
    called_off: bool = False


@dataclass
class Line:
    """What one member wants of one offer and what became of it: quantities only, and what was given back in fen."""

    good: Good
    wanted: Decimal = Decimal()
    heavier: Decimal = Decimal()
    short: Decimal = Decimal()
    delivered: Decimal = Decimal()
    refunded: Decimal = Decimal()
    refunded_fen: int = 0

    @property
    def to_deliver(self) -> Decimal:
        return self.wanted + self.heavier - self.short

    @property
    def outstanding(self) -> Decimal:
        return self.to_deliver - self.delivered

    def costs(self, quantity: Decimal) -> int:
        return int((quantity * self.good.price_fen).quantize(Decimal(1), ROUND_HALF_UP))

    def figures(self) -> tuple[Decimal, Decimal, Decimal, Decimal, int, int, int]:
        """As a row has them: wanted, to deliver, delivered, refunded; owed, delivered and refunded in fen."""
        owed, received = self.costs(self.to_deliver), self.costs(self.delivered)
        return (self.wanted, self.to_deliver, self.delivered, self.refunded, owed, received, self.refunded_fen)


class Anything(Machine):
    """One campaign with four kinds of goods, four members and everything the services let people do."""

    @initialize(wanted=st.lists(st.tuples(people, goods, amounts), min_size=2, max_size=9), over=st.booleans())
    def open(self, wanted: list[tuple[int, str, Decimal]], over: bool) -> None:
        """Some have ordered, and half the time the cut-off is past: most of what can go wrong comes after it."""
        self.begin()
        self.operator, self.group = make.make_user(), make.make_group()
        self.members = [make.make_member(f"成员{number}", group=self.group) for number in range(PEOPLE)]
        self.campaign = make.make_campaign(self.group)
        self.state = CampaignState.OPEN
        self.goods = {
            "berries": Good(2990, counted=True, stock=Decimal(6), limit=Decimal(3)),
            "oranges": Good(695, ladder={2: 649, 3: 605}),
            "carp": Good(1583, weighed=True),
            "crab": Good(5800, minimum=Decimal(4)),
        }
        self.offers = {
            name: make.make_offer(
                self.campaign,
                name,
                price_fen=good.price_fen,
                counted=good.counted,
                weighed=good.weighed,
                stock=good.stock,
                limit_each=good.limit,
                minimum=good.minimum,
            )
            for name, good in self.goods.items()
        }
        for joined, price_fen in self.goods["oranges"].ladder.items():
            PriceStep.objects.create(offer=self.offers["oranges"], joined=joined, price_fen=price_fen)
        self.lines: dict[tuple[int, str], Line] = {}
        self.paid = dict.fromkeys(range(PEOPLE), 0)
        self.now = NOW
        for who, what, by in wanted:
            self.place(who, what, by)
        if over:
            self.cut_off()

    def at_the_end(self) -> None:
        assert [finding for finding in check() if finding.count] == []

    def line(self, who: int, what: str) -> Line:
        return self.lines.get((who, what), Line(self.goods[what]))

    def row(self, who: int, what: str) -> OrderLine | None:
        return OrderLine.objects.filter(order__member=self.members[who], offer=self.offers[what]).first()

    def lines_of(self, who: int) -> list[Line]:
        return [line for (member, _what), line in self.lines.items() if member == who]

    def can_move(self, who: int, what: str, by: Decimal) -> bool:
        """Whether stock, limit and what has become of the line allow so much more or less of it."""
        line, good = self.line(who, what), self.goods[what]
        taken = sum((one.wanted for (_who, name), one in self.lines.items() if name == what), Decimal())
        return (
            (not good.counted or by == by.to_integral_value())
            and not good.called_off
            and (good.stock is None or taken + by <= good.stock)
            and (good.limit is None or line.wanted + by <= good.limit)
            and line.wanted + by >= 0
            and line.outstanding + by >= 0
        )

    def move(self, who: int, what: str, by: Decimal) -> None:
        self.lines.setdefault((who, what), self.line(who, what)).wanted += by

    @rule(who=people, what=goods, by=moves)
    def order(self, who: int, what: str, by: Decimal) -> None:
        self.place(who, what, by)

    def place(self, who: int, what: str, by: Decimal) -> None:
        accepted = self.state in TAKING and self.can_move(who, what, by)
        with self.expecting("placing", accepted=accepted):
            services.place_order(
                campaign=self.campaign,
                group=self.group,
                member=self.members[who],
                quantities={self.offers[what].pk: by},
                source=OrderSource.API,
                by=self.operator,
                now=self.now,
            )
        if accepted:
            self.move(who, what, by)

    @rule(who=people, what=goods, by=moves)
    def correct(self, who: int, what: str, by: Decimal) -> None:
        order = Order.objects.filter(member=self.members[who]).first()
        if order is None:
            return
        accepted = self.state in UNDER_WAY and self.can_move(who, what, by)
        with self.expecting("correcting", accepted=accepted):
            services.correct_order(
                order=order, quantities={self.offers[what].pk: by}, reason="说错了", by=self.operator, now=self.now
            )
        if accepted:
            self.move(who, what, by)

    @rule()
    def cut(self) -> None:
        self.cut_off()

    def cut_off(self) -> None:
        accepted = self.state in TAKING
        with self.expecting("cutting off", accepted=accepted):
            services.cut_off(campaign=self.campaign, by=self.operator, now=self.now)
        if accepted:
            self.state = CampaignState.CUT_OFF
            for what, good in self.goods.items():
                wanted = [line.wanted for (_who, name), line in self.lines.items() if name == what and line.wanted]
                if good.minimum and sum(wanted) < good.minimum:
                    self.call_off(what)
                reached = [price for joined, price in good.ladder.items() if joined <= len(wanted)]
                good.price_fen = min([good.price_fen, *reached])

    def call_off(self, what: str) -> None:
        self.goods[what].called_off = True
        for (_who, name), line in self.lines.items():
            if name == what:
                line.wanted = line.heavier = Decimal()

    @rule(say=st.sampled_from([services.mark_purchased, services.mark_arrived]))
    def step(self, say: Callable[..., None]) -> None:
        after, before = {
            services.mark_purchased: (CampaignState.PURCHASED, {CampaignState.CUT_OFF}),
            services.mark_arrived: (CampaignState.ARRIVED, {CampaignState.CUT_OFF, CampaignState.PURCHASED}),
        }[say]
        accepted = self.state in before
        with self.expecting("a step", accepted=accepted):
            say(campaign=self.campaign)
        if accepted:
            self.state = after

    @rule(sure=st.sampled_from([False, False, False, True]))
    def cancel(self, sure: bool) -> None:
        if not sure:  # it ends the story
            return
        untouched = not any(line.short or line.delivered for line in self.lines.values())
        accepted = self.state not in {*OVER, CampaignState.DELIVERING} and untouched
        with self.expecting("calling off", accepted=accepted):
            services.cancel_campaign(campaign=self.campaign, reason="台风", by=self.operator, now=self.now)
        if accepted:
            self.state = CampaignState.CANCELLED
            for what in self.goods:
                self.call_off(what)

    @rule()
    def close(self) -> None:
        accepted = self.state in UNDER_WAY and not any(line.outstanding for line in self.lines.values())
        with self.expecting("closing", accepted=accepted):
            services.close_campaign(campaign=self.campaign)
        if accepted:
            self.state = CampaignState.CLOSED

    @rule(who=people, weight=amounts)
    def weigh(self, who: int, weight: Decimal) -> None:
        row, line = self.row(who, "carp"), self.line(who, "carp")
        if row is None:
            return
        accepted = self.state not in BEFORE_CUT_OFF and not line.delivered and line.to_deliver > 0
        with self.expecting("weighing", accepted=accepted):
            services.record_weights(weights={row.pk: weight}, by=self.operator, now=self.now)
        if accepted:
            line.heavier += weight - line.to_deliver

    @rule(who=people, what=goods, quantity=amounts)
    def short(self, who: int, what: str, quantity: Decimal) -> None:
        row, line = self.row(who, what), self.line(who, what)
        if row is None:
            return
        whole = not line.good.counted or quantity == quantity.to_integral_value()
        accepted = self.state not in BEFORE_CUT_OFF and 0 < quantity <= line.outstanding and whole
        with self.expecting("a shortage", accepted=accepted):
            services.record_shortage(line_id=row.pk, quantity=quantity, by=self.operator, now=self.now)
        if accepted:
            line.short += quantity

    @rule(who=people, what=goods)
    def turn_up(self, who: int, what: str) -> None:
        row, line = self.row(who, what), self.line(who, what)
        if row is None:
            return
        accepted = self.state != CampaignState.CLOSED
        with self.expecting("turning up", accepted=accepted):
            services.take_back_shortage(line_id=row.pk, by=self.operator, now=self.now)
        if accepted:
            line.short = Decimal()

    @rule(who=st.one_of(people.map(lambda one: [one]), st.just(list(range(PEOPLE)))))
    def deliver(self, who: list[int]) -> None:
        members = [self.members[one] for one in who]
        rows = list(OrderLine.objects.filter(order__member__in=members).values_list("pk", flat=True))
        accepted = self.state not in BEFORE_CUT_OFF or not rows
        with self.expecting("delivering", accepted=accepted):
            services.deliver(line_ids=rows, by=self.operator, now=self.now)
        if accepted and rows:
            if self.state in UNDER_WAY:
                self.state = CampaignState.DELIVERING
            for line in (line for one in who for line in self.lines_of(one)):
                line.delivered = line.to_deliver

    @rule(who=people)
    def undeliver(self, who: int) -> None:
        rows = list(OrderLine.objects.filter(order__member=self.members[who]).values_list("pk", flat=True))
        refunded = any(line.refunded or line.refunded_fen for line in self.lines_of(who))
        accepted = not rows or (self.state != CampaignState.CLOSED and not refunded)
        with self.expecting("taking a tick back", accepted=accepted):
            services.undeliver(line_ids=rows, by=self.operator, now=self.now)
        if accepted:
            for line in self.lines_of(who):
                line.delivered = Decimal()

    @rule(who=people, what=goods, quantity=amounts)
    def refund_goods(self, who: int, what: str, quantity: Decimal) -> None:
        row, line = self.row(who, what), self.line(who, what)
        if row is None:
            return
        left, left_fen = line.delivered - line.refunded, line.costs(line.delivered) - line.refunded_fen
        accepted = 0 < quantity <= left
        with self.expecting("refunding goods", accepted=accepted):
            services.refund_quantity(line_id=row.pk, quantity=quantity, reason="坏了", by=self.operator, now=self.now)
        if accepted:
            line.refunded += quantity
            line.refunded_fen += left_fen if quantity == left else min(line.costs(quantity), left_fen)

    @rule(who=people, what=goods, fen=st.sampled_from([1, 333, 1500]))
    def refund_money(self, who: int, what: str, fen: int) -> None:
        row, line = self.row(who, what), self.line(who, what)
        if row is None:
            return
        accepted = fen <= line.costs(line.delivered) - line.refunded_fen
        with self.expecting("refunding money", accepted=accepted):
            services.refund_amount(line_id=row.pk, amount_fen=fen, reason="不甜", by=self.operator, now=self.now)
        if accepted:
            line.refunded_fen += fen

    @rule(who=people, method=st.sampled_from([PayMethod.CASH, PayMethod.WECHAT]))
    def collect(self, who: int, method: PayMethod) -> None:
        """One tap: what is due is paid, or what was paid too much goes back."""
        order, due = self.order_of(who), self.owed(who) - self.paid[who]
        if order is None:
            return
        with self.expecting("collecting", accepted=bool(due)):
            services.collect_due(order=order, due_fen=due, method=method, by=self.operator, now=self.now)
        self.paid[who] += due

    @rule(who=people, fen=st.sampled_from([100, 2_000, 10_000, -100, -3_000]))
    def pay(self, who: int, fen: int) -> None:
        order = self.order_of(who)
        if order is None:
            return
        accepted = self.paid[who] + fen >= 0
        with self.expecting("paying" if fen > 0 else "giving back", accepted=accepted):
            money = services.Money(order, fen, PayMethod.CASH)
            services.record_payment(money=money, paid_fen=self.paid[who], by=self.operator, now=self.now)
        if accepted:
            self.paid[who] += fen

    @rule(who=people)
    def take_payment_back(self, who: int) -> None:
        last = Payment.objects.filter(member=self.members[who]).order_by("-pk").first()
        if last is None:
            return
        accepted = last.takes_back_id is None and self.paid[who] >= last.amount_fen
        with self.expecting("taking a payment back", accepted=accepted):
            services.take_back_payment(payment=last, by=self.operator, now=self.now)
        if accepted:
            self.paid[who] -= last.amount_fen

    def order_of(self, who: int) -> Order | None:
        return Order.objects.filter(member=self.members[who]).first()

    def owed(self, who: int) -> int:
        return sum(line.costs(line.to_deliver) - line.refunded_fen for line in self.lines_of(who))

    @invariant()
    def rows_say_what_the_model_says(self) -> None:
        if not hasattr(self, "lines"):
            return
        rows = OrderLine.objects.select_related("order__member", "offer")
        said = {(self.members.index(row.order.member), row.offer.name): figures_of(row) for row in rows}
        assert said == {key: line.figures() for key, line in self.lines.items()}
        assert Campaign.objects.get(pk=self.campaign.pk).state == self.state
        for name, offer in self.offers.items():
            wanted = sum((line.wanted for (_who, what), line in self.lines.items() if what == name), Decimal())
            assert Offer.objects.get(pk=offer.pk).taken == wanted
        for who, order in ((who, self.order_of(who)) for who in range(PEOPLE)):
            if order:
                due = due_of(order.pk)
                assert (due.paid_fen, due.fen) == (self.paid[who], self.owed(who) - self.paid[who])
        states = dict(Order.objects.values_list("member", "state"))
        assert states == {self.members[who].pk: self.state_of(who) for who, _what in self.lines}

    def state_of(self, who: int) -> str:
        lines = self.lines_of(who)
        if not any(line.to_deliver for line in lines):
            return OrderState.CANCELLED
        return OrderState.PLACED if any(line.outstanding for line in lines) else OrderState.DELIVERED


def figures_of(row: OrderLine) -> tuple[Decimal, Decimal, Decimal, Decimal, int, int, int]:
    return (
        row.quantity,
        row.to_deliver,
        row.delivered_quantity,
        row.refunded_quantity,
        row.owed_fen,
        row.delivered_fen,
        row.refunded_fen,
    )


def test_whatever_people_do_in_whatever_order_the_rows_add_up():
    run_state_machine_as_test(Anything, settings=quick(EXAMPLES, STEPS))
    assert not SaleFact.objects.exists(), "every example is undone"
