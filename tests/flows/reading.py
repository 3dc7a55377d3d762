"""What the story looks up between its steps. Money in fen."""

from django.db.models import QuerySet, Sum

from community.models import Member
from ledger.models import Leg
from orders.models import Campaign, OrderLine
from referrals.models import CommissionEntry


def lines_of(campaign: Campaign, name: str = "") -> QuerySet[OrderLine]:
    lines = OrderLine.objects.filter(order__campaign=campaign).select_related("order").order_by("pk")
    return lines.filter(offer__name=name) if name else lines


def earned(member: Member) -> int:
    return CommissionEntry.objects.filter(beneficiary=member).aggregate(fen=Sum("amount_fen"))["fen"] or 0


def owed(member: Member) -> int:
    """The balance of what is payable to the member; a liability stands on the credit side."""
    legs = Leg.objects.filter(account__purpose="commission_payable", account__party=member.pk)
    return -(legs.aggregate(fen=Sum("amount_fen"))["fen"] or 0)
