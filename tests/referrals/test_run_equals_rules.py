"""The run's SQL pays exactly what the pure rules pay, on sales nobody thought of."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import chain
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.models import Member
from orders.enums import FactKind, OrderSource
from orders.models import Order, OrderLine, SaleFact
from referrals.models import CommissionEntry, PlanVersion, Run
from referrals.rules import commission as rules
from referrals.rules import facts
from referrals.rules.tiers import TierKind, Volume
from referrals.services.recording import append_due
from tests.factories import make_group, make_member, make_share, make_user
from tests.referrals.sales import END_OF_MARCH, MARCH, MAY, ONE, fact, make_period, make_plan, make_round

CHANGE = date(2026, 3, 15)
"""The second plan version begins here."""
MOST_ORDERS = 9
OPENED = CHANGE - timedelta(days=5)
"""The first group was opened by somebody on this day."""
DAYS_TO_THE_CHANGE = 5
DAYS = [CHANGE - timedelta(days=1), CHANGE, CHANGE + timedelta(days=1), CHANGE + timedelta(days=17)]
"""The last is of another month."""
SHARED = date(2026, 3, 3)
"""From this day on the second group's leaders share: with the first person, and with a third."""
SHARES_PPM = [333_333, 250_001]

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Rates:
    leader_ppm: int
    referral_1_ppm: int
    referral_2_ppm: int
    development_ppm: int
    development_days: int
    pool_cap_ppm: int | None
    delivery_fee_fen: int
    delivery_cap_fen: int | None
    product_ppm: dict[int, int | None]
    """By the place of the product in a round's offers."""
    seed_ppm: int
    group_ppm: dict[int, int]
    person_ppm: dict[int, int]
    """By the number of the group, of the leader."""
    volume: Volume | None


@dataclass(frozen=True)
class Sold:
    """One order: people and places by number; bases and refunds in fen by line; ticks as (day, deliverer, +1 or −1)."""

    round: int
    group: int
    door: str
    leader: int | None
    referrer: int | None
    referrer_2: int | None
    seed: int | None
    day: date
    """On which it was placed."""
    bases_fen: list[int]
    refunded: list[list[int]] = field(compare=False)
    ticks: list[tuple[date, int | None, int]]

    @property
    def delivered(self) -> bool:
        return sum(sign for _, _, sign in self.ticks) > 0


@st.composite
def sold(draw: st.DrawFn) -> Sold:
    bases = draw(st.lists(st.integers(0, 30_000) | st.integers(0, 3), min_size=1, max_size=4))
    times = draw(st.sampled_from([0, 1, 1, 1, 1, 2, 3]))
    days = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=times, max_size=times)))
    who = draw(st.lists(st.none() | st.integers(0, 1), min_size=times, max_size=times))
    ticks = [(day, by, 1 if i % 2 == 0 else -1) for i, (day, by) in enumerate(zip(days, who, strict=True))]
    refunded = [[] for _ in bases]
    if times % 2:
        for line, base in enumerate(bases):
            left = base
            for _ in range(draw(st.integers(0, 2))):
                part = draw(st.integers(0, left))
                refunded[line].append(part)
                left -= part
    return Sold(
        round=draw(st.integers(0, 1)),
        group=draw(st.integers(0, 1)),
        door=draw(st.sampled_from(["", "1-101", "1-102", "2-201", "2-202"])),
        leader=draw(st.none() | st.integers(0, 1)),
        referrer=draw(st.none() | st.integers(0, 1)),
        referrer_2=draw(st.none() | st.integers(0, 1)),
        seed=draw(st.none() | st.integers(0, 1)),
        day=draw(st.sampled_from([SHARED - timedelta(days=1), SHARED])),
        bases_fen=bases,
        refunded=refunded,
        ticks=ticks,
    )


@st.composite
def volumes(draw: st.DrawFn, leader_ppm: int) -> Volume | None:
    higher = [ppm for ppm in (36_000, 50_003, 400_000) if ppm > leader_ppm]
    rates_ppm = tuple(higher[: draw(st.integers(0, len(higher)))])
    if not rates_ppm:
        return None
    bounds = st.sets(st.integers(1, 60_000), min_size=len(rates_ppm), max_size=len(rates_ppm))
    return Volume(draw(st.sampled_from(TierKind)), tuple(sorted(draw(bounds))), rates_ppm)


@st.composite
def with_a_volume(draw: st.DrawFn, made: Rates) -> Rates:
    """A cap that would be reached at its highest rate goes: such a version is not published."""
    volume = draw(volumes(made.leader_ppm))
    return replace(made, volume=volume, pool_cap_ppm=None if volume else made.pool_cap_ppm)


