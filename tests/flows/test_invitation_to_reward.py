"""From an invitation to a reward and back: joined through a link, ordered, delivered, rewarded, used, refunded."""

from datetime import timedelta
from decimal import Decimal

import pytest

from community.consent import joining_text
from community.services import Visitor
from core.enums import Role
from core.invariants import check
from ledger.queries import trial_balance
from orders.enums import PayMethod
from orders.models import Coupon
from orders.queries import due_of
from orders.services import collect_due, refund_quantity, use_coupon
from referrals.models import FissionCampaign, Reward
from referrals.services import join_through, make_link, settle_rewards
from tests import factories as make
from tests.factories import NOW
from tests.referrals.rewarding import balance_of, days, make_fission


@pytest.mark.django_db(transaction=True)
def test_who_comes_through_a_link_and_orders_is_rewarded_and_a_refund_takes_it_back():
    operator = make.make_user(Role.OPERATOR)
    group = make.make_group()
    leader = make.make_leader(group)
    wang = make.make_member("王芳", group=group, door="6-1201")
    make_fission(by=operator)
    link = make_link(member=wang, group=group, by=leader.user, now=NOW)
    visitor = Visitor("李强", "3-1701", "13800000000")
    join_through(link=link, visitor=visitor, opened=(), wording=joining_text(), nonce="a" * 32, now=NOW)

    first, second = (
        make.make_campaign(group, opens_at=NOW + timedelta(days=n), cuts_off_at=NOW + timedelta(days=n + 1))
        for n in (0, 9)
    )
    berries = make.make_offer(first, "草莓", unit="盒", counted=True, price_fen=2990)
    member = wang.referrals.get().referee
    order = make.order_for(member, (berries, 1), group=group, now=NOW)
    make.delivered(order, by=leader.user, now=days(1))
    collect_due(order=order, due_fen=2990, method=PayMethod.WECHAT, by=leader.user, now=days(1))
    settle_rewards(now=days(1))
    assert [reward.state for reward in Reward.objects.order_by("pk")] == ["pending", "pending"]

    settle_rewards(now=days(8))
    assert balance_of(wang) == 800
    again = make.order_for(member, (make.make_offer(second, price_fen=4000), 1), group=group, now=days(9))
    use_coupon(order=again, coupon=Coupon.objects.get(), paid_fen=0, by=leader.user, now=days(9))
    assert due_of(again.pk).fen == 3000

    line = order.lines.get()
    refund_quantity(line_id=line.pk, quantity=Decimal(1), reason="坏果", by=operator, now=days(10))
    settle_rewards(now=days(10))

    assert [(one.taken_back_fen, one.lost_fen) for one in Reward.objects.order_by("pk")] == [(0, 1000), (800, 0)]
    assert (balance_of(wang), FissionCampaign.objects.get().spent_fen) == (0, 1000)
    assert trial_balance().difference_fen == 0
    assert [finding.title for finding in check() if finding.count] == []
