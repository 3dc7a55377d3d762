"""Both sides are rewarded for a first delivered order; money in fen. D18 is case D18 of the worked cases."""

from datetime import timedelta

import pytest
from django.db.models import Sum

from core.invariants import find
from ledger.models import Account
from ledger.queries import balance, trial_balance
from orders.enums import PayMethod
from orders.models import Coupon
from orders.queries import due_of
from orders.services import (
    Money,
    collect_due,
    record_payment,
    refund_amount,
    take_back_payment,
    top_up,
    undeliver,
    use_coupon,
)
from orders.services import deliver as deliver_again
from referrals.enums import RewardKind, Verdict
from referrals.models import Qualification, Reward, RewardEntry, Signal, SignalPair, Spreader
from referrals.rules.rewards import Tier
from referrals.services import Gift, Settled, decide_signal, end_fission, refer, settle_rewards
from tests import factories as make
from tests.referrals.rewarding import (
    COUPON,
    balance_of,
    day,
    days,
    make_fission,
    make_newcomer,
    ordered,
    states,
)

pytestmark = pytest.mark.django_db

QUERIES_TO_GRANT = 21
INVARIANTS = [
    "ledger.entries_balance",
    "orders.balances_are_the_sum_of_their_moves",
    "orders.coupons_are_used_as_they_paid",
    "orders.no_more_money_went_back_than_came",
    "orders.payments_stand_in_the_books",
    "referrals.budgets_are_kept",
    "referrals.rewards_follow_their_steps",
    "referrals.rewards_stand_in_the_books",
]


def booked(purpose: str) -> int:
    """What the accounts of the purpose come to, a debit counted up."""
    accounts = Account.objects.filter(purpose=purpose)
    return sum(balance(account) for account in accounts)


def everything_adds_up() -> None:
    assert trial_balance().difference_fen == 0
    wrong = [(finding.name, finding.examples) for finding in find(INVARIANTS) if finding.count]
    assert wrong == []


def refund(order, fen, *, by, now):
    refund_amount(line_id=order.lines.get().pk, amount_fen=fen, reason="坏果", by=by, now=now)


def test_d18_a_refund_within_the_hold_takes_both_rewards_back_and_nothing_was_ever_available(operator, group, wang, li):
    campaign = make_fission(by=operator)
    order = ordered(li, group, 3500, by=operator)

    assert settle_rewards(now=days(0)) == Settled(granted=1)
    assert list(Reward.objects.order_by("pk").values_list("side", "amount_fen", "available_on")) == [
        ("newcomer", 1000, day(7)),
        ("referrer", 800, day(7)),
    ]
    refund(order, 1000, by=operator, now=days(5))
    assert settle_rewards(now=days(5)) == Settled(lost=1)
    assert settle_rewards(now=days(8)) == Settled()

    assert states(campaign) == ["taken_back", "taken_back"]
    assert not RewardEntry.objects.filter(step="available").exists()
    assert (balance_of(wang), Coupon.objects.count()) == (0, 0)
    campaign.refresh_from_db()
    assert campaign.spent_fen == 0
    assert (booked("reward_expense"), booked("reward_pending"), booked("reward_losses")) == (0, 0, 0)
    everything_adds_up()


def test_d18_a_coupon_used_before_the_refund_is_recorded_as_a_loss_and_nobody_owes_anything(operator, group, wang, li):
    campaign = make_fission(by=operator)
    order = ordered(li, group, 3500, by=operator)
    settle_rewards(now=days(0))
    assert settle_rewards(now=days(7)) == Settled(available=2)
    assert (balance_of(wang), Coupon.objects.get().last_day) == (800, day(36))
    second = ordered(li, group, 4000, by=operator, now=days(8), paid=False)
    use_coupon(order=second, coupon=Coupon.objects.get(), paid_fen=0, by=operator, now=days(8))
    assert due_of(second.pk).fen == 3000

    refund(order, 1000, by=operator, now=days(9))
    assert settle_rewards(now=days(9)) == Settled(lost=1)

    taken = list(Reward.objects.order_by("pk").values_list("state", "taken_back_fen", "lost_fen"))
    assert taken == [("taken_back", 0, 1000), ("taken_back", 800, 0)]
    assert balance_of(wang) == 0
    assert due_of(second.pk).fen == 3000, "what was paid with it stays paid"
    campaign.refresh_from_db()
    assert campaign.spent_fen == 1000, "a loss has been spent"
    assert (booked("reward_losses"), booked("reward_expense")) == (1000, 0)
    everything_adds_up()


