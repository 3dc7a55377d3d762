"""Whatever happens to money, in any order: after every step books, entries, statements and payouts say the same.

The model holds what happened (ticks, refunds, plan versions, shares) and asks `referrals/rules/commission.py` what is
due; what statements and transfers have to say it keeps by itself. `EXAMPLES=200 STEPS=60` is a drill; with
`--log-cli-level=INFO` the test says how often what was done or refused.
"""

import logging
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import Count, Sum
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from community.models import CoLeader
from community.services import end_share, give_share
from core.enums import JobState, Role
from core.invariants import check
from core.jobs import drain_all
from core.jobs.worker import work_one
from core.models import Shard
from core.money import PPM
from ledger.enums import PeriodState
from ledger.models import Entry, Leg, Period
from ledger.services import close_period
from orders.enums import FactKind
from orders.models import Order
from referrals import services
from referrals.enums import BOOKED, LIVE, PayoutLayout, RunState, StatementState, TransferState, WithholdingKind
from referrals.models import CommissionEntry, Dispute, PayoutBatch, PlanVersion, Run, Statement, Transfer
from referrals.queries import paid_on
from referrals.rules import commission as rules
from referrals.rules import facts
from referrals.rules.checks import NotCalculable
from referrals.rules.payout_files import Returned
from referrals.rules.tiers import TierKind, Volume
from referrals.services import bookings
from tests.factories import make_group, make_leader, make_member, make_user
from tests.machines import Machine, quick
from tests.referrals.sales import APRIL, MARCH, MAY, ONE, fact, lines_of, make_period, make_plan, make_round, make_sale

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

