"""What the database refuses of rewards and coupons, tried in raw SQL; and who settles at the same time."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from core.append_only import emptying
from core.violations import violated
from ledger.models import Entry
from orders.enums import PayMethod
from orders.models import Coupon, Payment
from orders.services import (
    CouponRefused,
    Money,
    deliver,
    record_payment,
    refund_amount,
    take_back_payment,
    undeliver,
    use_coupon,
)
from orders.services.payments import book
from referrals.enums import FissionState
from referrals.models import (
    FissionCampaign,
    Qualification,
    Reward,
    RewardEntry,
    Signal,
    SignalDecision,
    SignalPair,
    Spreader,
)
from referrals.rules.rewards import Tier
from referrals.services import Settled, end_fission, rewards, settle_rewards
from tests import factories as make
from tests.races import meanwhile, wait_until_we_block_somebody
from tests.referrals.rewarding import day, days, make_fission, make_newcomer, ordered


@pytest.fixture
def campaign(operator):
    return make_fission(by=operator, tiers=[Tier(3, 100)])


@pytest.fixture
def available(operator, group, li, campaign):
    """The campaign with both rewards of one qualification available."""
    ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    settle_rewards(now=days(7))
    return campaign


def refused(sql: str, *params: object) -> str:
    """The name of what the statement would break."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            cursor.execute(sql, params)
    return violated(caught.value)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "budget_fen = budget_fen + 1",
        "threshold_fen = 3000",
        "hold_days = 0",
        "span = daterange('2020-01-01', '2030-01-01')",
        "referrer_fen = 1",
        "name = 'x'",
        "started_at = now()",
    ],
)
def test_the_terms_of_a_running_campaign_are_frozen(campaign, change):
    assert refused(f"UPDATE referrals_fissioncampaign SET {change}") == "running_fission_campaign_is_frozen"  # noqa: S608 -- its own words


@pytest.mark.django_db
def test_a_running_campaign_keeps_its_tiers_and_groups_and_is_not_thrown_away(campaign, group):
    frozen = "running_fission_campaign_is_frozen"
    tier = "INSERT INTO referrals_earlytier (campaign_id, upto, extra_fen) VALUES (%s, 9, 1)"
    named = "INSERT INTO referrals_fissiongroup (campaign_id, group_id) VALUES (%s, %s)"

    assert refused(tier, campaign.pk) == frozen
    assert refused("UPDATE referrals_earlytier SET extra_fen = 900") == frozen
    assert refused("DELETE FROM referrals_earlytier") == frozen
    assert refused(named, campaign.pk, group.pk) == frozen
    assert refused("DELETE FROM referrals_fissioncampaign") == frozen


@pytest.mark.django_db
def test_a_campaign_goes_forwards_only(campaign, operator):
    back = "UPDATE referrals_fissioncampaign SET state = 'draft', started_at = NULL, started_by_id = NULL"
    assert refused(back) == "fission_campaign_goes_forwards"

    end_fission(campaign=campaign, by=operator, now=days(1))

    again = "UPDATE referrals_fissioncampaign SET state = 'running', ended_at = NULL, ended_by_id = NULL"
    assert refused(again) == "fission_campaign_goes_forwards"
    assert FissionCampaign.objects.get().state == FissionState.ENDED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("threshold_fen = referrer_fen - 1", "nothing_per_head"),
        ("referrer_fen = 0", "both_sides_get_something"),
        ("newcomer_fen = 0", "both_sides_get_something"),
        ("budget_fen = newcomer_fen + referrer_fen - 1", "both_sides_get_something"),
        ("hold_days = 91", "hold_is_up_to_ninety_days"),
        ("newcomer_least_fen = newcomer_fen - 1", "newcomer_coupon_has_a_least_order_and_days"),
        ("newcomer_valid_days = 0", "newcomer_coupon_has_a_least_order_and_days"),
        ("referrer_valid_days = 9", "referrer_coupon_has_a_least_order_and_days"),
        ("span = 'empty'", "fission_campaign_begins_and_ends"),
        ("span = daterange('2026-01-01', NULL)", "fission_campaign_begins_and_ends"),
        ("state = 'running'", "fission_campaign_says_who_started_and_ended_it"),
        ("spent_fen = 1", "budget_is_spent_by_rewards"),
    ],
)
def test_a_draft_does_not_say_what_no_campaign_may(operator, change, promise):
    make_fission(by=operator, started=False)

    assert refused(f"UPDATE referrals_fissioncampaign SET {change}") == promise  # noqa: S608 -- its own words