rates = st.builds(
    Rates,
    leader_ppm=st.sampled_from([0, 35_000, 45_000, 333_333]),
    referral_1_ppm=st.sampled_from([0, 20_000, 15_001]),
    referral_2_ppm=st.sampled_from([0, 10_000]),
    development_ppm=st.sampled_from([0, 12_345]),
    development_days=st.sampled_from([DAYS_TO_THE_CHANGE, DAYS_TO_THE_CHANGE + 1, 30]),
    pool_cap_ppm=st.none() | st.sampled_from([0, 50_000, 60_001, 400_000]),
    delivery_fee_fen=st.integers(0, 300),
    delivery_cap_fen=st.none() | st.integers(0, 700),
    product_ppm=st.dictionaries(st.integers(0, 3), st.none() | st.sampled_from([0, 60_000, 500_000]), max_size=2),
    seed_ppm=st.sampled_from([0, 7_007]),
    group_ppm=st.dictionaries(st.integers(0, 1), st.sampled_from([0, 41_000]), max_size=1),
    person_ppm=st.dictionaries(st.integers(0, 1), st.sampled_from([0, 55_000]), max_size=1),
    volume=st.none(),
).map(lambda made: replace(made, development_days=made.development_days if made.development_ppm else 0))
plans = rates.flatmap(with_a_volume)


class Stage:
    """The people and places every example plays with; the ninth order has the ninth member."""

    def __init__(self) -> None:
        self.people = [make_member("周敏"), make_member("李强")]
        self.groups = [make_group(opened_on=OPENED, opened_by=self.people[0]), make_group(opened_on=OPENED)]
        self.rounds = [make_round(*self.groups, offers=4), make_round(*self.groups, offers=4)]
        self.offers = [list(campaign.offers.order_by("pk")) for campaign in self.rounds]
        self.members = [make_member(f"成员{number}") for number in range(MOST_ORDERS)]
        self.beside = make_member("何悦")
        for member, ppm in zip([self.people[0], self.beside], SHARES_PPM, strict=True):
            make_share(self.groups[1], member, ppm, first_day=SHARED)
        self.run = Run.objects.create(period=make_period(MARCH, MAY), ran_by=make_user())

    def person(self, number: int | None) -> Member | None:
        return None if number is None else self.people[number]


@pytest.fixture
def stage() -> Stage:
    return Stage()


