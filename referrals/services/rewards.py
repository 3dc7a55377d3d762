"""Both sides are rewarded for a first delivered order: granted, held back, made available, taken back, booked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from core.sql import statement
from ledger.enums import Nature
from ledger.memos import Memo
from ledger.services import Transfer, account, accounts_of, booking_day, post_transfers
from orders.models import Order
from orders.queries import with_due
from orders.services import CouponTerms, Credit, credit_left, give_coupons, move_credit, withdraw_coupons
from orders.services.payments import BALANCE, COUPONS
from referrals.enums import FissionState, Granting, RewardKind, RewardSide, RewardState, RewardStep, Verdict
from referrals.models import FissionCampaign, Qualification, Reward, RewardEntry, SignalDecision, SignalPair, Spreader
from referrals.rules.rewards import Allotting, Offer, Tier, share_left

DUE = statement(__file__, "rewards_due")
LOST = statement(__file__, "rewards_lost")

EXPENSE, PENDING, LOSSES = "reward_expense", "reward_pending", "reward_losses"
"""The purposes of the accounts: what rewards cost the house, what is held back for each member (their id), and what was
used although it was lost."""

HOUSE = (EXPENSE, LOSSES)

MEMOS = {step: f"reward_{step}" for step in RewardStep}
"""What the entries are about; all say of which order."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How many qualifications were rewarded, found no budget, or were lost; how many rewards opened and ran out."""

    granted: int = 0
    no_budget: int = 0
    lost: int = 0
    available: int = 0
    expired: int = 0

    def __add__(self, other: "Settled") -> "Settled":
        mine, theirs = asdict(self), asdict(other)
        return Settled(**{name: mine[name] + theirs[name] for name in mine})


@transaction.atomic
def settle_rewards(*, now: datetime) -> Settled:
    """Bring the rewards of every campaign to where the facts say they are; what is there already is left alone.

    Each campaign is locked, in one order: who settles at the same time waits and then finds nothing to do.
    """
    settled = Settled()
    for campaign in (
        FissionCampaign.objects.select_for_update().exclude(state=FissionState.DRAFT).order_by("span", "pk")
    ):
        settled += settle_campaign(campaign, now)
    return settled


def settle_campaign(campaign: FissionCampaign, now: datetime) -> Settled:
    """What is lost returns to the budget first; then it is granted from, in the order in which people were served."""
    lost = take_back_lost(campaign, now)
    granted, refused = grant_due(campaign, now)
    available = make_available(campaign, now)
    expired = let_run_out(campaign, now)
    return Settled(granted, refused, lost, available, expired)