@pytest.mark.django_db
def test_an_early_referrer_gets_no_more_than_the_sale(operator):
    """8.00 and 21.91 more for an order from 29.90."""
    make_fission(by=operator, started=False, tiers=[Tier(1, 2191)])

    start = "UPDATE referrals_fissioncampaign SET state = 'running', started_at = now(), started_by_id = made_by_id"
    assert refused(start) == "referrer_gets_no_more_than_the_sale"


@pytest.mark.django_db
def test_a_reward_moves_with_its_entries_alone_and_is_kept(available):
    assert refused("UPDATE referrals_reward SET state = 'pending'") == "reward_moves_with_its_entries"
    assert refused("UPDATE referrals_reward SET lost_fen = 1") == "reward_moves_with_its_entries"
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Reward.objects.update(amount_fen=1)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        Reward.objects.all().delete()
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        RewardEntry.objects.update(amount_fen=1)
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        Spreader.objects.update(place=9)


def step(reward: Reward, name: str, amount_fen: int) -> str:
    """The promise a step of the reward would break; it borrows an entry of the books that no step has."""
    entry = Entry.objects.filter(key__startswith="payment:").first()
    return refused(
        "INSERT INTO referrals_rewardentry (reward_id, step, amount_fen, at, business_date, entry_id)"
        " VALUES (%s, %s, %s, now(), '2026-11-20', %s)",
        reward.pk,
        name,
        amount_fen,
        entry.pk,
    )


@pytest.mark.django_db
def test_a_reward_takes_each_step_once_whole_and_in_order(available):
    credit = Reward.objects.get(side="referrer")

    assert step(credit, "granted", 900) == "reward_takes_a_step_once"
    assert step(credit, "expired", 900) == "reward_goes_forwards"
    assert step(credit, "taken_back", 899) == "reward_is_taken_back_whole"
    assert step(credit, "taken_back", 901) == "reward_is_taken_back_whole"
    assert step(credit, "lost", 0) == "reward_step_moves_something"
    assert step(credit, "given", 900) == "reward_step_is_known"


def one_more_reward(amount_fen: int) -> Reward:
    """Of the same order, after what it had qualified for was lost: written down and not granted."""
    before = Qualification.objects.get()
    Qualification.objects.update(lost_at=days(1))
    values = {field.attname: getattr(before, field.attname) for field in Qualification._meta.fields[1:]}
    again = Qualification.objects.create(**{**values, "lost_at": None})
    return Reward.objects.create(
        qualification=again,
        side="referrer",
        member=before.referrer,
        kind="credit",
        amount_fen=amount_fen,
        available_on=day(0),
    )


@pytest.mark.django_db
def test_what_was_not_granted_is_not_made_available(operator, group, li, campaign):
    ordered(li, group, by=operator)
    settle_rewards(now=days(0))

    assert step(one_more_reward(1), "available", 1) == "reward_goes_forwards"


@pytest.mark.django_db
def test_what_has_a_signal_is_not_made_available_before_it_is_decided(operator, group, wang, li, campaign):
    ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    signal = Signal.objects.create(kind="account", figures={}, found_at=days(0))
    SignalPair.objects.create(signal=signal, kind="account", referrer=wang, referee=li)
    credit = Reward.objects.get(side="referrer")

    assert step(credit, "available", 900) == "reward_waits_for_a_decision"
    decided = {"signal": signal, "reason": "问过", "by": operator, "at": days(0)}
    SignalDecision.objects.create(number=1, verdict="refuse", **decided)
    assert step(credit, "available", 900) == "reward_waits_for_a_decision"


