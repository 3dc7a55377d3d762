"""A month in which people who brought somebody earn on what those buy: what signals are found in."""

from datetime import UTC, date, datetime, timedelta

from community.models import Member
from orders.models import Order
from referrals import services
from referrals.enums import Verdict
from referrals.models import PayeeAccount, Referral, Signal, SignalDecision
from tests.factories import make_leader, make_member
from tests.referrals.sales import A_DAY_IN_MARCH, delivered_sale
from tests.referrals.stating import Books

TOMORROW = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
"""The day after the one on which things happen in March."""
NUMBER = "6222000011112222"


class Bindings(Books):
    """10 % for who brought the buyer, 5 % for who brought that one, 4 % for the leader.

    何老师 brought 王芳, both with a login, and she brought 李强.
    """

    def __init__(self) -> None:
        super().__init__(leader_ppm=40_000, referral_1_ppm=100_000, referral_2_ppm=50_000)
        self.above = make_leader(name="何老师")
        self.wang = make_leader(name="王芳")
        self.li = make_member("李强", group=self.group, door="3-1701")
        self.brought(self.above, self.wang, on=date(2025, 6, 1))
        self.brought(self.wang, self.li)

    def brought(self, referrer: Member, referee: Member, *, on: date = A_DAY_IN_MARCH) -> Referral:
        return Referral.objects.create(referrer=referrer, referee=referee, bound_on=on)

    def bring(self, number: int, *, door: str = "", on: date = A_DAY_IN_MARCH) -> list[Member]:
        """So many people whom 王芳 brought on that day."""
        people = [make_member(f"新人{one}", group=self.group, door=door) for one in range(number)]
        for person in people:
            self.brought(self.wang, person, on=on)
        return people

    def one_account(self, *people: Member) -> None:
        """Their money goes to the same bank account."""
        for person in people:
            PayeeAccount.objects.create(
                earner=person, holder="王芳", bank="工商银行", number=NUMBER, set_by=self.preparer
            )

    def bought(self, fen: int, *, on: date = A_DAY_IN_MARCH, buyer: Member | None = None) -> Order:
        """Delivered to 李强, whom 王芳 brought."""
        return delivered_sale(
            self.group,
            fen,
            on=on,
            member=buyer or self.li,
            leader=self.leader,
            referrer=self.wang,
            referrer_2=self.above,
        )

    def look(self, now: datetime = TOMORROW) -> services.Found:
        return services.look_for_signals(now=now)

    def held_sale(self, fen: int = 100_00) -> tuple[Order, Signal]:
        """An order whose referral commission is held: 王芳 and 李强 are paid to one account."""
        order = self.bought(fen)
        self.one_account(self.wang, self.li)
        self.run_march()
        self.look()
        return order, Signal.objects.get(kind="account")

    def decide(self, signal: Signal, verdict: Verdict, reason: str = "问过两人，是夫妻") -> SignalDecision:
        seen = signal.decisions.count()
        now = TOMORROW + timedelta(hours=seen)
        return services.decide_signal(
            signal=signal, verdict=verdict, reason=reason, seen=seen, by=self.approver, now=now
        )
