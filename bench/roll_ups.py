"""What the roll-ups of one more day cost, beside a scan of all orders and beside counting everything anew."""

from collections.abc import Callable
from unittest.mock import patch

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from bench.measure import Measure
from bench.money import FEW, undoing, unhurried
from insights.services import rebuild, roll_up
from orders.models import SaleFact

SCAN = "SELECT count(*), max(placed_at), count(DISTINCT state), sum(member_id) FROM orders_order"


def roll_up_measures() -> list[Measure]:
    """Everything but the last day is rolled up before."""
    last = SaleFact.objects.latest("business_date").business_date
    known = SaleFact.objects.filter(business_date__lt=last).aggregate(upto=Max("pk"))["upto"]
    print(f"{SaleFact.objects.filter(pk__gt=known).count():,} facts on {last}")
    with transaction.atomic(), patch("insights.services.decided_facts", return_value=known):
        unhurried()
        rebuild(now=timezone.now())
    one_day: Callable[[], object] = undoing(lambda: roll_up(now=timezone.now()))
    return [
        Measure("roll-ups: one more day : a scan of all orders", one_day, undoing(scan), 2),
        Measure(
            "roll-ups: one more day : everything anew",
            one_day,
            undoing(lambda: rebuild(now=timezone.now())),
            1 / 25,
            rounds=FEW,
        ),
    ]


def scan() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute(SCAN)
