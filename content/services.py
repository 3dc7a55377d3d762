"""What may be done with voices, pieces and their publications. The database records each change with who made it."""

import secrets
from datetime import date, datetime
from typing import NamedTuple

import pghistory
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Group, Member
from content.enums import PieceState
from content.models import IP, Piece, Publication
from content.rules.links import ALPHABET, CODE_LENGTH
from core.errors import DomainError
from core.models import User
from core.sql import statement
from core.violations import refusing
from orders.models import Campaign

COUNT_CLICK = statement(__file__, "count_click")
CODES_TRIED = 5


class NothingToSay(DomainError):
    """The piece has neither head nor waist nor legs."""


class CampaignElsewhere(DomainError):
    """The campaign does not run in that group."""


class AlreadyPublished(DomainError):
    """The piece is published in that group on that day."""


class CodeTaken(DomainError):
    """Another publication has this code: draw again."""


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

    A later day schedules the piece. Raises NothingToSay, CampaignElsewhere, AlreadyPublished.
    """
    if not (piece.head or piece.waist or piece.legs):
        raise NothingToSay(_("“%(piece)s” has no text yet. Write its head, waist or legs first.") % {"piece": piece})
    if not campaign.groups.filter(pk=group.pk).exists():
        raise CampaignElsewhere(
            _("“%(campaign)s” does not run in %(group)s. Choose another campaign, or add the group to it.")
            % {"campaign": campaign, "group": group}
        )
    with pghistory.context(user=by.pk):
        publication = _publish_under_a_free_code(
            Publication(piece=piece, group=group, day=day, campaign=campaign, published_by=by, published_at=now)
        )
    if piece.state != PieceState.PUBLISHED:
        later = day > timezone.localdate(now)
        move_piece(piece=piece, state=PieceState.SCHEDULED if later else PieceState.PUBLISHED, by=by, now=now)
    return publication


def new_code() -> str:
    """A code for a short link, by chance."""
    return "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))


def _publish_under_a_free_code(publication: Publication) -> Publication:
    refusals = {
        "content_publication_code_key": CodeTaken(_("No free short link was found. Try again.")),
        "piece_is_published_once_a_day_in_a_group": AlreadyPublished(
            _("This piece is already published in this group on that day.")
        ),
    }
    for tries_left in reversed(range(CODES_TRIED)):
        publication.code = new_code()
        try:
            with refusing(refusals):
                publication.save(force_insert=True)
                return publication
        except CodeTaken:
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


class Destination(NamedTuple):
    """Where a short link leads: a campaign's page by its code, and the group it was made for by its id."""

    campaign: str
    group: int


def count_click(*, code: str, now: datetime) -> Destination | None:
    """Count one opening of a short link on its day in Shanghai; where it leads.

    None for an unknown link. The number is all that is kept: no address, no cookie, no time of day.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT_CLICK, {"code": code, "day": timezone.localdate(now)})
        row = cursor.fetchone()
    return Destination(*row) if row else None