def test_a_reward_is_held_back_for_its_days_and_made_available_once(operator, group, wang, li):
    make_fission(by=operator)
    ordered(li, group, by=operator)
    settle_rewards(now=days(0))

    assert settle_rewards(now=days(6)) == Settled()
    assert settle_rewards(now=days(7)) == Settled(available=2)
    assert settle_rewards(now=days(8)) == Settled()
    assert balance_of(wang) == 800
    assert (booked("reward_expense"), booked("reward_pending")) == (1800, 0)
    assert (booked("members_balance"), booked("members_coupons")) == (-800, -1000)
    everything_adds_up()


def test_a_reward_waits_until_its_order_is_paid(operator, group, wang, li):
    make_fission(by=operator)
    order = ordered(li, group, 3500, by=operator, paid=False)
    settle_rewards(now=days(0))

    assert settle_rewards(now=days(9)) == Settled()
    record_payment(money=Money(order, 3500, PayMethod.CASH), paid_fen=0, by=operator, now=days(9))
    assert settle_rewards(now=days(9)) == Settled(available=2)


@pytest.mark.parametrize(("fen", "granted"), [(2990, 1), (2989, 0)])
def test_an_order_at_the_threshold_qualifies_and_one_below_does_not(operator, group, li, fen, granted):
    make_fission(by=operator)
    ordered(li, group, fen, by=operator)

    assert settle_rewards(now=days(0)).granted == granted


def test_a_first_order_that_was_too_small_is_never_made_up_for_by_the_next(operator, group, li):
    make_fission(by=operator)
    ordered(li, group, 1000, by=operator)
    ordered(li, group, 9000, by=operator, now=days(1))

    assert settle_rewards(now=days(1)) == Settled()


def test_who_ordered_before_they_were_bound_is_no_newcomer(operator, group, wang):
    make_fission(by=operator)
    zhao = make.make_member("赵敏", group=group)
    ordered(zhao, group, by=operator)
    refer(referrer=wang, referee=zhao, reason="", by=None, now=days(1))
    ordered(zhao, group, by=operator, now=days(2))

    assert settle_rewards(now=days(2)) == Settled()


def test_who_was_bound_before_or_after_the_campaigns_days_does_not_count(operator, group, wang):
    make_fission(by=operator, first_day=day(0), last_day=day(3))
    early = make_newcomer(wang, group, "早", now=days(-1))
    late = make_newcomer(wang, group, "晚", now=days(4))
    last = make_newcomer(wang, group, "末", now=days(3))
    for member, number in ((early, 1), (late, 4), (last, 5)):
        ordered(member, group, by=operator, now=days(number))

    assert settle_rewards(now=days(5)).granted == 1
    assert Qualification.objects.get().referee == last


def test_a_campaign_for_some_groups_rewards_orders_of_those(operator, group, wang):
    other = make.make_group("田林十二村群")
    make_fission(by=operator, groups=[other])
    here, there = make_newcomer(wang, group, "这边"), make_newcomer(wang, other, "那边")
    ordered(here, group, by=operator)
    ordered(there, other, by=operator)

    settle_rewards(now=days(0))

    assert [one.referee for one in Qualification.objects.all()] == [there]


def test_a_draft_and_an_ended_campaign_grant_nothing_and_what_is_held_back_still_opens(operator, group, wang, li):
    make_fission(by=operator, started=False)
    ordered(li, group, by=operator)
    assert settle_rewards(now=days(0)) == Settled()
    running = make_fission(by=operator)
    settle_rewards(now=days(0))
    end_fission(campaign=running, by=operator, now=days(1))
    ordered(make_newcomer(wang, group, "陈静"), group, by=operator, now=days(1))

    assert settle_rewards(now=days(7)) == Settled(available=2)


