"""Which publication an order is credited to: asked by orders at intake (settings.ATTRIBUTION_SOURCES), once an order.

1. The order carries the code of a publication of its campaign: credited to that one (`opened`).
2. Otherwise the latest publication of the campaign in the order's group whose link was opened at least once is
   credited (`window`), if the order's day is one of the ATTRIBUTION_WINDOW_DAYS that begin with the publication's day.

The seed user of the credited publication, where its voice is one's, is named with it.

Days are Asia/Shanghai. The answer is frozen on the order (`link_code`, `link_basis`, `seed`) and never recomputed.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from community.enums import SeedStatus
from content.models import ClickDay, Publication
from orders.attribution import Attribution, Intake
from orders.enums import LinkBasis


def credited_publications(intake: Intake) -> dict[int, Attribution]:
    """By member id; a buyer to whom no rule applies is left out. At most three queries."""
    carried = valid_codes(campaign_id=intake.campaign_id, codes=set(intake.codes.values()))
    in_window = link_for(campaign_id=intake.campaign_id, group_id=intake.group_id, at=intake.at)
    seeds = seeds_behind({*carried, *([in_window] if in_window else [])})
    answers = {}
    for member_id in intake.member_ids:
        code = intake.codes.get(member_id, "")
        if code in carried:
            answers[member_id] = Attribution(link_code=code, link_basis=LinkBasis.OPENED, seed=seeds.get(code))
        elif in_window:
            answers[member_id] = Attribution(
                link_code=in_window, link_basis=LinkBasis.WINDOW, seed=seeds.get(in_window)
            )
    return answers


def seeds_behind(codes: Collection[str]) -> dict[str, int]:
    """By code, the member whose voice speaks in that publication, where they are a seed user. No query for no codes."""
    if not codes:
        return {}
    spoken = Publication.objects.filter(code__in=codes, piece__ip__person__seed_profile__status=SeedStatus.SEED)
    return dict(spoken.values_list("code", "piece__ip__person"))


def valid_codes(*, campaign_id: int, codes: Collection[str]) -> set[str]:
    """Those of `codes` that are links to this campaign. No query when there is nothing to ask."""
    asked = [code for code in codes if code]
    if not asked:
        return set()
    publications = Publication.objects.filter(campaign=campaign_id, code__in=asked)
    return set(publications.values_list("code", flat=True))


def link_for(*, campaign_id: int, group_id: int, at: datetime) -> str | None:
    """The code rule 2 credits an order to that is placed in this group at `at`. Clicks after that day don't count."""
    day = timezone.localdate(at)
    opened = ClickDay.objects.filter(day__lte=day, clicks__gte=1).values("publication")
    return (
        Publication.objects.filter(
            campaign=campaign_id,
            group=group_id,
            day__lte=day,
            day__gt=day - timedelta(days=settings.ATTRIBUTION_WINDOW_DAYS),
            pk__in=opened,
        )
        .order_by("-day", "-pk")
        .values_list("code", flat=True)
        .first()
    )