def grant_due(campaign: FissionCampaign, now: datetime) -> tuple[int, int]:
    """Record who qualifies and is not recorded yet: with both rewards, or with the reason why there is none."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"campaign": campaign.pk})
        rows = cursor.fetchall()
    if not rows:
        return 0, 0
    campaign.refresh_from_db(fields=["spent_fen"])
    allotting = Allotting.go_on(offer_of(campaign), left_fen=campaign.left_fen, places=places_of(campaign))
    before = set(allotting.places)
    qualifications, rewards = [], []
    for referral, referee, referrer, order, net_fen, delivered_on in rows:
        allotted = allotting.allot(referrer)
        qualification = Qualification(
            campaign=campaign,
            referral_id=referral,
            referee_id=referee,
            referrer_id=referrer,
            order_id=order,
            net_fen=net_fen,
            delivered_on=delivered_on,
            outcome=Granting.GRANTED if allotted.is_granted else Granting.NO_BUDGET,
            at=now,
        )
        qualifications.append(qualification)
        if allotted.is_granted:
            opens = delivered_on + timedelta(days=campaign.hold_days)
            rewards += [
                Reward(
                    qualification=qualification,
                    side=side,
                    member_id=member,
                    kind=kind,
                    amount_fen=fen,
                    available_on=opens,
                )
                for side, member, kind, fen in (
                    (RewardSide.NEWCOMER, referee, campaign.newcomer_kind, campaign.newcomer_fen),
                    (RewardSide.REFERRER, referrer, campaign.referrer_kind, allotted.referrer_fen),
                )
            ]
    Spreader.objects.bulk_create(
        Spreader(campaign=campaign, member_id=member, place=place)
        for member, place in allotting.places.items()
        if member not in before
    )
    Qualification.objects.bulk_create(qualifications)
    Reward.objects.bulk_create(rewards)
    append([Step(reward, RewardStep.GRANTED, reward.amount_fen) for reward in rewards], now)
    granted = sum(one.outcome == Granting.GRANTED for one in qualifications)
    return granted, len(qualifications) - granted


def offer_of(campaign: FissionCampaign) -> Offer:
    tiers = [Tier(*row) for row in campaign.tiers.values_list("upto", "extra_fen")]
    return Offer(campaign.newcomer_fen, campaign.referrer_fen, tiers)


def places_of(campaign: FissionCampaign) -> dict[int, int]:
    return dict(campaign.spreaders.values_list("member", "place"))


def make_available(campaign: FissionCampaign, now: datetime) -> int:
    """Rewards whose days are over and whose order is paid become credit or a coupon of their member.

    While a signal of the two people is not decided, to be paid, they wait.
    """
    day = timezone.localdate(now)
    unpaid = with_due(Order.objects.filter(pk=OuterRef("qualification__order"))).filter(due_fen__gt=0)
    pending = rewards_of(campaign, state=RewardState.PENDING).filter(available_on__lte=day)
    rewards = list(pending.exclude(Exists(unpaid)).exclude(Exists(in_doubt())))
    coupons = [reward for reward in rewards if reward.kind == RewardKind.COUPON]
    given = give_coupons([coupon_of(reward, campaign, day) for reward in coupons])
    for reward, coupon in zip(coupons, given, strict=True):
        reward.coupon = coupon
    Reward.objects.bulk_update(coupons, ["coupon"])
    append([Step(reward, RewardStep.AVAILABLE, reward.amount_fen) for reward in rewards], now)
    return len(rewards)


def in_doubt() -> QuerySet[SignalPair]:
    """The signals of a reward's two people that nobody has decided, or not to be paid."""
    last = SignalDecision.objects.filter(signal=OuterRef("signal")).order_by("-number").values("verdict")[:1]
    pairs = SignalPair.objects.filter(
        referrer=OuterRef("qualification__referrer"), referee=OuterRef("qualification__referee")
    )
    return pairs.annotate(last=Subquery(last)).filter(Q(last=None) | ~Q(last=Verdict.PAY))


def coupon_of(reward: Reward, campaign: FissionCampaign, day: date) -> CouponTerms:
    """An early referrer's coupon is worth more, so the order it is for comes to that at least."""
    side = reward.side
    least_fen, days = getattr(campaign, f"{side}_least_fen"), getattr(campaign, f"{side}_valid_days")
    last_day = day + timedelta(days=days - 1)
    return CouponTerms(reward.member_id, reward.amount_fen, max(least_fen, reward.amount_fen), day, last_day)


def take_back_lost(campaign: FissionCampaign, now: datetime) -> int:
    """Take back both rewards of whatever does not qualify any more; what was used of them is a loss of the house."""
    with connection.cursor() as cursor:
        cursor.execute(LOST, {"campaign": campaign.pk})
        lost = [pk for (pk,) in cursor.fetchall()]
    if not lost:
        return 0
    Qualification.objects.filter(pk__in=lost).update(lost_at=now)
    live = rewards_of(campaign, state__in=[RewardState.PENDING, RewardState.AVAILABLE]).filter(qualification__in=lost)
    unused_fen = what_is_unused(list(live), now)
    steps = []
    for reward, left_fen in unused_fen:
        steps.append(Step(reward, RewardStep.TAKEN_BACK, left_fen))
        steps.append(Step(reward, RewardStep.LOST, reward.amount_fen - left_fen))
    append([step for step in steps if step.amount_fen], now)
    return len(lost)


def what_is_unused(rewards: Sequence[Reward], now: datetime) -> list[tuple[Reward, int]]:
    """Each reward with what is still there of it, in fen; nothing of that can be used from here on."""
    available = [reward for reward in rewards if reward.state == RewardState.AVAILABLE]
    used = withdraw_coupons([reward.coupon_id for reward in available if reward.coupon_id], now=now)
    credits: dict[int, list[Reward]] = defaultdict(list)
    for reward in available:
        if reward.kind == RewardKind.CREDIT:
            credits[reward.member_id].append(reward)
    left = credit_left(credits) if credits else {}
    unused = {reward.pk: 0 if reward.coupon_id in used else reward.amount_fen for reward in rewards}
    for member, theirs in credits.items():
        parts = share_left([reward.amount_fen for reward in theirs], left.get(member, 0))
        unused |= {reward.pk: part for reward, part in zip(theirs, parts, strict=True)}
    return [(reward, unused[reward.pk]) for reward in rewards]


