"""What may be done with voices, pieces and their publications. The database records each change with who made it."""

from datetime import date, datetime
from typing import NamedTuple

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Group, Member
from content.enums import PieceState
from content.models import IP, ClickDay, Piece, Publication
from core import links
from core.errors import DomainError
from core.models import User
from orders.models import Campaign

LEADS_TO = "(SELECT code FROM orders_campaign WHERE id = followed.campaign_id), followed.group_id"


class NothingToSay(DomainError):
    """The piece has neither head nor waist nor legs."""


class CampaignElsewhere(DomainError):
    """The campaign does not run in that group."""


class AlreadyPublished(DomainError):
    """The piece is published in that group on that day."""


@transaction.atomic
def create_ip(
    *, name: str, kind: str, person: Member | None = None, story: str = "", voice: str = "", by: User, now: datetime
) -> IP:
    """Note a voice: the brand's, a person's (who may be a member) or a product's."""
    with pghistory.context(user=by.pk):
        return IP.objects.create(name=name.strip(), kind=kind, person=person, story=story.strip(), voice=voice.strip())


@transaction.atomic
def create_piece(
    *,
    ip: IP,
    title: str,
    head: str = "",
    waist: str = "",
    legs: str = "",
    campaign: Campaign | None = None,
    by: User,
    now: datetime,
) -> Piece:
    """Note something to say, as an idea until somebody moves it on."""
    with pghistory.context(user=by.pk):
        return Piece.objects.create(
            ip=ip,
            title=title.strip(),
            head=head.strip(),
            waist=waist.strip(),
            legs=legs.strip(),
            campaign=campaign,
            created_by=by,
        )


@transaction.atomic
def change_piece(
    *,
    piece: Piece,
    ip: IP,
    title: str,
    head: str,
    waist: str,
    legs: str,
    campaign: Campaign | None,
    by: User,
    now: datetime,
) -> Piece:
    """Write a piece anew. What was published before stays in its history; its links lead where they led."""
    piece.ip, piece.title, piece.campaign = ip, title.strip(), campaign
    piece.head, piece.waist, piece.legs = head.strip(), waist.strip(), legs.strip()
    with pghistory.context(user=by.pk):
        piece.save(update_fields=["ip", "title", "campaign", "head", "waist", "legs"])
    return piece


@transaction.atomic
def move_piece(*, piece: Piece, state: str, by: User, now: datetime) -> Piece:
    """Say how far a piece has come, forwards or back."""
    piece.state = state
    with pghistory.context(user=by.pk):
        piece.save(update_fields=["state"])
    return piece


@transaction.atomic
def publish_piece(*, piece: Piece, group: Group, day: date, campaign: Campaign, by: User, now: datetime) -> Publication:
    """Say a piece in a group on a day, with a short link of its own to the campaign.

    A later day schedules the piece. Raises NothingToSay, CampaignElsewhere, AlreadyPublished, CodeTaken.
    """
    if not (piece.head or piece.waist or piece.legs):
        raise NothingToSay(_("“%(piece)s” has no text yet. Write its head, waist or legs first.") % {"piece": piece})
    if not campaign.groups.filter(pk=group.pk).exists():
        raise CampaignElsewhere(
            _("“%(campaign)s” does not run in %(group)s. Choose another campaign, or add the group to it.")
            % {"campaign": campaign, "group": group}
        )
    publication = Publication(piece=piece, group=group, day=day, campaign=campaign, published_by=by, published_at=now)
    twice = AlreadyPublished(_("This piece is already published in this group on that day."))
    with pghistory.context(user=by.pk):
        links.save_under_a_free_code(publication, refusals={"piece_is_published_once_a_day_in_a_group": twice})
    if piece.state != PieceState.PUBLISHED:
        later = day > timezone.localdate(now)
        move_piece(piece=piece, state=PieceState.SCHEDULED if later else PieceState.PUBLISHED, by=by, now=now)
    return publication


class Destination(NamedTuple):
    """Where a short link leads: a campaign's page by its code, and the group it was made for by its id."""

    campaign: str
    group: int


def count_click(*, code: str, now: datetime) -> Destination | None:
    """Count one opening of a short link on its day in Shanghai; where it leads.

    None for an unknown link.
    """
    row = links.count_click(ClickDay, link="publication", code=code, now=now, answer=LEADS_TO)
    return Destination(*row) if row else None