EXAMPLES, STEPS = (int(os.environ.get(name, usual)) for name, usual in (("EXAMPLES", 8), ("STEPS", 25)))
JUNE = date(2026, 6, 1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
MINIMUM_FEN = 1_000
DOORS = [(0, "1-101"), (0, "1-102"), (1, "1-101"), (1, "")]
"""The orders of a group: campaign and door."""
ANOTHER_LEADER = 2
"""The place of the order that was taken in under who led the group before."""
ORDER_DAYS = [date(2026, 3, 3), date(2026, 3, 10)]
PRICES_FEN = [33_33, 129_90, 2_500_00]
Claim = tuple[int, str, int, int]
"""Source, rule, level, earner."""
Version = tuple[date, date | None, services.Terms]
VOLUMES = [
    Volume(TierKind.MARGINAL, (150_00, 3_000_00), (50_000, 80_000)),
    Volume(TierKind.MARGINAL, (1, 2_600_00, 5_500_00), (310_000, 333_333, 400_001)),
    Volume(TierKind.SLAB, (163_22, 2_663_23), (46_000, 350_000)),
]

OWN_RATES = ("of_groups", "of_people")

logger = logging.getLogger(__name__)
some = st.integers(0, 1_000)
"""One of those there are, whatever their number."""
seldom = st.sampled_from([False, False, True])
terms = st.fixed_dictionaries(
    {
        "leader_ppm": st.sampled_from([0, 45_000, 300_000]),
        "delivery_fee_fen": st.sampled_from([0, 200]),
        "delivery_cap_fen": st.sampled_from([None, 300]),
        "referral_1_ppm": st.sampled_from([0, 50_000, 15_001]),
        "referral_2_ppm": st.sampled_from([0, 20_000]),
        "pool_cap_ppm": st.sampled_from([None, None, 60_001]),
        "development": st.sampled_from([(0, 0), (12_345, 20)]),
        "own": st.dictionaries(st.integers(0, 2), st.sampled_from([None, 0, 500_000]), max_size=2),
        "of_groups": st.dictionaries(st.integers(0, 2), st.sampled_from([0, 60_000]), max_size=1),
        "of_people": st.dictionaries(st.integers(0, 2), st.sampled_from([0, 75_001]), max_size=1),
        "seed_ppm": st.sampled_from([0, 7_007]),
        "volume": st.sampled_from([None, None, *VOLUMES]),
    }
)


class Killed(BaseException):
    """As little caught as a kill -9."""


@dataclass(frozen=True)
class Told:
    """A fact of one line: a tick (+1), a tick taken back (−1) or a refund (0) of so many fen; `by` delivered it."""

    line: int
    day: date
    sign: int
    fen: int
    by: int | None


@dataclass
class Sold:
    """An order and what became of it, in the order it was told; people by their ids."""

    row: Order
    goods: list[int]
    campaign: int
    told: list[tuple[int, Told]] = field(default_factory=list)
    """With its place among everything told."""

    def __post_init__(self) -> None:
        self.lines = lines_of(self.row)

    def known(self, before: date) -> list[tuple[int, Told]]:
        return [(place, one) for place, one in self.told if one.day < before]

    def delivered(self, before: date) -> list[int]:
        """The places of the lines that are at the door."""
        ticks = Counter[int]()
        for _place, one in self.known(before):
            ticks[one.line] += one.sign
        return [line for line in range(len(self.lines)) if ticks[line] > 0]

    def first_tick(self, before: date) -> tuple[int, Told]:
        return next((place, one) for place, one in self.known(before) if one.sign)

    def refunded_fen(self, line: int) -> int:
        return sum(one.fen for _place, one in self.told if one.line == line and not one.sign)


@dataclass(frozen=True)
class Share:
    """What a co-leader is given of a group's orders, from a day to the one before another; people by their ids."""

    group: int
    member: int
    ppm: int
    begins: date
    ends: date

    def holds(self, day: date) -> bool:
        return self.begins <= day < self.ends


@dataclass
class Stated:
    """What a statement has to say."""

    carried_fen: int
    earned_fen: int = 0
    approved: bool = False
    preparers: set[int] = field(default_factory=set)

    @property
    def total_fen(self) -> int:
        return self.carried_fen + self.earned_fen

    @property
    def payable_fen(self) -> int:
        return self.total_fen if self.total_fen >= MINIMUM_FEN else 0

    @property
    def carries_on_fen(self) -> int:
        return self.total_fen - self.payable_fen

    def figures(self) -> tuple[int, int, int, int, str]:
        state = StatementState.APPROVED if self.approved else StatementState.ISSUED
        return (self.carried_fen, self.earned_fen, self.payable_fen, self.carries_on_fen, state)


class Stage:
    """Three groups, two rounds in each, three months and those who keep the books."""

    def __init__(self) -> None:
        self.periods = [make_period(first, after) for first, after in [(MARCH, APRIL), (APRIL, MAY), (MAY, JUNE)]]
        self.preparer, self.second, self.third = (
            make_user(Role.ADMIN, name=name) for name in ("李会计", "王复核", "陈")
        )
        wang = make_member("王芳")
        self.groups = [make_group(opened_on=MARCH) for _ in range(3)]
        leaders = [make_leader(*self.groups[:2], name="周敏"), make_leader(self.groups[2], name="李强")]
        self.people = [*leaders, wang]
        self.rounds = [make_round(*self.groups, offers=len(PRICES_FEN)) for _ in range(2)]
        self.products = [list(campaign.offers.order_by("pk")) for campaign in self.rounds]
        self.orders: list[tuple[Order, int]] = []
        for number, group in enumerate(self.groups):
            for place, (campaign, door) in enumerate(DOORS):
                leader = leaders[(number // 2 + (place == ANOTHER_LEADER)) % 2]
                above = [(None, None), (wang, None), (wang, leaders[0]), (leaders[0], leaders[0])][(number + place) % 4]
                order = make_sale(
                    group,
                    *PRICES_FEN[: 2 + place % 2],
                    campaign=self.rounds[campaign],
                    member=make_member(f"成员{number}{place}"),
                    door=door,
                    leader=leader,
                    referrer=above[0],
                    referrer_2=above[1],
                    seed=[None, wang, leader][(number + 2 * place) % 3],
                    order_day=ORDER_DAYS[place % 2],
                )
                self.orders.append((order, campaign))
        make_plan(leader_ppm=300_000, referral_1_ppm=50_000, delivery_fee_fen=200, delivery_cap_fen=500)
        self.first = PlanVersion.objects.get()


class Money(Machine):
    """Sales happen, plans change, months are run, stated, paid and closed, by people who may be interrupted."""

    told: Counter[str] = Counter()

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage

    @initialize(
        ticked=st.lists(some, min_size=2, max_size=6),
        said=st.one_of(st.none(), terms, terms),
        far=st.sampled_from([0, 1, 2, 3, 4, 5]),
    )
    def begins(self, ticked: list[int], said: dict[str, Any] | None, far: int) -> None:
        """Some has been delivered in March, perhaps by other terms, and its money is on its way by so many steps."""
        self.begin()
        self.day, self.now = date(2026, 3, 5), datetime(2026, 3, 5, 2, tzinfo=UTC)
        self.place = 0
        self.orders = [
            Sold(Order.objects.get(pk=row.pk), list(range(row.lines.count())), campaign)
            for row, campaign in self.stage.orders
        ]
        first = self.stage.first
        began = services.Terms(
            first.span.lower, None, 300_000, delivery_fee_fen=200, delivery_cap_fen=500, referral_1_ppm=50_000
        )
        self.versions: dict[int, Version] = {first.pk: (first.span.lower, None, began)}
        self.own: dict[int, dict[int, int | None]] = {first.pk: {}}
        self.opened_by: list[int | None] = [None] * 3
        self.shares: dict[int, Share] = {}
        self.recorded: dict[Claim, int] | None = {}
        self.runs: dict[int, int] = {}
        """The place of the period, by run."""
        self.computing: int | None = None
        self.disturbed = False
        self.unstated: dict[tuple[int, int], int] = {}
        self.statements: dict[tuple[int, int], Stated] = {}
        self.frozen: dict[int, dict[str, Any]] = {}
        self.most_earned: Counter[int] = Counter()
        self.transfers: dict[int, str] = {}
        self.taxed_otherwise: set[int] = set()
        """Batches of earners of whom something was paid, returned or said since they were prepared."""
        self.closed: dict[int, tuple[int, int, int]] = {}
        if said:
            self.publish(said, (MARCH - self.day).days, None)
        for number in ticked:
            self.tick(number, None, None)
        self.a_month_is_paid(far)

    @rule(far=st.sampled_from([2, 3, 4, 5]))
    def a_month_is_paid(self, far: int) -> None:
        """So many of the usual steps, one after the other, for the month before this one while it is open."""
        before = self.month() - 1
        place = self.month() if before < 0 or before in self.closed else before
        for step in [
            lambda: self.run_month(place, whole=False, killed=None, after=0),
            lambda: self.approve_run(0),
            lambda: (self.issue(place), self.approve_statements(0, alone=False)),
            lambda: (self.prepare(everything=False), self.approve_payout(0)),
            lambda: self.bank_answers(0, ["paid"]),
        ][:far]:
            step()

    # What happens to sales

    @contextmanager
    def happening(self, what: str, *, accepted: bool) -> Iterator[None]:
        """Something that decides what is due: what was recorded is not all of it any more."""
        with self.expecting(what, accepted=accepted):
            yield
        if accepted:
            self.disturbed = True

    def tell(self, sold: Sold, kind: FactKind, told: list[Told]) -> None:
        people = {person.pk: person for person in self.stage.people}
        for one in told:
            line = sold.lines[one.line]
            fen, quantity = (one.sign * one.fen, one.sign * ONE) if one.sign else (-one.fen, 0 * ONE)
            fact(line, kind, amount_fen=fen, quantity=quantity, on=one.day, by=people.get(one.by or 0)).save()
            self.place += 1
            sold.told.append((self.place, one))

    @rule(which=some, line=st.one_of(st.none(), some), by=st.one_of(st.none(), st.integers(0, 2)))
    def tick(self, which: int, line: int | None, by: int | None) -> None:
        """All of an order that is not at the door yet, or one line of it; by somebody, or by the order's leader."""
        sold = self.orders[which % len(self.orders)]
        lines = range(len(sold.lines)) if line is None else [line % len(sold.lines)]
        carrier = sold.row.leader_id if by is None else self.stage.people[by].pk
        missing = sorted(set(lines) - set(sold.delivered(JUNE)))
        if missing:
            with self.happening("delivering", accepted=True):
                ticks = [Told(one, self.day, 1, sold.lines[one].amount_fen, carrier) for one in missing]
                self.tell(sold, FactKind.DELIVERED, ticks)

    @rule(which=some, line=st.one_of(st.none(), some))
    def untick(self, which: int, line: int | None) -> None:
        """What was refunded stays delivered (orders.services.undeliver)."""
        sold = self.orders[which % len(self.orders)]
        lines = range(len(sold.lines)) if line is None else [line % len(sold.lines)]
        there = sorted(set(lines) & set(sold.delivered(JUNE)))
        if there and not any(sold.refunded_fen(one) for one in there):
            with self.happening("taking a tick back", accepted=True):
                back = [Told(one, self.day, -1, sold.lines[one].amount_fen, sold.row.leader_id) for one in there]
                self.tell(sold, FactKind.DELIVERED, back)

    @rule(which=some, line=some, part=st.sampled_from([1, 333, 10_000, 1_000_000]))
    def refund(self, which: int, line: int, part: int) -> None:
        sold = self.orders[which % len(self.orders)]
        line %= len(sold.lines)
        left = sold.lines[line].amount_fen - sold.refunded_fen(line)
        if line in sold.delivered(JUNE) and left:
            with self.happening("refunding", accepted=True):
                self.tell(sold, FactKind.REFUNDED, [Told(line, self.day, 0, min(part, left), None)])

    @rule(days=st.sampled_from([1, 4, 13, 28]))
    def time_passes(self, days: int) -> None:
        self.day = min(self.day + timedelta(days=days), JUNE - timedelta(days=1))
        self.now = max(self.now, datetime.combine(self.day, time(2), tzinfo=UTC))

    # What decides what is paid for them

    @rule(said=terms, begins=st.integers(-45, 10), ends=st.sampled_from([None, None, 12]))
    def publish(self, said: dict[str, Any], begins: int, ends: int | None) -> None:
        """A version from a day on, often in the past, in months that are closed too."""
        first = self.day + timedelta(days=begins)
        after = None if ends is None else first + timedelta(days=ends)
        plain = {name: value for name, value in said.items() if name not in {"development", "own", *OWN_RATES}}
        ppm, days = said["development"]
        own = {offers[place].product_id: rate for offers in self.stage.products for place, rate in said["own"].items()}
        new = services.Terms(
            first,
            after and after - timedelta(days=1),
            **plain,
            development_ppm=ppm,
            development_days=days,
            product_ppm=own,
            group_ppm={self.stage.groups[number].pk: ppm for number, ppm in said["of_groups"].items()},
            person_ppm={self.stage.people[number].pk: ppm for number, ppm in said["of_people"].items()},
        )
        followed = next((pk for pk, (begun, end, _t) in self.versions.items() if end is None and begun < first), None)
        spans = {pk: (begun, first if pk == followed else end) for pk, (begun, end, _t) in self.versions.items()}
        free = all((end or date.max) <= first or (after or date.max) <= begun for begun, end in spans.values())
        plan, admin = self.stage.first.plan, self.stage.preparer
        accepted = free and calculable(new, said["own"])
        with self.happening("publishing", accepted=accepted):
            draft = services.create_version(plan=plan, terms=new, by=admin)
            services.publish_version(
                version=draft, by=admin, now=self.now, acknowledged_by="钱总", cliffs_acknowledged_by="钱总"
            )
        if accepted:
            self.note("publishing a volume" if new.volume else "publishing without one")
            if followed:
                self.versions[followed] = (self.versions[followed][0], first, self.versions[followed][2])
            self.versions[draft.pk], self.own[draft.pk] = (first, after, new), said["own"]

    @rule(group=st.integers(0, 2), who=st.one_of(st.none(), st.integers(0, 2)), sure=seldom)
    def name_who_opened(self, group: int, who: int | None, sure: bool) -> None:
        if not sure:
            return
        person = None if who is None else self.stage.people[who].pk
        with self.happening("naming who opened a group", accepted=True):
            type(self.stage.groups[group]).objects.filter(pk=self.stage.groups[group].pk).update(opened_by=person)
            self.opened_by[group] = person

    @rule(
        group=st.integers(0, 2),
        who=st.integers(0, 2),
        ppm=st.sampled_from([333_333, 400_000, 700_001]),
        begins=st.integers(0, 11),
        days=st.sampled_from([None, 1, 7]),
    )
    def share(self, group: int, who: int, ppm: int, begins: int, days: int | None) -> None:
        """From one of the first days of March on, where the orders are; also of days that were paid for."""
        first, member = MARCH + timedelta(days=begins), self.stage.people[who]
        last = None if days is None else first + timedelta(days=days - 1)
        new = Share(group, member.pk, ppm, first, last + timedelta(days=1) if last else date.max)
        leads = self.stage.people[group // 2] == member
        with self.happening("giving a share", accepted=not leads and fits([*self.shares.values(), new])):
            given = give_share(
                group=self.stage.groups[group],
                member=member,
                share_ppm=ppm,
                first_day=first,
                last_day=last,
                by=self.stage.preparer,
            )
            self.shares[given.pk] = new

    @rule(which=some, days=st.integers(0, 7))
    def share_ends(self, which: int, days: int) -> None:
        if not self.shares:
            return
        pk = sorted(self.shares)[which % len(self.shares)]
        last = self.shares[pk].begins + timedelta(days=days)
        ended = {**self.shares, pk: replace(self.shares[pk], ends=last + timedelta(days=1))}
        with self.happening("ending a share", accepted=fits(ended.values())):
            end_share(share=CoLeader.objects.get(pk=pk), last_day=last, by=self.stage.preparer)
            self.shares = ended

    # What is due by the rules

    def due(self, before: date) -> dict[Claim, int]:
        due: Counter[Claim] = Counter()
        for pk, (begins, ends, said) in self.versions.items():
            holds = [
                sold
                for sold in self.orders
                if sold.delivered(before) and begins <= sold.first_tick(before)[1].day < (ends or date.max)
            ]
            for key, fen in self._by_rates(holds, said, self.own[pk], before).items():
                due[int(key.line or key.order), key.rule, key.level, int(key.beneficiary)] += fen
            for key, fen in self._by_walks(said, begins, ends or date.max, before).items():
                due[int(key.order), key.rule, key.level, int(key.beneficiary)] += fen
        return {claim: fen for claim, fen in due.items() if fen}

    def _by_rates(
        self, holds: list[Sold], said: services.Terms, own: dict[int, int | None], before: date
    ) -> dict[rules.Key, int]:
        in_turn = sorted(holds, key=lambda sold: sold.first_tick(before)[0])
        return rules.due(as_ruled(said, own), [self._as_sold(sold, said.development_days, before) for sold in in_turn])

    def _as_sold(self, sold: Sold, development_days: int, before: date) -> facts.Order:
        at_the_door = sold.delivered(before)
        group = [group.pk for group in self.stage.groups].index(sold.row.group_id)
        opened_by, day = self.opened_by[group], sold.first_tick(before)[1].day
        is_new = (day - MARCH).days < development_days
        beside = [one for one in self.shares.values() if one.group == group and one.holds(sold.row.order_day)]
        above = [one for one in (sold.row.referrer_1_id, sold.row.referrer_2_id) if one]
        return facts.Order(
            id=str(sold.row.pk),
            lines=tuple(
                facts.Line(str(sold.lines[one].pk), sold.lines[one].amount_fen, str(sold.goods[one]))
                for one in at_the_door
            ),
            leader=str(sold.row.leader_id),
            referrers=tuple(str(one) for one in above),
            developer=str(opened_by) if opened_by and is_new else None,
            group=str(sold.row.group_id),
            month=f"{day:%Y-%m}",
            seed=str(sold.row.seed_id) if sold.row.seed_id else None,
            co_leaders=tuple(
                facts.CoLeader(str(one.member), one.ppm)
                for one in sorted(beside, key=lambda share: share.member)
                if one.member != sold.row.leader_id
            ),
            refunds=tuple(
                facts.Refund(str(sold.lines[one.line].pk), one.fen)
                for _place, one in sold.known(before)
                if not one.sign and one.line in at_the_door
            ),
        )

    def _by_walks(self, said: services.Terms, begins: date, ends: date, before: date) -> dict[rules.Key, int]:
        """A household is its orders of one round with something at the door; who ticked it first walked there."""
        households: dict[tuple[int, int, str], list[Sold]] = defaultdict(list)
        for sold in self.orders:
            if sold.delivered(before):
                door = sold.row.door or f"member {sold.row.member_id}"
                households[sold.campaign, sold.row.group_id, door].append(sold)
        visits = []
        for (campaign, group, door), there in households.items():
            place, tick = min((sold.first_tick(before) for sold in there), key=lambda told: told[0])
            if begins <= tick.day < ends:
                first = str(min(sold.row.pk for sold in there))
                visits.append((place, facts.Order(first, (), door, f"{campaign}/{group}", str(tick.by))))
        plan = facts.Plan(0, said.delivery_fee_fen, said.delivery_cap_fen)
        return rules.due(plan, [order for _place, order in sorted(visits, key=lambda visit: visit[0])])

    # Runs

    @rule(
        which=some,
        whole=st.booleans(),
        killed=st.sampled_from([None, "before", "between", "after"]),
        after=st.integers(0, 2),
    )
    def run_month(self, which: int, whole: bool, killed: str | None, after: int) -> None:
        """One of the months that have begun, again perhaps; a worker may be killed after so many shards."""
        place = which % (self.month() + 1)
        period = Period.objects.get(pk=self.stage.periods[place].pk)
        later = any(ran > place for ran in self.runs.values())
        accepted = period.state == PeriodState.OPEN and not later and self.computing is None
        with self.expecting("running", accepted=accepted):
            run = services.start_run(period=period, by=self.stage.preparer, now=self.now, whole=whole)
        if not accepted:
            return
        self.computing = run.pk
        self.runs[run.pk] = place
        self.recorded, self.disturbed = None, False
        if killed is None:
            drain_all()
        elif not self.killed(killed, after):
            self.note("a run that was over before the kill")
        self.look_whether_it_has_finished()

    def killed(self, moment: str, after: int) -> bool:
        """Whether a worker was killed at that moment of the shard after so many."""
        for _shard in range(after):
            work_one()
        target, dies = {
            "before": ("append_due", die),
            "between": ("bookings.accrue", die),
            "after": ("bookings.accrue", then_die(bookings.accrue)),
        }[moment]
        with patch(f"referrals.services.runs.{target}", dies):
            try:
                work_one()
            except Killed:
                self.note(f"a worker killed {moment}")
                return True
        return False

    @rule()
    def go_on(self) -> None:
        """Another worker takes over what a killed one left."""
        if self.computing is not None:
            Shard.objects.filter(state=JobState.RUNNING).update(claimed_at=LONG_AGO)
            drain_all()
            self.look_whether_it_has_finished()

    def look_whether_it_has_finished(self) -> None:
        """What it recorded is all that is due, unless something happened while it was at work."""
        run = Run.objects.get(pk=self.computing)
        if run.state == RunState.COMPUTING:
            return
        place, self.computing = self.runs[run.pk], None
        if not self.disturbed and place not in self.closed:
            self.recorded = self.due(self.stage.periods[place].span.upper)
            self.note("a run that left nothing out")

    @rule(which=some)
    def approve_run(self, which: int) -> None:
        waiting = list(Run.objects.filter(state=RunState.REVIEW).order_by("pk"))
        if not waiting:
            return
        run = waiting[which % len(waiting)]
        place = self.runs[run.pk]
        accepted = place not in self.closed or self.month() not in self.closed
        with self.expecting("approving a run", accepted=accepted):
            services.approve_run(run=run, by=self.stage.second, now=self.now)
        if accepted:
            for earner, fen in bookings.earned_in(run).items():
                self.unstated[run.pk, earner] = fen
                approved = CommissionEntry.objects.filter(beneficiary=earner, run__state=RunState.APPROVED)
                so_far = approved.aggregate(fen=Sum("amount_fen"))["fen"] or 0
                self.most_earned[earner] = max(self.most_earned[earner], so_far)

    def month(self) -> int:
        return self.day.month - 3

    # Statements

    @rule(which=some)
    def issue(self, which: int) -> None:
        place = which % (self.month() + 1)
        later = any(month > place for month, _earner in self.statements)
        waits = any(month < place and not one.approved for (month, _earner), one in self.statements.items())
        new = {
            (run, earner): fen
            for (run, earner), fen in self.unstated.items()
            if self.runs[run] <= place and not ((one := self.statements.get((place, earner))) and one.approved)
        }
        accepted = bool(new) and not later and not waits
        with self.expecting("issuing statements", accepted=accepted):
            services.issue_statements(period=self.stage.periods[place], by=self.stage.preparer, now=self.now)
        if accepted:
            for (run, earner), fen in new.items():
                del self.unstated[run, earner]
                if (place, earner) not in self.statements:
                    before = [one for (month, who), one in sorted(self.statements.items()) if who == earner]
                    self.statements[place, earner] = Stated(before[-1].carries_on_fen if before else 0)
                self.statements[place, earner].earned_fen += fen

    @rule(which=some, alone=st.booleans())
    def approve_statements(self, which: int, alone: bool) -> None:
        waiting = list(Statement.objects.filter(state=StatementState.ISSUED).order_by("pk"))
        if not waiting:
            return
        chosen = waiting[which % len(waiting) :][:1] if alone else waiting
        disputed = Dispute.objects.filter(statement__in=chosen, state="open").exists()
        accepted = not disputed
        with self.expecting("approving statements", accepted=accepted):
            services.approve_statements(statements=[one.pk for one in chosen], by=self.stage.second, now=self.now)
        if accepted:
            for one in chosen:
                self.statements[self.month_of(one), one.earner_id].approved = True
                self.frozen[one.pk] = Statement.objects.filter(pk=one.pk).values().get()

    def month_of(self, statement: Statement) -> int:
        return [period.pk for period in self.stage.periods].index(statement.period_id)

    @rule(which=some)
    def dispute(self, which: int) -> None:
        lines = list(CommissionEntry.objects.filter(run__state=RunState.APPROVED).order_by("run", "source_id")[:20])
        if not lines:
            return
        line = lines[which % len(lines)]
        statement = Statement.objects.filter(parts__run=line.run_id, parts__earner=line.beneficiary_id).first()
        if statement is None:
            return
        waits = Dispute.objects.filter(statement=statement, order=line.order_id, state="open").exists()
        with self.expecting("disputing", accepted=statement.state == StatementState.ISSUED and not waits):
            services.raise_dispute(
                statement=statement, order=line.order, text="少算了", by=self.stage.third, now=self.now
            )

    @rule(state=st.sampled_from(["upheld", "corrected"]))
    def answer(self, state: str) -> None:
        dispute = Dispute.objects.filter(state="open").first()
        if dispute is not None:
            with self.expecting("answering", accepted=True):
                services.answer_dispute(
                    dispute=dispute, state=state, answer="看过了", by=self.stage.preparer, now=self.now
                )

    # Payouts

    @rule(everything=st.booleans())
    def prepare(self, everything: bool) -> None:
        """What can be paid, or without looking everything that was ever stated."""
        live = Transfer.objects.filter(state__in=LIVE).values("statement")
        payable = Statement.objects.filter(state=StatementState.APPROVED, payable_fen__gt=0)
        chosen = list(Statement.objects.all() if everything else payable.exclude(pk__in=live))
        if not chosen:
            return
        paid_elsewhere = Transfer.objects.filter(statement__in=chosen, state__in=LIVE).exists()
        accepted = (
            any(one.state == StatementState.APPROVED and one.payable_fen for one in chosen) and not paid_elsewhere
        )
        batch: PayoutBatch | None = None
        try:
            with self.expecting("preparing a payout", accepted=accepted, unless=(services.NothingLeft,)):
                batch = services.prepare_payout(
                    statements=[one.pk for one in chosen],
                    pays_on=self.day,
                    layout=PayoutLayout.GENERIC,
                    by=self.stage.preparer,
                    now=self.now,
                )
        except services.NothingLeft:
            return
        if batch:
            self.taxed_anew(batch)
            for pk in batch.items.values_list("pk", flat=True):
                self.transfers[pk] = TransferState.WAITING

    def taxed_anew(self, batch: PayoutBatch) -> None:
        """What other payouts of its earners keep back may be another amount now."""
        others = PayoutBatch.objects.filter(items__statement__earner__in=earners_of(batch)).exclude(pk=batch.pk)
        self.taxed_otherwise |= set(others.values_list("pk", flat=True))

    def prepared(self, which: int) -> PayoutBatch | None:
        waiting = list(PayoutBatch.objects.filter(state="prepared").order_by("pk"))
        return waiting[which % len(waiting)] if waiting else None

    @rule(which=some)
    def approve_payout(self, which: int) -> None:
        batch = self.prepared(which)
        if batch is None:
            return
        try:
            with self.expecting("approving a payout", accepted=True, unless=(services.TaxHasChanged,)):
                services.approve_payout(batch=batch, by=self.stage.second, now=self.now)
        except services.TaxHasChanged:
            assert batch.pk in self.taxed_otherwise
            return
        self.moved(batch, TransferState.SENT)

    @rule(which=some)
    def withdraw_payout(self, which: int) -> None:
        batch = self.prepared(which)
        if batch is not None:
            with self.expecting("giving a payout up", accepted=True):
                services.withdraw_payout(batch=batch, by=self.stage.preparer, now=self.now)
            self.moved(batch, TransferState.WITHDRAWN)

    def moved(self, batch: PayoutBatch, state: str) -> None:
        self.taxed_anew(batch)
        self.transfers |= dict.fromkeys(batch.items.values_list("pk", flat=True), state)

    @rule(which=some, said=st.lists(st.sampled_from(["paid", "failed", "unknown", None]), min_size=1, max_size=3))
    def bank_answers(self, which: int, said: list[str | None]) -> None:
        """In turn of each transfer; None: the file does not name it. Perhaps of a payout that was answered before."""
        sent = list(PayoutBatch.objects.filter(state="approved").order_by("pk"))
        if not sent:
            return
        batch = sent[which % len(sent)]
        told = [
            (item, said[place % len(said)])
            for place, item in enumerate(batch.items.select_related("statement").order_by("pk"))
        ]
        rows = [Returned(item.statement.number, word, "", word) for item, word in told if word]
        with self.expecting("the bank answering", accepted=True):
            services.record_returns(batch=batch, returned=rows, by=self.stage.preparer, now=self.now)
        for item, word in told:
            if word and self.transfers[item.pk] in {TransferState.SENT, TransferState.UNKNOWN}:
                self.transfers[item.pk] = word
                self.note(f"a transfer {word}")
        self.taxed_anew(batch)

    @rule(which=some)
    def comes_back(self, which: int) -> None:
        """What was paid; of what was not, nobody can say so."""
        items = list(Transfer.objects.exclude(state=TransferState.WITHDRAWN).select_related("batch").order_by("pk"))
        if not items:
            return
        item = items[which % len(items)]
        with self.expecting("coming back", accepted=self.transfers[item.pk] == TransferState.PAID):
            services.record_came_back(transfer=item, said="账户已销户", by=self.stage.preparer, now=self.now)
            self.transfers[item.pk] = TransferState.FAILED
        self.taxed_anew(item.batch)

    @rule(who=st.integers(0, 2), kind=st.sampled_from(list(WithholdingKind)), sure=seldom)
    def tax(self, who: int, kind: WithholdingKind, sure: bool) -> None:
        if not sure:
            return
        earner = self.stage.people[who]
        with self.expecting("a tax profile", accepted=True):
            services.set_withholding(earner=earner, kind=kind, first_day=self.day, by=self.stage.preparer, now=self.now)
        of_theirs = PayoutBatch.objects.filter(items__statement__earner=earner)
        self.taxed_otherwise |= set(of_theirs.values_list("pk", flat=True))

    # The books

    @rule(sure=seldom)
    def close(self, sure: bool) -> None:
        """The first month that is open, unless it is still to come; it is for ever, so it is rare."""
        place = next((place for place in range(3) if place not in self.closed), 3)
        if sure and place <= self.month():
            period = self.stage.periods[place]
            with self.expecting("closing a month", accepted=True):
                close_period(period=period, by=self.stage.preparer, now=self.now)
            self.closed[place] = content_of(period)

    # What holds after every step

    @invariant()
    def entries_say_what_the_rules_say(self) -> None:
        if self.under_way() and self.recorded is not None:
            claims = CommissionEntry.objects.values_list("source_id", "rule", "level", "beneficiary_id")
            found = {tuple(claim): fen for *claim, fen in claims.annotate(fen=Sum("amount_fen")).order_by() if fen}
            assert found == self.recorded

    @invariant()
    def the_books_balance(self) -> None:
        if not self.under_way():
            return
        legs = Leg.objects.order_by()
        assert (legs.aggregate(fen=Sum("amount_fen"))["fen"] or 0) == 0
        assert not legs.values("entry").annotate(fen=Sum("amount_fen")).exclude(fen=0).exists()
        owed = legs.filter(account__purpose__in=[bookings.HELD, bookings.PAYABLE]).values_list("account__party")
        booked = {earner: -fen for earner, fen in owed.annotate(fen=Sum("amount_fen")) if fen}
        assert booked == self.owed()

    def owed(self) -> dict[int, int]:
        """Everything recorded for an earner, less what is on its way to them or there."""
        owed = Counter(dict(CommissionEntry.objects.values_list("beneficiary").annotate(Sum("amount_fen")).order_by()))
        sent = Transfer.objects.filter(state__in=BOOKED).values_list("statement__earner")
        owed.subtract(dict(sent.annotate(Sum("gross_fen")).order_by()))
        return {earner: fen for earner, fen in owed.items() if fen}

    @invariant()
    def statements_say_what_the_model_says(self) -> None:
        if not self.under_way():
            return
        rows = list(Statement.objects.all())
        said = {
            (self.month_of(row), row.earner_id): (
                row.carried_fen,
                row.earned_fen,
                row.payable_fen,
                row.carries_on_fen,
                row.state,
            )
            for row in rows
        }
        assert said == {key: one.figures() for key, one in self.statements.items()}
        assert {row["id"]: row for row in Statement.objects.filter(pk__in=self.frozen).values()} == self.frozen

    @invariant()
    def money_leaves_once(self) -> None:
        if not self.under_way():
            return
        live = Transfer.objects.filter(state__in=LIVE)
        assert dict(Transfer.objects.values_list("pk", "state")) == self.transfers
        assert not live.values("statement").annotate(times=Count("pk")).order_by().filter(times__gt=1).exists()
        assert all(one.gross_fen == one.net_fen + one.withheld_fen for one in Transfer.objects.all())
        for earner, fen in live.values_list("statement__earner").annotate(Sum("gross_fen")).order_by():
            assert fen <= self.most_earned[earner], "more was sent than was ever earned"

    @invariant()
    def a_closed_month_takes_nothing(self) -> None:
        if self.under_way():
            for place, content in self.closed.items():
                assert content_of(self.stage.periods[place]) == content

    @invariant()
    def the_house_finds_nothing_wrong(self) -> None:
        if self.under_way():
            found = [one for one in check() if one.count and one.name.startswith(("referrals.", "ledger."))]
            assert found == []

    def under_way(self) -> bool:
        return hasattr(self, "closed")

    def at_the_end(self) -> None:
        """Whatever was left undone, one run that goes on finds it and one over everything no more (C4); a trial of
        what is in force says the same (C7)."""
        if not self.under_way():
            return
        self.go_on()
        last = max(self.runs.values(), default=0)
        place = next((place for place in range(last, 3) if place not in self.closed), None)
        if place is None:
            return
        period = Period.objects.get(pk=self.stage.periods[place].pk)
        for number, whole in enumerate((False, True)):
            run = services.start_run(period=period, by=self.stage.preparer, now=self.now, whole=whole)
            drain_all()
            self.recorded = self.due(period.span.upper)
            self.entries_say_what_the_rules_say()
            assert not number or not run.entries.exists(), "run twice adds nothing"
        if place >= self.month():
            owed = Counter[int]()
            for (_source, _rule, _level, earner), fen in self.recorded.items():
                owed[earner] += fen
            assert paid_on(self.stage.periods) == owed
            self.note("a trial that says what is recorded")


def as_ruled(said: services.Terms, own: dict[int, int | None]) -> facts.Plan:
    return facts.Plan(
        leader_ppm=said.leader_ppm,
        referral_ppm=(said.referral_1_ppm, said.referral_2_ppm),
        pool_cap_ppm=said.pool_cap_ppm,
        development_ppm=said.development_ppm,
        seed_ppm=said.seed_ppm,
        product_ppm={str(place): ppm for place, ppm in own.items()},
        group_ppm={str(group): ppm for group, ppm in said.group_ppm.items()},
        person_ppm={str(person): ppm for person, ppm in said.person_ppm.items()},
        volume=said.volume,
    )


def calculable(said: services.Terms, own: dict[int, int | None]) -> bool:
    try:
        return bool(as_ruled(said, own))
    except NotCalculable:
        return False


def fits(shares: Iterable[Share]) -> bool:
    """Whether on every day a co-leader has one share of a group and all of them leave its leader something."""
    held = list(shares)
    for group, day in {(one.group, one.begins) for one in held}:
        there = [one for one in held if one.group == group and one.holds(day)]
        if sum(one.ppm for one in there) >= PPM or len({one.member for one in there}) < len(there):
            return False
    return True


def die(*args: object, **kwargs: object) -> None:
    raise Killed


def then_die(act: Callable[..., object]) -> Callable[..., None]:
    def acting(*args: object, **kwargs: object) -> None:
        act(*args, **kwargs)
        raise Killed

    return acting


def earners_of(batch: PayoutBatch) -> list[int]:
    return list(batch.items.values_list("statement__earner", flat=True))


def content_of(period: Period) -> tuple[int, int, int]:
    """Entries of the books, and commission entries with their fen."""
    commission = CommissionEntry.objects.filter(period=period).aggregate(n=Count("source_id"), fen=Sum("amount_fen"))
    return Entry.objects.filter(period=period).count(), commission["n"], commission["fen"] or 0


def test_whatever_happens_in_whatever_order_the_money_adds_up():
    stage = Stage()

    run_state_machine_as_test(lambda: Money(stage), settings=quick(EXAMPLES, STEPS))

    logger.info("%s", dict(sorted(Money.told.items())))
    assert not CommissionEntry.objects.exists(), "every example is undone"
