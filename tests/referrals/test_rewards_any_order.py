"""Whatever happens to orders, balances and coupons, in any order: rewards add up to the books and keep to the budget.

The model knows orders, days and what was spent; it never asks how rewards are worked out, only what they come to.
"""

import os
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from community.models import Member
from core.errors import DomainError
from core.invariants import find
from ledger.models import Leg
from ledger.queries import trial_balance
from orders.enums import PayMethod
from orders.models import Coupon, Order, OrderLine
from orders.queries import due_of
from orders.services import Money, deliver, record_payment, refund_amount, take_back_payment, undeliver, use_coupon
from referrals.models import FissionCampaign, Qualification, Reward, RewardEntry
from referrals.rules.rewards import Tier
from referrals.services import settle_rewards
from tests import factories as make
from tests.factories import NOW
from tests.referrals.rewarding import make_fission, make_newcomer, ordered
from tests.referrals.test_rewards import INVARIANTS

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

EXAMPLES, STEPS = (int(os.environ.get(name, usual)) for name, usual in (("EXAMPLES", 10), ("STEPS", 25)))
THRESHOLD_FEN, BUDGET_FEN = 2990, 6000
whose = st.integers(0, 50)
sizes = st.sampled_from([1000, 2989, 2990, 3500, 9000])


class Rewarding(RuleBasedStateMachine):
    """A campaign whose budget is used up by the third pair, two referrers, and everything that can come between."""

    @initialize()
    def open(self) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.operator, self.group, self.now = make.make_user(), make.make_group(), NOW
        self.referrers = [make.make_member(f"推{number}", group=self.group) for number in range(2)]
        self.campaign = make_fission(by=self.operator, budget_fen=BUDGET_FEN, tiers=[Tier(1, 300)], hold_days=3)
        self.newcomers: list[Member] = []

    def orders(self) -> list[Order]:
        return list(Order.objects.order_by("pk"))

    def attempt(self, act) -> None:
        """What the house refuses changes nothing; anything else that goes wrong is a fault."""
        try:
            with transaction.atomic():
                act()
        except DomainError:
            pass

    @rule(referrer=st.integers(0, 1), fen=sizes, paid=st.booleans())
    def bring_somebody_who_orders(self, referrer: int, fen: int, paid: bool) -> None:
        member = make_newcomer(self.referrers[referrer], self.group, f"新{len(self.newcomers)}", now=self.now)
        self.newcomers.append(member)
        ordered(member, self.group, fen, by=self.operator, now=self.now, paid=paid)

    @rule(who=whose, fen=sizes)
    def order_more(self, who: int, fen: int) -> None:
        people = [*self.referrers, *self.newcomers]
        ordered(people[who % len(people)], self.group, fen, by=self.operator, now=self.now, paid=False)

    @rule(which=whose, fen=st.sampled_from([1, 600, 3500]))
    def refund(self, which: int, fen: int) -> None:
        if orders := self.orders():
            line = orders[which % len(orders)].lines.get()
            self.attempt(
                lambda: refund_amount(line_id=line.pk, amount_fen=fen, reason="坏果", by=self.operator, now=self.now)
            )

    @rule(which=whose, back=st.booleans())
    def tick(self, which: int, back: bool) -> None:
        if orders := self.orders():
            act = undeliver if back else deliver
            lines = [orders[which % len(orders)].lines.get().pk]
            self.attempt(lambda: act(line_ids=lines, by=self.operator, now=self.now))

    @rule(which=whose, method=st.sampled_from([PayMethod.CASH, PayMethod.BALANCE]), share=st.sampled_from([1, 3]))
    def pay(self, which: int, method: PayMethod, share: int) -> None:
        if orders := self.orders():
            order = orders[which % len(orders)]
            due = due_of(order.pk)
            money = Money(order, due.fen // share, method)
            if due.fen > 0:
                self.attempt(lambda: record_payment(money=money, paid_fen=due.paid_fen, by=self.operator, now=self.now))

    @rule(which=whose, method=st.sampled_from([PayMethod.CASH, PayMethod.BALANCE]), more=st.integers(0, 1))
    def give_back(self, which: int, method: PayMethod, more: int) -> None:
        if orders := self.orders():
            order = orders[which % len(orders)]
            due = due_of(order.pk)
            money = Money(order, min(due.fen, 0) - more, method)
            self.attempt(lambda: record_payment(money=money, paid_fen=due.paid_fen, by=self.operator, now=self.now))

    @rule(which=whose)
    def use_a_coupon(self, which: int) -> None:
        coupons = list(Coupon.objects.order_by("pk"))
        if coupons:
            coupon = coupons[which % len(coupons)]
            for order in Order.objects.filter(member=coupon.member_id):
                paid_fen = due_of(order.pk).paid_fen
                self.attempt(
                    lambda order=order, paid=paid_fen: use_coupon(
                        order=order, coupon=coupon, paid_fen=paid, by=self.operator, now=self.now
                    )
                )

    @rule(which=whose)
    def take_a_payment_back(self, which: int) -> None:
        payments = [one for order in self.orders() for one in order.payments.filter(takes_back=None)]
        if payments:
            payment = payments[which % len(payments)]
            self.attempt(lambda: take_back_payment(payment=payment, by=self.operator, now=self.now))

    @rule(number=st.sampled_from([1, 3, 31]))
    def days_pass(self, number: int) -> None:
        self.now: datetime = self.now + timedelta(days=number)

    @rule()
    def settle(self) -> None:
        settle_rewards(now=self.now)
        again = settle_rewards(now=self.now)

        assert not any(getattr(again, name) for name in again.__slots__), "a second time there is nothing to do"
        for kept in Qualification.objects.filter(lost_at=None, outcome="granted"):
            assert delivered_net(kept.order_id) >= THRESHOLD_FEN
            assert kept.rewards.exclude(state="taken_back").count() == 2
        used = Reward.objects.filter(lost_fen__gt=0).values("qualification__referee")
        assert not Qualification.objects.filter(lost_at=None, outcome="granted", referee__in=used).exists()
        for reward in Reward.objects.filter(qualification__lost_at__isnull=False):
            assert reward.taken_back_fen + reward.lost_fen == reward.amount_fen

    @invariant()
    def what_was_granted_less_what_came_back_is_spent_and_within_the_budget(self) -> None:
        steps = dict(RewardEntry.objects.order_by().values_list("step").annotate(fen=Sum("amount_fen")))
        granted, lost = steps.get("granted", 0), steps.get("lost", 0)
        spent = granted - steps.get("taken_back", 0) - steps.get("expired", 0)
        campaign = FissionCampaign.objects.get(pk=self.campaign.pk)

        assert campaign.spent_fen == spent
        assert 0 <= spent <= BUDGET_FEN
        assert on("reward_expense") == spent - lost
        assert on("reward_losses") == lost

    @invariant()
    def the_books_are_right(self) -> None:
        assert trial_balance().difference_fen == 0
        assert [(one.name, one.examples) for one in find(INVARIANTS) if one.count] == []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)


def on(purpose: str) -> int:
    total: int | None = Leg.objects.filter(account__purpose=purpose).aggregate(fen=Sum("amount_fen"))["fen"]
    return total or 0


def delivered_net(order_id: int) -> int:
    lines = OrderLine.objects.filter(order=order_id)
    return sum(line.delivered_fen - line.refunded_fen for line in lines)


def test_rewards_add_up_whatever_happens_in_whatever_order():
    run_state_machine_as_test(
        Rewarding,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            deadline=None,
        ),
    )
