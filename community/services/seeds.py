from collections.abc import Mapping
from datetime import date, datetime

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from community.models import Member, SeedProfile
from community.rules.seeds import Score, off_the_scale, without_evidence
from core.errors import DomainError
from core.models import User
from core.violations import refusing


class AlreadySought(DomainError):
    """The member already has a seed profile."""


class ScoreRefused(DomainError):
    """Scores off the scale or without evidence; `sentences` says which, by field of the profile."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(" ".join(dict.fromkeys(sentences.values())))
        self.sentences = sentences


@transaction.atomic
def find_seed(*, member: Member, niche: str, source: str, by: User, now: datetime) -> SeedProfile:
    """Put a member on the board, to be contacted. Raises AlreadySought."""
    twice = AlreadySought(_("%(name)s is already on the board.") % {"name": member.name})
    with pghistory.context(user=by.pk), refusing({"community_seedprofile_member_id_key": twice}):
        return SeedProfile.objects.create(member=member, niche=niche.strip(), source=source)


@transaction.atomic
def describe_seed(*, profile: SeedProfile, niche: str, source: str, note: str, by: User, now: datetime) -> SeedProfile:
    """What they are known for, where they were found, and what else should be remembered."""
    profile.niche, profile.source, profile.note = niche.strip(), source, note.strip()
    with pghistory.context(user=by.pk):
        profile.save(update_fields=["niche", "source", "note"])
    return profile


@transaction.atomic
def score_seed(*, profile: SeedProfile, scores: Mapping[str, Score], by: User, now: datetime) -> SeedProfile:
    """Judge some of the four qualities (community.rules.seeds.QUALITIES); the others stay. Raises ScoreRefused."""
    _check(scores)
    for quality, score in scores.items():
        setattr(profile, quality, score.points)
        setattr(profile, f"{quality}_evidence", score.evidence.strip())
    changed = [field for quality in scores for field in (quality, f"{quality}_evidence")]
    with pghistory.context(user=by.pk):
        profile.save(update_fields=changed)
    return profile


def _check(scores: Mapping[str, Score]) -> None:
    """The database refuses the same; here the sentence finds its field."""
    sentences = {quality: _("Scores go from 0 to 5.") for quality in off_the_scale(scores)}
    sentences |= {
        f"{quality}_evidence": _("Write what this score rests on, or leave the score empty.")
        for quality in without_evidence(scores)
    }
    if sentences:
        raise ScoreRefused(sentences)


@transaction.atomic
def move_seed(*, profile: SeedProfile, status: str, by: User, now: datetime) -> SeedProfile:
    """Put the card into another column, forwards or back; who moved it and when is kept in its history."""
    profile.status = status
    with pghistory.context(user=by.pk):
        profile.save(update_fields=["status"])
    return profile


@transaction.atomic
def plan_contact(*, profile: SeedProfile, next_contact_on: date | None, by: User, now: datetime) -> SeedProfile:
    """Say when to talk to them next; None takes the plan back."""
    profile.next_contact_on = next_contact_on
    with pghistory.context(user=by.pk):
        profile.save(update_fields=["next_contact_on"])
    return profile
