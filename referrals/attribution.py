"""Orders ask whom a buyer came through; this is the referrals' answer (`settings.ATTRIBUTION_SOURCES`)."""

from orders.attribution import Attribution, Intake
from referrals.queries import referrers_of


def referrers(intake: Intake) -> dict[int, Attribution]:
    """The two people above each buyer as of now, by member id; the order freezes them."""
    return {
        member: Attribution(referrer_1=level_1, referrer_2=level_2)
        for member, (level_1, level_2) in referrers_of(intake.member_ids).items()
    }