def let_run_out(campaign: FissionCampaign, now: datetime) -> int:
    """What coupons nobody used in time were worth returns to the budget."""
    day = timezone.localdate(now)
    over = rewards_of(campaign, state=RewardState.AVAILABLE, coupon__last_day__lt=day, coupon__payment=None)
    candidates = list(over)
    used = withdraw_coupons([reward.coupon_id for reward in candidates if reward.coupon_id], now=now)
    rewards = [reward for reward in candidates if reward.coupon_id not in used]
    append([Step(reward, RewardStep.EXPIRED, reward.amount_fen) for reward in rewards], now)
    return len(rewards)


def rewards_of(campaign: FissionCampaign, **conditions: object) -> QuerySet[Reward]:
    rewards = Reward.objects.filter(qualification__campaign=campaign, **conditions)
    return rewards.select_related("qualification").order_by("pk")


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to a reward, in fen."""

    reward: Reward
    step: RewardStep
    amount_fen: int

    @property
    def key(self) -> str:
        """What its entry is about; it is booked once."""
        return f"reward:{self.reward.pk}:{self.step}"

    @property
    def opened(self) -> str:
        """The purpose of the account that holds what the member may use."""
        return BALANCE if self.reward.kind == RewardKind.CREDIT else COUPONS

    @property
    def sides(self) -> tuple[str, str]:
        """The purposes it debits and credits."""
        if self.step == RewardStep.GRANTED:
            return EXPENSE, PENDING
        if self.step == RewardStep.AVAILABLE:
            return PENDING, self.opened
        if self.step == RewardStep.LOST:
            return LOSSES, EXPENSE
        return PENDING if self.reward.state == RewardState.PENDING else self.opened, EXPENSE

    @property
    def balance_fen(self) -> int:
        """By how much it moves the member's prepaid balance."""
        debit, credit = self.sides
        return (credit == BALANCE) * self.amount_fen - (debit == BALANCE) * self.amount_fen


def append(steps: Sequence[Step], now: datetime) -> None:
    """Append what happened, each with its entry in the books; rewards, budget and balances follow."""
    if not steps:
        return
    day = timezone.localdate(now)
    period, booked_on = booking_day(day, by=None, now=now)
    accounts = Accounts.of(steps)
    transfers = [accounts.transfer(step) for step in steps]
    entries = post_transfers(transfers, period=period, booked_on=booked_on, by=None)
    RewardEntry.objects.bulk_create(
        RewardEntry(
            reward=step.reward,
            step=step.step,
            amount_fen=step.amount_fen,
            at=now,
            business_date=day,
            entry_id=entries[step.key],
        )
        for step in steps
    )
    credits = [Credit(step.reward.member_id, step.balance_fen, entries[step.key]) for step in steps if step.balance_fen]
    move_credit(credits, day=day, now=now)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The ids of the accounts some steps move: the house's by purpose, the others by purpose and member."""

    house: Mapping[str, int]
    members: Mapping[str, Mapping[int, int]]

    @classmethod
    def of(cls, steps: Sequence[Step]) -> "Accounts":
        parties: dict[str, set[int]] = defaultdict(set)
        for step in steps:
            for purpose in step.sides:
                if purpose not in HOUSE:
                    parties[purpose].add(step.reward.member_id)
        house = {purpose: account(purpose, None, Nature.EXPENSE).pk for purpose in HOUSE}
        of_members = {
            purpose: accounts_of(members, purpose=purpose, nature=Nature.LIABILITY)
            for purpose, members in parties.items()
        }
        return cls(house, of_members)

    def transfer(self, step: Step) -> Transfer:
        debit, credit = (
            self.house[purpose] if purpose in HOUSE else self.members[purpose][step.reward.member_id]
            for purpose in step.sides
        )
        memo = Memo(MEMOS[step.step], {"order": step.reward.qualification.order_id})
        return Transfer(step.key, memo, debit, credit, step.amount_fen)
