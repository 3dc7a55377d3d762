"""录单: a pasted chain becomes orders. Paste, settle what is doubtful, confirm; undo within half an hour."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community.models import Group
from core.access import SignedInRequest, leader_or_operator
from core.errors import DomainError
from core.http import render_page, say
from core.models import User
from orders import services, wording
from orders.enums import CampaignState, PasteState
from orders.models import Campaign, Paste
from orders.queries import recent_pastes, with_takings
from orders.rules.chain.decisions import NEW_MEMBER
from orders.rules.chain.reading import Reading, Row, RowState
from orders.rules.jielong import MessageUnreadable, TextTooLong, visible_text
from orders.views.answers import ALONE, BOTH, AnswerForm
from orders.views.chains import Chain, chains_for

PAGE = "orders/jielong.html"
PREVIEW = "orders/jielong_preview.html"
SHOWN = 8
"""Recent pastes on the page."""
SKIPPED_SHOWN = 20
"""Lines that are no orders, of one reason."""
LAST_MOMENT = 4102444800
"""The end of 2099, in seconds since 1970: what a message calls later is no time."""
LONGEST_ID = 19
"""Longer numbers are no row's."""
STEPS = [gettext_lazy("Paste"), gettext_lazy("Check"), gettext_lazy("Done")]


class ChainField(forms.ChoiceField):
    """Which chain it is; the form says why one that was sent is none, so any text is let through here."""

    def valid_value(self, value: str) -> bool:
        return True