class World:
    """The generated sales in the database, and the same sales as the rules read them."""

    def __init__(self, stage: Stage, plans: tuple[Rates, Rates], orders: list[Sold]) -> None:
        self.stage = stage
        self.orders = orders
        first = make_plan(**self._terms(plans[0]), next_first_day=CHANGE)
        self.versions = [first, make_plan(**self._terms(plans[1]), first_day=CHANGE, plan=first.plan)]
        self.plans = plans
        self.lines = self._place()
        self.first_ticks: dict[int, int] = {}
        SaleFact.objects.bulk_create([*self._ticks(), *self._refunds()])

    def _terms(self, plan: Rates) -> dict[str, Any]:
        own = {offers[place].product: ppm for offers in self.stage.offers for place, ppm in plan.product_ppm.items()}
        return vars(plan) | {
            "product_ppm": own,
            "group_ppm": {self.stage.groups[number]: ppm for number, ppm in plan.group_ppm.items()},
            "person_ppm": {self.stage.people[number]: ppm for number, ppm in plan.person_ppm.items()},
        }

    def _place(self) -> list[list[OrderLine]]:
        placed = Order.objects.bulk_create(
            Order(
                campaign=self.stage.rounds[order.round],
                group=self.stage.groups[order.group],
                member=member,
                door=order.door,
                source=OrderSource.API,
                placed_at=END_OF_MARCH,
                order_day=order.day,
                seed=self.stage.person(order.seed),
                leader=self.stage.person(order.leader),
                referrer_1=self.stage.person(order.referrer),
                referrer_2=self.stage.person(None if order.referrer is None else order.referrer_2),
            )
            for order, member in zip(self.orders, self.stage.members, strict=False)
        )
        lines = [
            [
                OrderLine(order=saved, offer=offer, price_fen=fen, quantity=ONE, amount_fen=fen)
                for fen, offer in zip(order.bases_fen, self.stage.offers[order.round], strict=False)
            ]
            for order, saved in zip(self.orders, placed, strict=True)
        ]
        OrderLine.objects.bulk_create(chain.from_iterable(lines))
        return lines

    def _ticks(self) -> Iterator[SaleFact]:
        """Deliveries day by day; notes in which place each order was ticked first."""
        told = [(tick, index) for index, order in enumerate(self.orders) for tick in order.ticks]
        for place, ((day, by, sign), index) in enumerate(sorted(told, key=lambda one: one[0][0])):
            self.first_ticks.setdefault(index, place)
            for line in self.lines[index]:
                fen, carried_by = sign * line.amount_fen, self.stage.person(by)
                yield fact(line, FactKind.DELIVERED, amount_fen=fen, quantity=sign * ONE, on=day, by=carried_by)

    def _refunds(self) -> Iterator[SaleFact]:
        for lines, order in zip(self.lines, self.orders, strict=True):
            for line, parts in zip(lines, order.refunded, strict=True):
                for part in parts:
                    yield fact(line, FactKind.REFUNDED, amount_fen=-part, quantity=0 * ONE, on=DAYS[-1])

    def append(self) -> int:
        groups = [group.pk for group in self.stage.groups]
        return sum(added.entries for added in append_due(run=self.stage.run, group_ids=groups, before=MAY))

    def recorded(self) -> dict[tuple[int, str, int, int], int]:
        claims = CommissionEntry.objects.values_list("source_id", "rule", "level", "beneficiary_id")
        return {tuple(claim): fen for *claim, fen in claims.annotate(fen=Sum("amount_fen")).order_by() if fen}

    def expected(self) -> dict[tuple[int, str, int, int], int]:
        due: dict[tuple[int, str, int, int], int] = defaultdict(int)
        for version, terms in zip(self.versions, self.plans, strict=True):
            for key, fen in {**self._by_rates(version, terms), **self._by_walks(version)}.items():
                if fen:
                    due[int(key.line or key.order), key.rule, key.level, int(key.beneficiary)] += fen
        return dict(due)

    def _by_rates(self, version: PlanVersion, terms: Rates) -> dict[rules.Key, int]:
        plan = facts.Plan(
            leader_ppm=terms.leader_ppm,
            referral_ppm=(terms.referral_1_ppm, terms.referral_2_ppm),
            pool_cap_ppm=terms.pool_cap_ppm,
            development_ppm=terms.development_ppm,
            product_ppm={str(place): ppm for place, ppm in terms.product_ppm.items()},
            seed_ppm=terms.seed_ppm,
            group_ppm={str(number): ppm for number, ppm in terms.group_ppm.items()},
            person_ppm={str(self.stage.people[number].pk): ppm for number, ppm in terms.person_ppm.items()},
            volume=terms.volume,
        )
        orders = []
        in_order = sorted(self.first_ticks, key=self.first_ticks.__getitem__)
        for index in in_order:
            lines, order = self.lines[index], self.orders[index]
            if order.delivered and self._in_force(version, order.ticks[0][0]):
                leader = self.stage.person(order.leader)
                above = [self.stage.person(order.referrer)]
                above += [self.stage.person(order.referrer_2)] if above[0] else []
                is_new = (order.ticks[0][0] - OPENED).days < terms.development_days
                orders.append(
                    facts.Order(
                        id=str(lines[0].order_id),
                        lines=tuple(
                            facts.Line(str(line.pk), line.amount_fen, str(place)) for place, line in enumerate(lines)
                        ),
                        leader=str(leader.pk) if leader else None,
                        referrers=tuple(str(one.pk) for one in above if one),
                        group=str(order.group),
                        month=f"{order.ticks[0][0]:%Y-%m}",
                        seed=str(self.stage.people[order.seed].pk) if order.seed is not None else None,
                        co_leaders=tuple(self._beside(order)),
                        developer=str(self.stage.people[0].pk) if order.group == 0 and is_new else None,
                        refunds=tuple(
                            facts.Refund(str(line.pk), part)
                            for line, parts in zip(lines, order.refunded, strict=True)
                            for part in parts
                        ),
                    )
                )
        return rules.due(plan, orders)

    def _beside(self, order: Sold) -> Iterator[facts.CoLeader]:
        if order.group == 1 and order.day >= SHARED:
            for member, ppm in zip([self.stage.people[0], self.stage.beside], SHARES_PPM, strict=True):
                if member != self.stage.person(order.leader):
                    yield facts.CoLeader(str(member.pk), ppm)

    def _by_walks(self, version: PlanVersion) -> dict[rules.Key, int]:
        """A household is its orders of one round; who ticked it first walked there, on that day."""
        households: dict[tuple[int, int, str], list[int]] = defaultdict(list)
        for index, order in enumerate(self.orders):
            if order.delivered:
                households[order.round, order.group, order.door or f"member {index}"].append(index)
        visits = []
        for (round_, group, door), indexes in households.items():
            place, first = min((self.first_ticks[index], index) for index in indexes)
            day, by, _sign = self.orders[first].ticks[0]
            if by is not None and self._in_force(version, day):
                order_id = min(self.lines[index][0].order_id for index in indexes)
                where = f"{round_}/{group}"
                visits.append((place, facts.Order(str(order_id), (), door, where, str(self.stage.people[by].pk))))
        plan = facts.Plan(0, version.delivery_fee_fen, version.delivery_cap_fen)
        return rules.due(plan, [order for _place, order in sorted(visits, key=lambda visit: visit[0])])

    def _in_force(self, version: PlanVersion, day: date) -> bool:
        return (day < CHANGE) == (version == self.versions[0])


@contextmanager
def undone_afterwards() -> Iterator[None]:
    """Each example starts from the stage as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans=st.tuples(plans, plans), orders=st.lists(sold(), min_size=1, max_size=MOST_ORDERS))
def test_the_run_pays_what_the_rules_pay_and_a_second_run_adds_nothing(
    stage: Stage, plans: tuple[Rates, Rates], orders: list[Sold]
) -> None:
    with undone_afterwards():
        world = World(stage, plans, orders)

        world.append()
        second = world.append()

        assert world.recorded() == world.expected()
        assert second == 0
