"""How the groups do this week, and which of them to look at."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models import Group
from community.queries import groups_matching, with_figures
from core.models import User
from insights.queries.sales import NOTHING, WeekFigures, change_ppm, sales_by_group_and_week

SPARK_WEEKS = 8
NEW_FOR = timedelta(days=28)


class Health(TextChoices):
    """Whether a group orders: within seven days it does, without an order for longer it is quiet.

    A group is new for 28 days until its first order in a week.
    """

    ACTIVE = "active", _("Active")
    QUIET = "quiet", _("Quiet")
    NEW = "new", _("New")


SHOWN = (
    "pk",
    "opened_on",
    "leader_name",
    "members",
    "name",
    "pinyin",
    "neighbourhood__name",
    "neighbourhood__district",
)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group as the table shows it: leader today, members now, this week beside the last up to the same weekday."""

    group_id: int
    name: str
    pinyin: str
    neighbourhood: str
    district: str
    leader: str
    members: int
    week: WeekFigures
    health: Health

    @property
    def change_ppm(self) -> int | None:
        """GMV against the week before, in parts per million; None when that had none."""
        return change_ppm(self.week.this.gmv_fen, self.week.before.gmv_fen)


def group_rows(*, user: User, now: datetime, sales: Mapping[int | None, WeekFigures], text: str = "") -> list[GroupRow]:
    """Every group this person sees whose name or neighbourhood contains `text`, by name, with today's recent sales."""
    today = timezone.localdate(now)
    groups = groups_matching(with_figures(Group.objects.visible_to(user), now=now), text).order_by("pinyin", "pk")
    return [
        GroupRow(
            group_id=pk,
            name=name,
            pinyin=pinyin,
            neighbourhood=neighbourhood,
            district=district,
            leader=leader or "",
            members=members,
            week=sales.get(pk, NOTHING),
            health=_health(sales.get(pk, NOTHING), opened_on, today),
        )
        for pk, opened_on, leader, members, name, pinyin, neighbourhood, district in groups.values_list(*SHOWN)
    ]


def health_of_all(*, user: User, now: datetime, sales: Mapping[int | None, WeekFigures]) -> Counter[Health]:
    """How many of all groups this person sees are active, quiet and new, whatever a table shows of them."""
    today = timezone.localdate(now)
    groups = Group.objects.visible_to(user).order_by().values_list("pk", "opened_on")
    return Counter(_health(sales.get(pk, NOTHING), opened_on, today) for pk, opened_on in groups)


def sparks(rows: Iterable[GroupRow], as_of: date) -> dict[int, Sequence[int]]:
    """The GMV of the rows' groups in the last eight weeks, oldest first, in fen."""
    return dict(sales_by_group_and_week([row.group_id for row in rows], SPARK_WEEKS, as_of))


def _health(week: WeekFigures, opened_on: date, today: date) -> Health:
    if week.active:
        return Health.ACTIVE
    return Health.NEW if today - opened_on < NEW_FOR else Health.QUIET
