"""Orders of people without an account: who they are, once each, and changed by whoever holds the order's address."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from community.enums import Channel
from community.models import Group, Member, Membership
from community.services import PhoneTaken, add_member, join_group
from core.errors import DomainError
from core.sql import statement
from orders.enums import OrderSource, OrderState
from orders.models import Campaign, ChainEntry, FormCount, Offer, Order, SentForm
from orders.services.placing import Wanted, place, place_order

COUNT_FORMS = statement(__file__, "count_forms")
FORMS_KEPT = timedelta(days=30)
COUNTS_KEPT = timedelta(days=1)


class TooManyForms(DomainError):
    """More came from one address, or for one campaign, than people send in an hour."""


class AlreadyOrdered(DomainError):
    """With this phone number something is ordered in this campaign, from another form or in the chain."""


class CameThroughTheChain(DomainError):
    """The chain still asks for it: changed here, the next paste would take it back a second time."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who somebody says they are: name and door as written, phone as `tidy_phone` keeps it. Nothing of it is proven."""

    name: str
    door: str
    phone: str


def count_form(*, campaign: Campaign, address: str, now: datetime) -> None:
    """Count a form that came in, accepted or not. Raises TooManyForms.

    Counted outside of any transaction of the order: what is refused counts too.
    """
    most = {
        _source("address", address): settings.PUBLIC_FORMS_PER_ADDRESS,
        _source("campaign", str(campaign.pk)): settings.PUBLIC_FORMS_PER_CAMPAIGN,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT_FORMS, {"sources": list(most), "now": now})
        if any(forms > most[source] for source, forms in cursor.fetchall()):
            raise TooManyForms(
                _("Too many orders came from here within an hour. Nothing was saved; order in the group, or later.")
            )


def _source(kind: str, value: str) -> str:
    """Not the address itself: the hash cannot be turned back without the key of this installation."""
    return salted_hmac("orders.forms", f"{kind}:{value}", algorithm="sha256").hexdigest()


@transaction.atomic
def order_publicly(
    *,
    campaign: Campaign,
    group: Group,
    visitor: Visitor,
    quantities: Mapping[int, Decimal],
    note: str = "",
    link_code: str = "",
    nonce: str,
    now: datetime,
) -> Order:
    """Place the order of somebody without an account, once for each `nonce`: sent again, it is the same order.

    Whose phone it is orders; a name and a door alone never find anybody. Raises AlreadyOrdered and what `place` raises;
    then nobody has joined either.
    """
    if not _is_new(nonce):
        return Order.objects.select_related("campaign").get(sent_forms__nonce=nonce)
    member = _who(visitor, group, now)
    if Order.objects.filter(campaign=campaign, member=member).exclude(state=OrderState.CANCELLED).exists():
        raise AlreadyOrdered(
            _(
                "Something is already ordered with this phone number. Change it from the phone it was ordered on, or "
                "ask your leader. Nothing was saved."
            )
        )
    if member.name != visitor.name:
        note = "; ".join(filter(None, [_other_name(visitor.name), note]))
    placed = place_order(
        campaign=campaign,
        group=group,
        member=member,
        quantities=quantities,
        source=OrderSource.PUBLIC,
        by=None,
        now=now,
        door=visitor.door,
        note=note,
        link_code=link_code,
    )
    SentForm.objects.filter(nonce=nonce).update(order=placed.order_id)
    return Order.objects.select_related("campaign").get(pk=placed.order_id)


def _other_name(name: str) -> str:
    """For the leader at the door, in the installation's language, whatever the visitor reads."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("ordered as %(name)s") % {"name": name}


def _is_new(nonce: str) -> bool:
    """Put the nonce down; the same one in another transaction is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO orders_sentform (nonce) VALUES (%s) ON CONFLICT (nonce) DO NOTHING", [nonce])
        return bool(cursor.rowcount)


def _who(visitor: Visitor, group: Group, now: datetime) -> Member:
    """The member with this phone, or somebody new; in the group either way. Locked against their other forms."""
    member = _locked(phone=visitor.phone)
    if member is None:
        try:
            return add_member(
                group=group,
                name=visitor.name,
                door=visitor.door,
                channel=Channel.PUBLIC_PAGE,
                phone=visitor.phone,
                by=None,
                now=now,
            ).member
        except PhoneTaken:  # by a form that came at the same moment
            member = _locked(phone=visitor.phone)
            if member is None:
                raise
    if not Membership.objects.current().filter(member=member, group=group).exists():
        join_group(member=member, group=group, door=visitor.door, by=None, now=now)
    return member


def _locked(**who: object) -> Member | None:
    """Orders that come in by other ways only look at the key: they neither wait for this lock nor block it."""
    return Member.objects.select_for_update(no_key=True).filter(**who).first()


@transaction.atomic
def change_own_order(*, order: Order, quantities: Mapping[int, Decimal], now: datetime) -> bool:
    """Let the order ask for these quantities (by offer id) from now on, nothing left of it cancels it.

    Returns whether that changed anything. Raises CameThroughTheChain and what `place` raises.
    """
    _locked(pk=order.member_id)
    has = dict(order.lines.values_list("offer", "quantity"))
    moves = {offer: target - has.get(offer, Decimal()) for offer, target in quantities.items()}
    moves = {offer: quantity for offer, quantity in sorted(moves.items()) if quantity}
    in_chain = _asked_in_the_chain(order)
    for offer, quantity in moves.items():
        if quantity < 0 and quantities[offer] < in_chain[offer]:
            raise CameThroughTheChain(_chain_sentence(Offer.objects.get(pk=offer), in_chain[offer]))
    if moves:
        place(
            campaign=order.campaign,
            group=order.group,
            wanted=[Wanted(order.member_id, moves)],
            source=OrderSource.PUBLIC,
            by=None,
            now=now,
        )
    return bool(moves)


def _asked_in_the_chain(order: Order) -> Mapping[int, Decimal]:
    """How much of each offer of the order the group's chain asks for."""
    asked: dict[int, Decimal] = defaultdict(Decimal)
    for lines in ChainEntry.objects.filter(order=order, live=True).values_list("lines", flat=True):
        for offer, quantity in lines.items():
            asked[int(offer)] += Decimal(str(quantity))
    return asked


def _chain_sentence(offer: Offer, quantity: Decimal) -> str:
    return _(
        "%(quantity)s %(unit)s of “%(offer)s” stand in the group's chain: change that in the chain. Nothing was saved."
    ) % {"quantity": f"{quantity.normalize():f}", "unit": offer.unit, "offer": offer.name}


def forget_forms(*, now: datetime) -> int:
    """Forget forms sent a month ago and counts of yesterday; the orders stay. Returns how many rows went."""
    sent, _sent_of = SentForm.objects.filter(sent_at__lt=now - FORMS_KEPT).delete()
    counts, _counts_of = FormCount.objects.filter(hour__lt=now - COUNTS_KEPT).delete()
    return sent + counts
