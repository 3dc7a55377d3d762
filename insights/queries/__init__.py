"""What may be asked of the figures. Money in fen, rates in ppm, days and weeks in Asia/Shanghai."""

from insights.queries.groups import GroupRow, Health, group_rows, health_of_all, sparks
from insights.queries.money import CommissionDue, commission_due
from insights.queries.refunds import SoldWeek, sold_by_week
from insights.queries.returning import (
    Cohort,
    Repurchase,
    Window,
    cohorts,
    repurchase,
    repurchases,
    rolled_up_at,
)
from insights.queries.sales import Sales, SalesWeek, WeekFigures, change_ppm, recent_sales, sales_by_week
from insights.queries.worth import Brought, MemberWorth, member_worth

__all__ = [
    "Brought",
    "Cohort",
    "CommissionDue",
    "GroupRow",
    "Health",
    "MemberWorth",
    "Repurchase",
    "Sales",
    "SalesWeek",
    "SoldWeek",
    "WeekFigures",
    "Window",
    "change_ppm",
    "cohorts",
    "commission_due",
    "group_rows",
    "health_of_all",
    "member_worth",
    "recent_sales",
    "repurchase",
    "repurchases",
    "rolled_up_at",
    "sales_by_week",
    "sold_by_week",
    "sparks",
]
