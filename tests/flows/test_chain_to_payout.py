"""The product's story, once through: a pasted chain becomes delivered orders, commission and money owed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.enums import Role
from core.jobs import drain_all
from insights.services import roll_up
from ledger.services import open_period
from orders.models import SaleFact
from orders.services import apply_paste, cut_off, deliver, record_shortage, refund_quantity, start_paste
from referrals.models import CommissionEntry
from referrals.services import Terms, approve_run, create_version, publish_version, refer, standard_plan, start_run
from tests import factories as make
from tests.factories import NOW, TODAY
from tests.flows.reading import earned, lines_of, owed

CHAIN = """#接龙
周五鲜果团
1. 6-1201 王姐 草莓2盒
2. 小鱼儿 9-301 草莓1盒 脐橙3斤
"""


@pytest.mark.django_db(transaction=True)
def test_a_pasted_chain_becomes_delivered_orders_commission_and_money_owed():
    operator, admin, second_admin = make.make_user(), make.make_user(Role.ADMIN), make.make_user(Role.ADMIN)
    group = make.make_group()
    leader = make.make_leader(group, name="周敏")
    wang, xiaoyu = (
        make.make_member(name, group=group, door=door) for name, door in [("王姐", "6-1201"), ("小鱼儿", "9-301")]
    )
    refer(referrer=wang, referee=xiaoyu, reason="邻居介绍", by=operator, now=NOW)
    version = create_version(plan=standard_plan(), terms=Terms(TODAY, None, 40_000, 200, 6_000, 20_000), by=admin)
    publish_version(version=version, by=admin, now=NOW)
    period = open_period(month=TODAY, by=admin, now=NOW)
    campaign = make.make_campaign(group)
    make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)
    make.make_offer(campaign, "脐橙", unit="斤", price_fen=690)

    paste = start_paste(campaign=campaign, group=group, text=CHAIN, by=leader.user, now=NOW)
    assert apply_paste(paste=paste, by=leader.user, now=NOW).taken == 2
    cut_off(campaign=campaign, by=operator, now=NOW)
    oranges = lines_of(campaign, "脐橙")[0]
    record_shortage(line_id=oranges.pk, quantity=Decimal(1), by=leader.user, now=NOW)
    deliver(line_ids=[line.pk for line in lines_of(campaign)], by=leader.user, now=NOW + timedelta(days=1))

    # 王姐 5 980, 小鱼儿 2 990 + 2 × 690 = 4 370. Leader 4 %: 239 + 175, two doors 400. 王姐 2 % of 4 370: 87.
    run = start_run(period=period, by=admin, now=NOW)
    drain_all()
    approve_run(run=run, by=second_admin, now=NOW)
    assert (earned(leader), earned(wang)) == (239 + 175 + 400, 87)
    assert (owed(leader), owed(wang)) == (814, 87)

    start_run(period=period, by=admin, now=NOW)
    drain_all()
    assert CommissionEntry.objects.exclude(run=run).count() == 0

    # One box back: of 小鱼儿's 2 990 nothing is left, so its 120 and 60 are taken back. 4 % of 4 370 is 175: 120 + 55.
    strawberry = lines_of(campaign, "草莓").get(order__member=xiaoyu)
    refund_quantity(
        line_id=strawberry.pk, quantity=Decimal(1), reason="压坏了", by=operator, now=NOW + timedelta(days=2)
    )
    after = start_run(period=period, by=second_admin, now=NOW)
    drain_all()
    approve_run(run=after, by=admin, now=NOW)
    assert (owed(leader), owed(wang)) == (814 - 120, 87 - 60)

    roll_up(now=NOW + timedelta(days=2))
    assert (wang.stat.lifetime_fen, wang.stat.social_fen) == (5980, 1380)
    assert SaleFact.objects.filter(kind="refunded").count() == 1