class PasteForm(forms.Form):
    """The text as it came out of WeChat, and which chain it is."""

    chain = ChainField(label=gettext_lazy("Campaign and group"))
    text = forms.CharField(
        label=gettext_lazy("Paste the whole chain from the WeChat group"),
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy(
            "Long-press the chain in the group, copy, paste here. Nothing is saved until you confirm."
        ),
        # No max_length: the browser would cut off what is pasted and nobody would know.
        strip=False,
    )

    def __init__(self, *args: Any, chains: list[Chain], user: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.now = user, now
        self.chains = {chain.key: chain for chain in chains}
        field = self.fields["chain"]
        choices = [(c.key, f"{c.campaign.title} · {c.group.name}") for c in chains]
        gone = self.is_bound and self.data.get("chain") not in self.chains
        if gone:  # Nothing is chosen in its stead: the text may belong to none of the others.
            choices.insert(0, ("", _("Choose")))
        field.choices = choices  # type: ignore[attr-defined]
        if len(chains) == 1 and not gone:
            self.initial["chain"] = chains[0].key
            field.widget = forms.HiddenInput()

    def clean_chain(self) -> str:
        key: str = self.cleaned_data["chain"]
        if key not in self.chains:
            raise forms.ValidationError(no_chain(self.user, key, now=self.now))
        return key


def no_chain(user: User, key: str, *, now: datetime) -> str:
    """Why nothing can be pasted into a chain: what became of its campaign, if this person may see it in that group.

    Somebody else's campaign or group reads like one that does not exist.
    """
    campaign_id, _dash, group_id = key.partition("-")
    campaign = group = None
    if all(part.isascii() and part.isdecimal() and len(part) < LONGEST_ID for part in (campaign_id, group_id)):
        campaign = Campaign.objects.visible_to(user).filter(pk=int(campaign_id), groups=int(group_id)).first()
        group = Group.objects.visible_to(user).filter(pk=int(group_id)).first()
    if campaign is None or group is None:
        return _("There is no such campaign in your groups. Your text is kept below; choose the one it belongs to.")
    told = {"campaign": campaign.title, "group": group.name}
    if campaign.state == CampaignState.DRAFT or (campaign.state == CampaignState.OPEN and campaign.opens_at > now):
        return _("“%(campaign)s” has not opened yet. Your text is kept below; paste it when it opens.") % told
    if campaign.state == CampaignState.CANCELLED:
        return _("“%(campaign)s” was cancelled. Your text is kept below.") % told
    cut_off = min(campaign.cuts_off_at, campaign.cut_off_at or campaign.cuts_off_at)
    return _(
        "“%(campaign)s” was cut off on %(time)s and takes no more orders. Your text is kept below: copy it and ask "
        "an operator, or choose another campaign if it belongs there."
    ) % {**told, "time": timezone.localtime(cut_off).strftime("%m-%d %H:%M")}


@require_http_methods(["GET", "HEAD", "POST"])
@leader_or_operator
def jielong(request: SignedInRequest) -> HttpResponse:
    """Paste a chain; the text is kept as a draft and shown as it reads."""
    now = timezone.now()
    chains = chains_for(request.user, now)
    chosen = {"chain": request.GET["chain"]} if "chain" in request.GET else {}
    form = PasteForm(
        request.POST or None, chains=chains, user=request.user, now=now, initial=chosen | sample(request.user)
    )
    if request.method == "POST" and form.is_valid():
        chain = form.chains[form.cleaned_data["chain"]]
        try:
            paste = services.start_paste(
                campaign=chain.campaign, group=chain.group, text=form.cleaned_data["text"], by=request.user, now=now
            )
        except (TextTooLong, MessageUnreadable) as error:
            form.add_error("text", wording.unreadable(error))
        except DomainError as error:
            form.add_error("text", str(error))
        else:
            return redirect("orders:jielong_preview", paste.pk)
    context = {"form": form, "chains": chains, "steps": STEPS, "batches": recent_pastes(request.user, now)[:SHOWN]}
    return render_page(request, PAGE, context, status=422 if form.errors else 200)


def sample(user: User) -> dict[str, str]:
    """In a demonstration the leader finds a chain ready to be read, until it has been."""
    if not settings.DEMO:
        return {}
    paste = Paste.objects.filter(pasted_by=user, campaign__demo=True).order_by("pk").first()
    return {"text": paste.text} if paste and paste.state == PasteState.DRAFT else {}


@require_safe
@leader_or_operator
def jielong_preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """How the chain reads beside what was there before: problems first."""
    return show_paste(request, visible_paste(request.user, pk))


@require_POST
@leader_or_operator
def jielong_settle(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep what was decided about one row, or about another branch of the chain."""
    paste = visible_paste(request.user, pk)
    key = request.POST.get("key", "")
    row = next((row for row in services.read_paste(paste).rows if row.key == key), None)
    form = AnswerForm(request.POST, paste=paste, row=row)
    errors = {}
    if form.is_valid():
        try:
            if form.cleaned_data["action"] in {ALONE, BOTH}:
                paste = services.choose_branch(paste=paste, alone=form.cleaned_data["action"] == ALONE)
            else:
                content = row.content if row else ""
                paste = services.settle(paste=paste, key=key, answer=form.answer(), content=content)
        except DomainError as error:
            errors[key] = [str(error)]
    else:
        errors[key] = [str(message) for messages in form.errors.values() for message in messages]
    if not request.htmx and not errors:
        return redirect("orders:jielong_preview", paste.pk)
    return show_paste(request, paste, errors=errors)


@require_POST
@leader_or_operator
def jielong_apply(request: SignedInRequest, pk: int) -> HttpResponse:
    """Confirm: the settled rows become orders."""
    paste = visible_paste(request.user, pk)
    try:
        services.apply_paste(paste=paste, by=request.user, now=timezone.now())
    except DomainError as error:
        return show_paste(request, paste, refusal=str(error))
    return redirect("orders:jielong_preview", paste.pk)


@require_POST
@leader_or_operator
def jielong_undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the whole batch back."""
    paste = visible_paste(request.user, pk)
    try:
        services.undo_paste(paste=paste, by=request.user, now=timezone.now())
    except DomainError as error:
        return show_paste(request, paste, refusal=str(error))
    say(request, _("The batch is undone. Its orders are taken back."))
    return redirect(f"{reverse('orders:jielong')}?chain={paste.campaign_id}-{paste.group_id}")


def visible_paste(user: User, pk: int) -> Paste:
    return get_object_or_404(Paste.objects.visible_to(user).select_related("campaign", "group"), pk=pk)


def show_paste(
    request: SignedInRequest, paste: Paste, *, errors: dict[str, list[str]] | None = None, refusal: str = ""
) -> HttpResponse:
    """The paste in the state it is in: what it says, or what confirming it did."""
    now = timezone.now()
    context: dict[str, Any] = {"paste": paste, "steps": STEPS, "refusal": refusal}
    if paste.state != PasteState.DRAFT:
        context |= {
            "can_undo": paste.can_be_undone(now),
            "summary": group_summary(paste),
            "to_go_on": to_go_on(paste, now),
        }
        return render_page(request, "orders/jielong_done.html", context, status=422 if refusal else 200)
    own_group = Group.objects.filter(pk=paste.group_id)
    context |= preview_of(paste, services.read_paste(paste), errors or {}) | {
        "takings": with_takings(Campaign.objects.filter(pk=paste.campaign_id), groups=own_group).get(),
    }
    status = 422 if refusal or errors else 200
    return render_page(request, PREVIEW, context, fragment="preview", status=status)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its sentences and what it comes to (fen). `refusal` says why there is no room for it, if so."""

    row: Row
    problems: list[str]
    amount_fen: int
    errors: list[str]
    before: str
    refusal: str = ""
    written_at: str = ""
    also_wrote: str = ""
    """Numbers of the other entries of who wrote this one."""

    @property
    def level(self) -> str:
        return "bad" if self.refusal or self.row.state == RowState.BLOCKED else "warn"

    @property
    def new_member(self) -> int:
        return NEW_MEMBER


def preview_of(paste: Paste, reading: Reading, errors: dict[str, list[str]]) -> dict[str, Any]:
    """The reading sorted for the eye: no room for it, needs an answer, deserves a look, the rest."""
    offers = {offer.pk: offer for offer in paste.campaign.offers.order_by("position", "pk")}
    refused = services.what_does_not_fit(paste, reading, offers)
    written: dict[str | None, list[Row]] = defaultdict(list)
    for row in reading.rows:
        written[row.author].append(row)

    def shown(row: Row) -> ShownRow:
        had = {} if row.asks_the_same and row.says_another else row.before
        before = "、".join(
            f"{offers[o].name} ×{q.normalize():f}{offers[o].unit}" for o, q in had.items() if o in offers
        )
        fen = sum((q * offers[o].price_fen for o, q in row.quantities.items()), Decimal())
        refusal = refused.get(row.key, "")
        problems = [*([refusal] if refusal else []), *wording.problems_of(row)]
        also = [str(one.number) for one in written[row.author] if row.author and one.number not in {None, row.number}]
        return ShownRow(
            row,
            problems,
            int(fen.to_integral_value()),
            errors.get(row.key, []),
            before,
            refusal,
            written_at(row),
            "、".join(also[:6]),
        )

    everything = [shown(row) for row in reading.rows]
    no_room = [one for one in everything if one.refusal]
    rows = {state: [one for one in everything if one.row.state == state and not one.refusal] for state in RowState}
    counted = rows[RowState.READY] + rows[RowState.DOUBTFUL]
    return {
        "reading": reading,
        "text": visible_text(paste.text),
        "offers": list(offers.values()),
        "to_settle": no_room + rows[RowState.BLOCKED] + rows[RowState.DOUBTFUL],
        "ready": rows[RowState.READY],
        "unchanged": rows[RowState.UNCHANGED],
        "elsewhere_goes": all(gone.cancel for gone in reading.elsewhere),
        "left_aside": rows[RowState.SKIPPED],
        "left_out_count": len(no_room) + len(rows[RowState.BLOCKED]),
        "confirm_count": len(counted) + sum(1 for gone in reading.vanished if gone.cancel),
        "total_fen": sum(one.amount_fen for one in counted),
        **skipped_lines(reading),
    }


def skipped_lines(reading: Reading) -> dict[str, Any]:
    """The lines that are no orders with the reason, of each reason the first few; an export has hundreds of them."""
    words = wording.skip_words()
    found: Counter[str] = Counter()
    shown = []
    for text, reason in reading.skipped:
        found[reason] += 1
        if found[reason] <= SKIPPED_SHOWN:
            shown.append((text, words.get(reason, reason)))
    more = [(n - SKIPPED_SHOWN, words.get(reason, reason)) for reason, n in found.items() if n > SKIPPED_SHOWN]
    return {"skipped_lines": shown, "skipped_more": more}


def written_at(row: Row) -> str:
    """When the entry was written, as far as the paste tells."""
    if row.sent_unix is None:
        return row.sent_at
    moment = datetime.fromtimestamp(min(row.sent_unix, LAST_MOMENT), tz=UTC)
    return timezone.localtime(moment).strftime("%m-%d %H:%M")


def to_go_on(paste: Paste, now: datetime) -> int:
    """How many rows of a confirmed paste are still to be settled, while its text is kept and orders are taken."""
    if paste.state != PasteState.APPLIED or not paste.text or not paste.campaign.takes_orders(now):
        return 0
    waiting: int = paste.outcome.get("waiting", 0)
    return waiting + len(paste.outcome.get("left_out", ()))


def group_summary(paste: Paste) -> str:
    """A sentence for the group about what was taken in; empty when nothing was."""
    count = paste.outcome.get("taken", 0) + paste.outcome.get("changed", 0)
    if not count:
        return ""
    return ngettext(
        "“%(campaign)s”: %(count)d order is in. Cut-off %(cut_off)s.",
        "“%(campaign)s”: %(count)d orders are in. Cut-off %(cut_off)s.",
        count,
    ) % {
        "campaign": paste.campaign.title,
        "count": count,
        "cut_off": timezone.localtime(paste.campaign.cuts_off_at).strftime("%m-%d %H:%M"),
    }
