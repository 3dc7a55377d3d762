"""Months somebody earned in: a plan that pays the whole sale, so that what is earned is what a test says."""

from datetime import date, datetime

from community.models import Group, Member
from core.enums import Role
from core.jobs import drain_all
from core.models import User
from ledger.models import Period
from orders.models import Order
from referrals import services
from referrals.models import Run, Statement
from tests.factories import make_group, make_leader, make_user
from tests.referrals.sales import (
    A_DAY_IN_APRIL,
    A_DAY_IN_MARCH,
    APRIL,
    END_OF_APRIL,
    END_OF_MARCH,
    MARCH,
    MAY,
    delivered_sale,
    make_period,
    make_plan,
)


class Books:
    """March and April, an admin who prepares and one who approves, and one leader (with a login) of one group."""

    def __init__(self, *, leader_ppm: int = 1_000_000, **terms: int) -> None:
        self.plan = make_plan(leader_ppm=leader_ppm, **terms)
        self.march, self.april = make_period(MARCH, APRIL), make_period(APRIL, MAY)
        self.preparer: User = make_user(Role.ADMIN, name="李会计")
        self.approver: User = make_user(Role.ADMIN, name="王复核")
        self.group: Group = make_group()
        self.leader: Member = make_leader(self.group, name="周敏")

    def sale(self, fen: int, *, on: date = A_DAY_IN_MARCH, leader: Member | None = None) -> Order:
        return delivered_sale(self.group, fen, on=on, leader=leader or self.leader)

    def run(self, period: Period, now: datetime, *, approve: bool = True) -> Run:
        run = services.start_run(period=period, by=self.preparer, now=now)
        drain_all()
        if approve:
            services.approve_run(run=run, by=self.approver, now=now)
        run.refresh_from_db()
        return run

    def run_march(self) -> Run:
        return self.run(self.march, END_OF_MARCH)

    def run_april(self) -> Run:
        return self.run(self.april, END_OF_APRIL)

    def issue(self, period: Period, now: datetime = END_OF_APRIL) -> services.Issued:
        return services.issue_statements(period=period, by=self.preparer, now=now)

    def approve(self, period: Period, now: datetime = END_OF_APRIL) -> services.StatementsApproved:
        ids = list(Statement.objects.filter(period=period, state="issued").values_list("pk", flat=True))
        return services.approve_statements(statements=ids, by=self.approver, now=now)

    def statement(self, period: Period, leader: Member | None = None) -> Statement:
        return Statement.objects.get(period=period, earner=leader or self.leader)

    def march_stated(self, *amounts_fen: int) -> Statement:
        """March with orders of these amounts, run, issued and approved."""
        for fen in amounts_fen:
            self.sale(fen)
        self.run_march()
        self.issue(self.march, END_OF_MARCH)
        self.approve(self.march, END_OF_MARCH)
        return self.statement(self.march)


__all__ = ["A_DAY_IN_APRIL", "A_DAY_IN_MARCH", "END_OF_APRIL", "END_OF_MARCH", "Books"]
