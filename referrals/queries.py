"""What may be asked about who brought whom and who earned what."""

from collections.abc import Collection

from referrals.models import Referral


def referrers_of(member_ids: Collection[int]) -> dict[int, tuple[int | None, int | None]]:
    """Who brought each of these members (level 1), and who brought that one (level 2), by member id; one query."""
    nobody: dict[int, tuple[int | None, int | None]] = dict.fromkeys(member_ids, (None, None))
    return nobody | {
        referee: (level_1, level_2)
        for referee, level_1, level_2 in Referral.objects.filter(referee__in=member_ids).values_list(
            "referee", "referrer", "referrer__referred_by__referrer"
        )
    }
