"""Orders ask whom a buyer came through; this is the referrals' answer (`settings.ATTRIBUTION_SOURCES`)."""

from collections.abc import Mapping
from typing import NamedTuple

from community.enums import SeedStatus
from core.rules.links import LONG_CODE_LENGTH
from orders.attribution import Attribution, Intake
from orders.enums import LinkBasis
from referrals.models import ReferralLink
from referrals.queries import referrers_of


def referrers(intake: Intake) -> dict[int, Attribution]:
    """The two people above each buyer as of now, by member id; the order freezes them, and the link it came through.

    An order alone binds nobody: that is decided where people join and agree to it.
    """
    links = _invitation_links(intake.codes)
    return {
        member: Attribution(
            referrer_1=level_1,
            referrer_2=level_2,
            link_code=links[member].code if member in links else "",
            link_basis=LinkBasis.OPENED if member in links else "",
            seed=links[member].seed if member in links else None,
        )
        for member, (level_1, level_2) in referrers_of(intake.member_ids).items()
    }


class _Link(NamedTuple):
    code: str
    seed: int | None
    """Whose it is, where that is a seed user."""


def _invitation_links(codes: Mapping[int, str]) -> dict[int, _Link]:
    """Of the codes buyers carried, by member id, those of invitation links; no query where none can be one."""
    carried = {member: code for member, code in codes.items() if len(code) == LONG_CODE_LENGTH}
    if not carried:
        return {}
    found = ReferralLink.objects.filter(code__in=set(carried.values())).values_list(
        "code", "member", "member__seed_profile__status"
    )
    known = {code: _Link(code, member if status == SeedStatus.SEED else None) for code, member, status in found}
    return {member: known[code] for member, code in carried.items() if code in known}
