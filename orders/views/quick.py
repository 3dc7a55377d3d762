"""手动录单: one order after the other by hand. Find the member, tap how much, save, back to the search."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community.models import Membership
from core.access import SignedInRequest, leader_or_operator
from core.errors import DomainError
from core.http import render_page, say, wants_fragment
from core.idempotency import KeyUsedForAnotherRequest, answer_once, request_hash
from core.models import User
from core.money import format_yuan
from orders import services
from orders.enums import CampaignState
from orders.forms import NewcomerForm, QuickOrderForm
from orders.models import Campaign, Offer, Order, QuickEntry
from orders.queries import Standing, day_of_entries, find_members, last_orders, leaders_groups, standings, with_goods
from orders.views.chains import Chain, chains_for

PAGE = "orders/quick.html"
ORDER_PAGE = "orders/quick_order.html"


@require_safe
@leader_or_operator
def quick(request: SignedInRequest) -> HttpResponse:
    """Find the member the next order is for. Enter with only one found goes straight to the order."""
    return show_search(request)


def show_search(request: SignedInRequest, *, refusal: str = "") -> HttpResponse:
    now, text = timezone.now(), request.GET.get("q", "").strip()
    chains = chains_for(request.user, now)
    chain = chosen(chains, request.GET.get("chain", ""))
    context: dict[str, Any] = {"chains": chains, "chain": chain, "text": text, "refusal": refusal}
    if chain is None:
        return render_page(request, PAGE, context, status=422 if refusal else 200)
    found = find_members(chain.group, text, Order.objects.visible_to(request.user))
    if len(found) == 1 and not wants_fragment(request) and not refusal:
        return redirect("orders:quick_order", chain.campaign.pk, chain.group.pk, found[0].membership.member_id)
    context |= {"found": found, "named": {"door" if text[:1].isdigit() else "name": text}}
    if not wants_fragment(request):
        context["day"] = day_of_entries(chain.campaign, chain.group, request.user, now)
    return render_page(request, PAGE, context, fragment="found", status=422 if refusal else 200)


def chosen(chains: list[Chain], key: str) -> Chain | None:
    """The chain the address names; without a name the only one there is. Among several nobody guesses."""
    named = next((chain for chain in chains if chain.key == key), None)
    return chains[0] if named is None and len(chains) == 1 else named


@require_http_methods(["GET", "HEAD", "POST"])
@leader_or_operator
def quick_order(request: SignedInRequest, campaign: int, group: int, member: int) -> HttpResponse:
    """What a member of the group orders: shown with what they have, saved on top of it."""
    chain = visible_chain(request.user, campaign, group)
    memberships = Membership.objects.filter(group=chain.group).current().select_related("member")
    return take_order(request, chain, get_object_or_404(memberships, member=member))


@require_http_methods(["GET", "HEAD", "POST"])
@leader_or_operator
def quick_newcomer(request: SignedInRequest, campaign: int, group: int) -> HttpResponse:
    """The first order of somebody the group does not know yet."""
    return take_order(request, visible_chain(request.user, campaign, group), None)


@require_POST
@leader_or_operator
def quick_undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one entry back."""
    entries = QuickEntry.objects.visible_to(request.user).select_related("order__member")
    entry = get_object_or_404(entries, pk=pk)
    try:
        services.take_back_entry(entry=entry, by=request.user, now=timezone.now())
    except DomainError as error:
        return show_search(request, refusal=str(error))
    words = {"name": entry.order.member.name, "amount": format_yuan(entry.amount_fen)}
    say(request, _("%(name)s, ¥%(amount)s: taken back.") % words)
    return redirect(f"{reverse('orders:quick')}?chain={entry.order.campaign_id}-{entry.order.group_id}")


def visible_chain(user: User, campaign_id: int, group_id: int) -> Chain:
    campaigns = Campaign.objects.visible_to(user).exclude(state=CampaignState.DRAFT)
    campaign = get_object_or_404(campaigns, pk=campaign_id)
    return Chain(campaign, get_object_or_404(leaders_groups(campaign, user), pk=group_id))