def test_of_two_campaigns_that_fit_the_one_that_began_first_rewards(operator, group, li):
    later = make_fission(by=operator, first_day=day(-3))
    earlier = make_fission(by=operator, first_day=day(-5))
    ordered(li, group, by=operator)

    assert settle_rewards(now=days(0)) == Settled(granted=1)
    assert (states(earlier), states(later)) == (["pending", "pending"], [])


def test_the_first_referrers_get_more_and_keep_their_place(operator, group):
    """Two tiers: the first one +5.00, the first two +2.00, on 8.00."""
    campaign = make_fission(by=operator, tiers=[Tier(1, 500), Tier(2, 200)])
    first, second, third = (make.make_member(name, group=group) for name in ("甲", "乙", "丙"))
    for number, referrer in enumerate((first, second, third, first)):
        ordered(
            make_newcomer(referrer, group, f"新{number}"), group, by=operator, now=days(0) + timedelta(minutes=number)
        )

    settle_rewards(now=days(0))

    rewards = Reward.objects.filter(side="referrer").order_by("pk").values_list("member", "amount_fen")
    assert list(rewards) == [(first.pk, 1300), (second.pk, 1000), (third.pk, 800), (first.pk, 1300)]
    places = Spreader.objects.order_by("place").values_list("member", flat=True)
    assert list(places) == [first.pk, second.pk, third.pk]
    campaign.refresh_from_db()
    assert campaign.spent_fen == 4 * 1000 + 1300 + 1000 + 800 + 1300
    everything_adds_up()


def test_what_finds_no_budget_is_recorded_with_that_reason_and_takes_no_place(operator, group):
    """The budget pays for one pair of 18.00 and not for two."""
    campaign = make_fission(by=operator, budget_fen=3599)
    first, second = (make.make_member(name, group=group) for name in ("甲", "乙"))
    ordered(make_newcomer(first, group, "新一"), group, by=operator)
    ordered(make_newcomer(second, group, "新二"), group, by=operator)

    assert settle_rewards(now=days(0)) == Settled(granted=1, no_budget=1)
    assert settle_rewards(now=days(0)) == Settled()

    refused = Qualification.objects.get(outcome="no_budget")
    assert (refused.referrer, refused.rewards.count()) == (second, 0)
    assert list(Spreader.objects.values_list("member", flat=True)) == [first.pk]
    campaign.refresh_from_db()
    assert campaign.spent_fen == 1800
    everything_adds_up()


def test_what_is_taken_back_can_be_granted_to_the_next(operator, group, wang, li):
    make_fission(by=operator, budget_fen=1800)
    order = ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    refund(order, 3500, by=operator, now=days(1))
    ordered(make_newcomer(wang, group, "陈静"), group, by=operator, now=days(1))

    assert settle_rewards(now=days(1)) == Settled(lost=1, granted=1)
    everything_adds_up()


def test_a_delivery_ticked_again_after_a_mistake_is_rewarded_again(operator, group, li):
    make_fission(by=operator)
    order = ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    lines = list(order.lines.values_list("pk", flat=True))
    undeliver(line_ids=lines, by=operator, now=days(0))
    assert settle_rewards(now=days(0)) == Settled(lost=1)

    deliver_again(line_ids=lines, by=operator, now=days(1))

    assert settle_rewards(now=days(1)) == Settled(granted=1)
    everything_adds_up()


@pytest.mark.parametrize("used", ["coupon", "credit"])
def test_who_used_a_reward_that_was_lost_is_not_rewarded_again(operator, group, wang, li, used):
    """Ticked, opened, used, un-ticked and ticked again, one sale would bring a coupon each time round."""
    campaign = make_fission(by=operator)
    order = ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    settle_rewards(now=days(7))
    if used == "coupon":
        second = ordered(li, group, 4000, by=operator, now=days(8), paid=False)
        use_coupon(order=second, coupon=Coupon.objects.get(), paid_fen=0, by=operator, now=days(8))
    else:
        spend(wang, group, 1, by=operator, now=days(8))
    lines = list(order.lines.values_list("pk", flat=True))
    undeliver(line_ids=lines, by=operator, now=days(9))
    assert settle_rewards(now=days(9)).lost == 1

    deliver_again(line_ids=lines, by=operator, now=days(9))

    assert settle_rewards(now=days(9)) == Settled()
    assert states(campaign) == ["taken_back", "taken_back"]
    everything_adds_up()


