"""Lists among many orders: no page reads a big table from end to end.

On a fiftieth of the bench's town; SCALE=1 is all of it.
"""

import os
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.town import build
from orders.models import Order
from tests import factories as make

SCALE = float(os.environ.get("SCALE", "0.02"))
"""Of a million orders. Far fewer than these, and a table is small enough to be read whole."""

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(max(300, 3600 * SCALE))]

BIG = ("orders_order", "orders_orderline", "orders_salefact")
SCANNED = re.compile(rf"Seq Scan on ({'|'.join(BIG)})\b")


def scans_of(client, address: str) -> list[str]:
    """Each big table that a statement of the page reads whole, with the statement."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    selects = [one["sql"] for one in asked.captured_queries if one["sql"].startswith("SELECT")]
    return [f"{table}: {sql[:400]}" for sql in selects for table in scanned(sql)]


def scanned(sql: str) -> list[str]:
    """The big tables the statement would read whole."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return SCANNED.findall("\n".join(line for (line,) in cursor.fetchall()))


def test_no_list_of_orders_reads_a_big_table_whole(client):
    size = build(scale=SCALE)
    assert size.orders > 15_000
    some = Order.objects.select_related("member", "group").order_by("pk")[size.orders // 2]
    client.force_login(make.make_user())

    asked = {
        "page 1": "/orders/",
        "far down": f"/orders/?after={some.pk}",
        "backwards": f"/orders/?before={some.pk}",
        "oldest first": "/orders/?sort=placed_at",
        "a campaign": f"/orders/?campaign={some.campaign_id}",
        "a group": f"/orders/?group={some.group_id}",
        "placed": "/orders/?state=placed",
        "two days": f"/orders/?since={some.order_day}&until={some.order_day}",
        "a leader": f"/orders/?leader={some.leader_id}",
        "a product": f"/orders/?product={some.lines.first().offer.product_id}",
        "one order": f"/orders/{some.pk}/",
        "a member": f"/members/{some.member_id}/",
        "a run": f"/delivery/{some.campaign_id}/",
    }

    assert {what: scans for what, address in asked.items() if (scans := scans_of(client, address))} == {}
    assert scanned("SELECT * FROM orders_order WHERE note = 'x'") == ["orders_order"], "the control"