def take_order(request: SignedInRequest, chain: Chain, membership: Membership | None) -> HttpResponse:
    """The order form, or what saving it did. `membership` None: a newcomer, named in the form."""
    now = timezone.now()
    stands = standings(chain.campaign.offers.all())
    offers = [one.offer for one in stands]
    visible = Order.objects.visible_to(request.user)
    last = last_order(visible, chain, membership)
    form_class, member = (QuickOrderForm, membership.member) if membership else (NewcomerForm, None)
    initial: dict[str, Any] = {"key": uuid4().hex, **{name: request.GET.get(name, "") for name in ("name", "door")}}
    if last and "again" in request.GET:
        initial |= {QuickOrderForm.key_of(offer.pk): quantity for offer, quantity in same_again(last, offers)}
    form = form_class(request.POST or None, offers=offers, member=member, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            entry, repeated = save_once(request, chain, form)
        except services.LinesRefused as refused:
            for offer_id, sentence in refused.by_offer.items():
                form.add_error(QuickOrderForm.key_of(offer_id), sentence)
        except KeyUsedForAnotherRequest:
            form.add_error(None, _("This order is already saved, with other quantities. Search again to add more."))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return say_saved(request, chain, entry, repeated=repeated)
    context = {
        "chain": chain,
        "membership": membership,
        "form": form,
        "rows": rows_of(stands, chain, form, current_order(visible, chain, membership)),
        "last": last,
        "missing": missing_now(last, offers) if last and "again" in request.GET else [],
        "closed": "" if chain.campaign.takes_orders(now) else services.closed_sentence(chain.campaign, now),
    }
    return render_page(request, ORDER_PAGE, context, fragment="order", status=422 if form.errors else 200)


def save_once(request: SignedInRequest, chain: Chain, form: QuickOrderForm) -> tuple[QuickEntry, bool]:
    """The entry, and whether an earlier tap on the same form has already made it."""
    data = {name: str(value) for name, value in form.cleaned_data.items() if name != "key"}
    asked = request_hash("POST", request.path, json.dumps(data, sort_keys=True).encode())

    def write() -> tuple[int, dict[str, int]]:
        entry = services.enter_order(
            campaign=chain.campaign,
            group=chain.group,
            member=form.person,
            quantities=form.quantities,
            note=form.cleaned_data["note"],
            by=request.user,
            now=timezone.now(),
        )
        return 201, {"entry": entry.pk}

    answer = answer_once(user=request.user, key=f"quick-{form.cleaned_data['key']}", request_hash=asked, write=write)
    return QuickEntry.objects.select_related("order__member").get(pk=answer.body["entry"]), answer.repeated


def say_saved(request: SignedInRequest, chain: Chain, entry: QuickEntry, *, repeated: bool) -> HttpResponse:
    """Say what was saved, and back to the search for the next one."""
    words = {"name": entry.order.member.name, "amount": format_yuan(entry.amount_fen)}
    said = (
        _("%(name)s, ¥%(amount)s: was saved already and counts once.")
        if repeated
        else _("%(name)s, ¥%(amount)s saved.")
    )
    say(request, said % words, undo_url=f"{reverse('orders:quick_undo', args=[entry.pk])}?chain={chain.key}")
    return redirect(f"{reverse('orders:quick')}?chain={chain.key}")


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer with its field, what the member has in this campaign, and what the group has left (None: no end)."""

    offer: Offer
    field: Any
    has: Decimal
    left: Decimal | None


def rows_of(stands: list[Standing], chain: Chain, form: QuickOrderForm, current: Order | None) -> list[OfferRow]:
    has = {line.offer_id: line.quantity for line in current.wanted} if current else {}  # type: ignore[attr-defined]
    return [
        OfferRow(
            one.offer,
            form[QuickOrderForm.key_of(one.offer.pk)],
            has.get(one.offer.pk, Decimal()),
            one.left_for(chain.group.pk),
        )
        for one in stands
    ]


def current_order(orders: Any, chain: Chain, membership: Membership | None) -> Order | None:
    """What the member has ordered from this chain so far."""
    if membership is None:
        return None
    here = orders.filter(campaign=chain.campaign, group=chain.group, member=membership.member_id)
    return with_goods(here).first()


def last_order(orders: Any, chain: Chain, membership: Membership | None) -> Order | None:
    """What the member ordered the last time, in another campaign."""
    if membership is None:
        return None
    return last_orders(orders.exclude(campaign=chain.campaign), [membership.member_id]).get(membership.member_id)


def same_again(last: Order, offers: list[Offer]) -> list[tuple[Offer, Decimal]]:
    """The last order in the words of this campaign: by product, as far as it is offered."""
    by_product = {line.offer.product_id: line.quantity for line in last.wanted}  # type: ignore[attr-defined]
    return [(offer, by_product[offer.product_id]) for offer in offers if offer.product_id in by_product]


def missing_now(last: Order, offers: list[Offer]) -> list[str]:
    """What of the last order is not offered this time."""
    offered = {offer.product_id for offer in offers}
    return [line.offer.name for line in last.wanted if line.offer.product_id not in offered]  # type: ignore[attr-defined]
