"""What somebody would write first: the same arithmetic, order by order in Python, through the ORM."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from orders.models import Order
from referrals.enums import EntryKind, VersionState
from referrals.models import CommissionEntry, PlanVersion, Run, Statement, StatementPart
from referrals.rules import commission as rules
from referrals.rules import facts


def loop_over_orders(run: Run, orders: Sequence[int]) -> None:
    """Each order asks for its lines and facts, each entry is saved by itself."""
    version = PlanVersion.objects.get(state=VersionState.PUBLISHED)
    for pk in orders:
        order = Order.objects.get(pk=pk)
        sold = as_sold(order, list(order.lines.all()), list(order.facts.all()))
        for key, fen in rules.due(terms_of(version), [sold]).items():
            if fen and not CommissionEntry.objects.filter(source_id=int(key.line or key.order), rule=key.rule).exists():
                entry_of(run, version, order, key, fen).save(force_insert=True)


def prefetched_orders(run: Run, orders: Sequence[int]) -> None:
    """The careful one: everything asked for at once, written at once."""
    version = PlanVersion.objects.get(state=VersionState.PUBLISHED)
    found = {str(one.pk): one for one in Order.objects.filter(pk__in=orders).prefetch_related("lines", "facts")}
    sold = [as_sold(one, list(one.lines.all()), list(one.facts.all())) for one in found.values()]
    due = rules.due(terms_of(version), sold)
    recorded = set(CommissionEntry.objects.filter(order__in=orders).values_list("source_id", "rule", "level"))
    CommissionEntry.objects.bulk_create(
        (
            entry_of(run, version, found[key.order], key, fen)
            for key, fen in due.items()
            if fen and (int(key.line or key.order), key.rule, key.level) not in recorded
        ),
        batch_size=1_000,
    )


def terms_of(version: PlanVersion) -> facts.Plan:
    return facts.Plan(
        version.leader_ppm, version.delivery_fee_fen, version.delivery_cap_fen, referral_ppm=(version.referral_1_ppm,)
    )


def as_sold(order: Order, lines: Sequence[Any], told: Sequence[Any]) -> facts.Order:
    delivered: dict[int, int] = {}
    refunds: list[facts.Refund] = []
    for fact in told:
        if fact.kind == "delivered":
            delivered[fact.line_id] = delivered.get(fact.line_id, 0) + fact.amount_fen
        elif fact.kind == "refunded":
            refunds.append(facts.Refund(str(fact.line_id), -fact.amount_fen))
    return facts.Order(
        id=str(order.pk),
        lines=tuple(facts.Line(str(line.pk), delivered[line.pk]) for line in lines if line.pk in delivered),
        household=order.door if delivered else None,
        round=f"{order.campaign_id}/{order.group_id}",
        leader=str(order.leader_id),
        referrers=(str(order.referrer_1_id),) if order.referrer_1_id else (),
        refunds=tuple(refunds),
    )


def entry_of(run: Run, version: PlanVersion, order: Order, key: rules.Key, fen: int) -> CommissionEntry:
    return CommissionEntry(
        period_id=run.period_id,
        source_id=int(key.line or key.order),
        rule=key.rule,
        level=key.level,
        beneficiary_id=int(key.beneficiary),
        seq=1,
        run=run,
        group_id=order.group_id,
        order=order,
        line_id=key.line and int(key.line),
        plan_version=version,
        clock_day=order.order_day,
        kind=EntryKind.EARNED,
        amount_fen=fen,
        due_fen=fen,
    )


def statements_one_by_one(run: Run, earners: Iterable[int]) -> None:
    for earner in earners:
        entries = CommissionEntry.objects.filter(run=run, beneficiary=earner)
        fen = entries.aggregate(fen=Sum("amount_fen"))["fen"]
        payable = fen if fen >= 1_000 else 0
        statement = Statement.objects.create(
            period=run.period,
            earner_id=earner,
            carried_fen=0,
            earned_fen=fen,
            minimum_fen=1_000,
            payable_fen=payable,
            carries_on_fen=fen - payable,
            issued_by=run.ran_by,
            issued_at=timezone.now(),
        )
        StatementPart.objects.create(
            statement=statement,
            run=run,
            earner_id=earner,
            amount_fen=fen,
            entries=entries.count(),
            stated_by=run.ran_by,
            stated_at=timezone.now(),
        )