@pytest.mark.django_db
def test_who_used_what_was_lost_gets_nothing_again(operator, group, li, coupon):
    order = Qualification.objects.get().order
    use_coupon(
        order=ordered(li, group, 4000, by=operator, now=days(8), paid=False),
        coupon=coupon,
        paid_fen=0,
        by=operator,
        now=days(8),
    )
    undeliver(line_ids=[order.lines.get().pk], by=operator, now=days(9))
    settle_rewards(now=days(9))
    deliver(line_ids=[order.lines.get().pk], by=operator, now=days(9))

    again = (
        "INSERT INTO referrals_qualification"
        " (campaign_id, referral_id, referee_id, referrer_id, order_id, net_fen, delivered_on, outcome, at)"
        " SELECT campaign_id, referral_id, referee_id, referrer_id, order_id, net_fen, delivered_on, 'granted', at"
        " FROM referrals_qualification"
    )
    assert refused(again) == "what_was_used_and_lost_is_not_given_again"


@pytest.mark.django_db
def test_the_budget_is_not_passed_whoever_writes(operator, group, li):
    """Of 18.00 both rewards are granted; a third one of 0.01 is refused."""
    make_fission(by=operator, budget_fen=1800)
    ordered(li, group, by=operator)
    settle_rewards(now=days(0))

    assert step(one_more_reward(1), "granted", 1) == "budget_of_a_fission_campaign_is_kept"


@pytest.mark.django_db
def test_a_qualification_is_for_a_delivered_sale_of_somebody_who_was_brought_and_once(operator, group, li, campaign):
    order = ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    copy = (
        "INSERT INTO referrals_qualification"
        " (campaign_id, referral_id, referee_id, referrer_id, order_id, net_fen, delivered_on, outcome, at)"
        " SELECT campaign_id, referral_id, {referee}, {referrer}, order_id, {net}, delivered_on, 'granted', at"
        " FROM referrals_qualification"
    )
    same = {"referee": "referee_id", "referrer": "referrer_id", "net": "net_fen"}

    assert refused(copy.format(**same)) == "member_qualifies_once_by_a_first_order"
    for wrong in ({"net": "3501"}, {"net": "2989"}, {"referrer": "referee_id"}, {"referee": "referrer_id"}):
        assert refused(copy.format(**{**same, **wrong})) == "reward_is_for_a_delivered_sale", wrong
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Qualification.objects.update(outcome="no_budget")
    Qualification.objects.update(lost_at=days(1))
    assert refused("UPDATE referrals_qualification SET lost_at = NULL") == "qualification_is_lost_once"
    assert order.pk == Qualification.objects.get().order_id


@pytest.mark.django_db
def test_a_place_is_taken_once(available, li):
    again = "INSERT INTO referrals_spreader (campaign_id, member_id, place) VALUES (%s, %s, %s)"

    assert refused(again, available.pk, li.pk, 1) == "place_is_taken_once"
    assert refused(again, available.pk, Spreader.objects.get().member_id, 2) == "spreader_has_one_place"
    assert refused(again, available.pk, li.pk, 0) == "places_begin_with_one"


# Coupons


@pytest.fixture
def coupon(available) -> Coupon:
    """10.00 of 李强's, for orders from 29.90, up to day 36."""
    return Coupon.objects.get()


def pay(coupon: Coupon, order, *, by, now=None, fen: int = 1000) -> Payment:
    """Straight into the books, past what the service asks."""
    money = Money(order, fen, PayMethod.COUPON, coupon_id=coupon.pk)
    return book([money], by=by, now=now or days(8))[0]