def signalled(referrer, referee) -> Signal:
    signal = Signal.objects.create(kind="account", figures={}, found_at=days(1))
    SignalPair.objects.create(signal=signal, kind="account", referrer=referrer, referee=referee)
    return signal


def decide(signal: Signal, verdict: Verdict, *, by, now) -> None:
    decide_signal(signal=signal, verdict=verdict, reason="问过", seen=signal.decisions.count(), by=by, now=now)


def test_a_reward_waits_while_a_signal_of_the_two_is_open(operator, group, wang, li):
    make_fission(by=operator)
    ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    signal = signalled(wang, li)

    assert settle_rewards(now=days(8)) == Settled()
    decide(signal, Verdict.PAY, by=operator, now=days(8))

    assert settle_rewards(now=days(8)) == Settled(available=2)
    everything_adds_up()


def test_a_signal_of_others_holds_no_reward_back(operator, group, wang, li):
    make_fission(by=operator)
    ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    signalled(wang, make_newcomer(wang, group, "陈静"))

    assert settle_rewards(now=days(7)) == Settled(available=2)


def test_a_refusal_takes_what_is_left_of_both_rewards_back_and_grants_none(operator, group, wang, li):
    """Available and unused: 10.00 and 8.00 return to the budget. Appealed and passed after all, they are granted."""
    campaign = make_fission(by=operator)
    ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    settle_rewards(now=days(7))
    signal = signalled(wang, li)
    assert settle_rewards(now=days(8)) == Settled(), "what may be used already waits for the decision"

    decide(signal, Verdict.REFUSE, by=operator, now=days(8))
    assert settle_rewards(now=days(8)) == Settled(lost=1)
    assert settle_rewards(now=days(8)) == Settled()
    assert (states(campaign), balance_of(wang)) == (["taken_back", "taken_back"], 0)
    campaign.refresh_from_db()
    assert campaign.spent_fen == 0
    everything_adds_up()

    decide(signal, Verdict.PAY, by=operator, now=days(9))
    assert settle_rewards(now=days(9)) == Settled(granted=1, available=2)
    everything_adds_up()


def test_of_two_signals_one_refusal_is_enough_and_both_have_to_be_passed(operator, group, wang, li):
    make_fission(by=operator)
    ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    one = signalled(wang, li)
    other = Signal.objects.create(kind="door", figures={}, found_at=days(1))
    SignalPair.objects.create(signal=other, kind="door", referrer=wang, referee=li)

    decide(one, Verdict.PAY, by=operator, now=days(2))
    assert settle_rewards(now=days(8)) == Settled()
    decide(other, Verdict.REFUSE, by=operator, now=days(8))

    assert settle_rewards(now=days(8)) == Settled(lost=1)
    everything_adds_up()


def test_of_a_used_credit_what_is_left_is_taken_back_and_own_money_is_not_touched(operator, group, wang, li):
    """Of 8.00 credit 5.00 were spent; 20.00 were paid in since: 3.00 come back, 5.00 are a loss, 20.00 stay."""
    make_fission(by=operator)
    order = ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    settle_rewards(now=days(7))
    spend(wang, group, 500, by=operator, now=days(7))
    latest = wang.balance_moves.first()
    top_up(member=wang, amount_fen=2000, latest=latest.pk, by=operator, now=days(8))

    refund(order, 1000, by=operator, now=days(9))
    settle_rewards(now=days(9))

    reward = Reward.objects.get(side="referrer")
    assert (reward.taken_back_fen, reward.lost_fen, balance_of(wang)) == (300, 500, 2000)
    assert booked("reward_losses") == 500
    everything_adds_up()


