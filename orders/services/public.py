"""Orders of people without an account: who they are, once each, and changed by whoever holds the order's address."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from community.enums import Channel
from community.models import Group, Member
from community.services import Visitor, take_in
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


def count_form(*, page: str, most: int, address: str, now: datetime) -> None:
    """Count a form that came in, accepted or not. Raises TooManyForms.

    `page` names the page it was sent on ("campaign:7"), which takes `most` in an hour. Counted outside of any
    transaction of what the form is for: what is refused counts too.
    """
    most_of = {
        _source(f"address:{address}"): settings.PUBLIC_FORMS_PER_ADDRESS,
        _source(page): most,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT_FORMS, {"sources": list(most_of), "now": now})
        if any(forms > most_of[source] for source, forms in cursor.fetchall()):
            raise TooManyForms(
                _("Too many forms came from here within an hour. Nothing was saved; ask in the group, or try later.")
            )


def _source(source: str) -> str:
    """Not the address itself: the hash cannot be turned back without the key of this installation."""
    return salted_hmac("orders.forms", source, algorithm="sha256").hexdigest()


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
    if not is_new_form(nonce):
        return Order.objects.select_related("campaign").get(sent_forms__nonce=nonce)
    member = take_in(visitor=visitor, group=group, channel=Channel.PUBLIC_PAGE, now=now).member
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


def is_new_form(nonce: str) -> bool:
    """Put the nonce of a form down; the same one in another transaction is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO orders_sentform (nonce) VALUES (%s) ON CONFLICT (nonce) DO NOTHING", [nonce])
        return bool(cursor.rowcount)


@transaction.atomic
def change_own_order(*, order: Order, quantities: Mapping[int, Decimal], now: datetime) -> bool:
    """Let the order ask for these quantities (by offer id) from now on, nothing left of it cancels it.

    Returns whether that changed anything. Raises CameThroughTheChain and what `place` raises.
    """
    Member.objects.select_for_update(no_key=True).get(pk=order.member_id)
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