@pytest.mark.django_db
def test_a_coupon_is_used_once_in_time_for_enough_and_by_its_member(operator, group, wang, li, coupon):
    def breaks(order, **how) -> str:
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            pay(coupon, order, by=operator, **how)
        return violated(caught.value)

    enough = ordered(li, group, 2990, by=operator, now=days(8), paid=False)
    too_small = ordered(li, group, 2989, by=operator, now=days(8), paid=False)
    others = ordered(wang, group, 9000, by=operator, now=days(8), paid=False)

    assert breaks(too_small) == "coupon_is_for_orders_that_come_to_enough"
    assert breaks(others) == "coupon_pays_its_amount_for_its_member"
    assert breaks(enough, fen=999) == "coupon_pays_its_amount_for_its_member"
    assert breaks(enough, now=days(37)) == "coupon_is_used_in_time"
    pay(coupon, enough, by=operator, now=days(36))
    assert breaks(enough) == "coupon_is_used_once"
    assert breaks(ordered(li, group, 2990, by=operator, now=days(8), paid=False)) == "coupon_is_used_once"


@pytest.mark.django_db
def test_what_a_coupon_paid_is_said_by_its_payment_alone(operator, group, li, coupon):
    order = ordered(li, group, 2990, by=operator, now=days(8), paid=False)
    cash = record_payment(money=Money(order, 1, PayMethod.CASH), paid_fen=0, by=operator, now=days(8))

    assert refused("UPDATE orders_coupon SET payment_id = %s", cash.pk) == "coupon_is_used_by_its_payment"
    used = pay(coupon, order, by=operator)
    assert refused("UPDATE orders_coupon SET payment_id = NULL") == "coupon_is_used_by_its_payment"
    assert refused("UPDATE orders_coupon SET payment_id = %s", cash.pk) == "coupon_is_used_by_its_payment"

    take_back_payment(payment=used, by=operator, now=days(8))
    coupon.refresh_from_db()
    assert coupon.payment_id is None, "taken back as a mistake, it can be used after all"


@pytest.mark.django_db
def test_a_coupon_keeps_its_terms_and_stays_withdrawn(coupon):
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Coupon.objects.update(amount_fen=9999)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        Coupon.objects.all().delete()
    Coupon.objects.update(withdrawn_at=days(8))
    assert refused("UPDATE orders_coupon SET withdrawn_at = NULL") == "coupon_is_withdrawn_once"


@pytest.mark.django_db
def test_a_payment_by_coupon_names_one_and_no_other_payment_does(operator, group, li, coupon):
    order = ordered(li, group, 2990, by=operator, now=days(8), paid=False)

    for money in (Money(order, 1000, PayMethod.COUPON), Money(order, 1000, PayMethod.CASH, coupon_id=coupon.pk)):
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            book([money], by=operator, now=days(8))
        assert violated(caught.value) == "coupon_payment_names_its_coupon"


@pytest.mark.django_db
def test_coupons_are_worth_something_for_an_order_worth_more(li):
    give = (
        "INSERT INTO orders_coupon (member_id, amount_fen, least_fen, given_on, last_day) VALUES (%s, %s, %s, %s, %s)"
    )

    for amount, least in ((0, 10), (11, 10)):
        assert refused(give, li.pk, amount, least, day(0), day(1)) == "coupon_is_worth_no_more_than_the_order"
    assert refused(give, li.pk, 5, 10, day(0), day(-1)) == "coupon_is_valid_for_a_day"


# Who settles at the same time


@pytest.mark.django_db(transaction=True)
def test_two_who_settle_at_once_grant_once_and_keep_to_the_budget(operator, group):
    """Two newcomers, a budget for one pair: whoever comes second waits, and finds nothing to do."""
    make_fission(by=operator, budget_fen=1800)
    for number in range(2):
        referrer = make.make_member(f"推{number}", group=group)
        ordered(make_newcomer(referrer, group, f"新{number}"), group, by=operator)

    settled = []
    with ExitStack() as stack, transaction.atomic():
        settled.append(settle_rewards(now=days(0)))
        stack.enter_context(meanwhile(lambda: settled.append(settle_rewards(now=days(0)))))
        wait_until_we_block_somebody()

    assert settled == [Settled(granted=1, no_budget=1), Settled()]
    assert FissionCampaign.objects.get().spent_fen == 1800