def test_own_money_spent_before_the_credit_came_is_not_counted_as_its_use(operator, group, wang, li):
    top_up(member=wang, amount_fen=5000, latest=0, by=operator, now=days(-1))
    spend(wang, group, 4000, by=operator, now=days(-1))
    make_fission(by=operator)
    order = ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    settle_rewards(now=days(7))

    refund(order, 1000, by=operator, now=days(9))
    settle_rewards(now=days(9))

    reward = Reward.objects.get(side="referrer")
    assert (reward.taken_back_fen, reward.lost_fen, balance_of(wang)) == (800, 0, 1000)
    everything_adds_up()


def test_own_money_given_back_to_the_balance_is_no_credit(operator, group, wang, li):
    """8.00 credit were spent; 30.00 paid in cash went back to the balance: 8.00 are a loss, the 30.00 stay."""
    make_fission(by=operator)
    order = ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    settle_rewards(now=days(7))
    spend(wang, group, 800, by=operator, now=days(7))
    another = ordered(wang, group, 3000, by=operator, now=days(8))
    refund(another, 3000, by=operator, now=days(8))
    collect_due(order=another, due_fen=-3000, method=PayMethod.BALANCE, by=operator, now=days(8))

    refund(order, 1000, by=operator, now=days(9))
    settle_rewards(now=days(9))

    reward = Reward.objects.get(side="referrer")
    assert (reward.taken_back_fen, reward.lost_fen, balance_of(wang)) == (0, 800, 3000)
    everything_adds_up()


def spend(member, group, fen, *, by, now):
    """Pay so much of an order from the prepaid balance."""
    order = ordered(member, group, 9000, by=by, now=now, paid=False)
    return record_payment(money=Money(order, fen, PayMethod.BALANCE), paid_fen=0, by=by, now=now)


def test_a_spending_taken_back_as_a_mistake_is_credit_again(operator, group, wang, li):
    make_fission(by=operator)
    order = ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    settle_rewards(now=days(7))
    take_back_payment(payment=spend(wang, group, 800, by=operator, now=days(7)), by=operator, now=days(7))

    refund(order, 1000, by=operator, now=days(9))
    settle_rewards(now=days(9))

    assert Reward.objects.get(side="referrer").taken_back_fen == 800
    assert balance_of(wang) == 0
    everything_adds_up()


def test_a_coupon_nobody_used_in_time_returns_to_the_budget(operator, group, li):
    campaign = make_fission(by=operator)
    ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    settle_rewards(now=days(7))

    assert settle_rewards(now=days(36)) == Settled()
    assert settle_rewards(now=days(37)) == Settled(expired=1)

    campaign.refresh_from_db()
    assert campaign.spent_fen == 800
    assert (booked("members_coupons"), booked("reward_expense")) == (0, 800)
    everything_adds_up()


def test_settling_costs_as_many_queries_for_three_as_for_one(operator, group, wang, django_assert_num_queries):
    make_fission(by=operator)
    ordered(make_newcomer(wang, group, "新零"), group, by=operator)
    settle_rewards(now=days(0))
    ordered(make_newcomer(wang, group, "新一"), group, by=operator, now=days(1))
    with django_assert_num_queries(QUERIES_TO_GRANT):
        settle_rewards(now=days(1))

    for number in range(3):
        ordered(make_newcomer(wang, group, f"又{number}"), group, by=operator, now=days(2))
    with django_assert_num_queries(QUERIES_TO_GRANT):
        settle_rewards(now=days(2))


def test_the_ledger_is_the_sum_of_what_was_granted_less_what_came_back(operator, group, wang):
    make_fission(by=operator, newcomer=COUPON, referrer=Gift(RewardKind.COUPON, 800, 2000, 10))
    orders = [ordered(make_newcomer(wang, group, f"新{n}"), group, by=operator) for n in range(3)]
    settle_rewards(now=days(0))
    settle_rewards(now=days(7))
    refund(orders[0], 3500, by=operator, now=days(8))
    settle_rewards(now=days(8))

    sums = dict(RewardEntry.objects.order_by().values_list("step").annotate(fen=Sum("amount_fen")))
    assert sums == {"granted": 5400, "available": 5400, "taken_back": 1800}
    assert booked("reward_expense") == 3600
    everything_adds_up()