@pytest.fixture
def nobody_locks(monkeypatch):
    """The campaigns are read as they are, without being held."""
    monkeypatch.setattr(rewards.FissionCampaign.objects, "select_for_update", rewards.FissionCampaign.objects.all)


@contextmanager
def without_the_constraint() -> Iterator[None]:
    name, table = "budget_of_a_fission_campaign_is_kept", "referrals_fissioncampaign"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
        (definition,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        with emptying(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def settle_twice_at_once(operator, group) -> None:
    """The first grants what is left; before that is seen, somebody else finds another one to grant to."""
    make_fission(by=operator, budget_fen=3600)
    wang = make.make_member("王芳", group=group)
    zeroth, first, second = (make_newcomer(wang, group, f"新{number}") for number in range(3))
    ordered(zeroth, group, by=operator)
    settle_rewards(now=days(0))
    order = ordered(first, group, by=operator)

    def another():
        refund_amount(line_id=order.lines.get().pk, amount_fen=3500, reason="坏果", by=operator, now=days(0))
        ordered(second, group, by=operator)
        settle_rewards(now=days(0))

    with ExitStack() as stack, transaction.atomic():
        settle_rewards(now=days(0))
        stack.enter_context(meanwhile(another))
        wait_until_we_block_somebody()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nobody_locks")
def test_where_nobody_waits_the_constraint_keeps_the_budget(operator, group):
    with pytest.raises(IntegrityError) as caught:
        settle_twice_at_once(operator, group)

    assert violated(caught.value) == "budget_of_a_fission_campaign_is_kept"
    assert FissionCampaign.objects.get().spent_fen == 3600


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nobody_locks")
def test_without_either_two_at_once_would_pass_the_budget(operator, group):
    """The positive control of the two before."""
    with without_the_constraint():
        settle_twice_at_once(operator, group)

        assert FissionCampaign.objects.get().spent_fen == 5400


@pytest.mark.django_db(transaction=True)
def test_a_coupon_used_while_it_is_taken_back_is_used_or_withdrawn_never_both(operator, group, li):
    make_fission(by=operator)
    order = ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    settle_rewards(now=days(7))
    second = ordered(li, group, 4000, by=operator, now=days(8), paid=False)
    coupon = Coupon.objects.get()
    refund_amount(line_id=order.lines.get().pk, amount_fen=3500, reason="坏果", by=operator, now=days(8))

    with ExitStack() as stack, transaction.atomic():
        use_coupon(order=second, coupon=coupon, paid_fen=0, by=operator, now=days(8))
        stack.enter_context(meanwhile(lambda: settle_rewards(now=days(8))))
        wait_until_we_block_somebody()

    reward = Reward.objects.get(side="newcomer")
    assert (reward.taken_back_fen, reward.lost_fen) == (0, 1000)


@pytest.mark.django_db(transaction=True)
def test_a_coupon_used_for_two_orders_at_once_pays_one_of_them(operator, group, li):
    make_fission(by=operator)
    ordered(li, group, by=operator)
    settle_rewards(now=days(0))
    settle_rewards(now=days(7))
    one, other = (ordered(li, group, 4000, by=operator, now=days(8), paid=False) for _number in range(2))
    coupon = Coupon.objects.get()
    refusals = []

    def another():
        try:
            use_coupon(order=other, coupon=coupon, paid_fen=0, by=operator, now=days(8))
        except CouponRefused as refusal:
            refusals.append(refusal)

    with ExitStack() as stack, transaction.atomic():
        use_coupon(order=one, coupon=coupon, paid_fen=0, by=operator, now=days(8))
        stack.enter_context(meanwhile(another))
        wait_until_we_block_somebody()

    assert len(refusals) == 1
    assert Payment.objects.get(method=PayMethod.COUPON).order == one
