"""Roll-ups of the facts: never edited by hand, rebuilt from the facts at will. Days are Asia/Shanghai."""

from django.db import models
from django.db.models.functions import Now

from community.models import Group, Member

WINDOWS = (30, 60, 90)
"""The windows of the repurchase rate, in days."""


class Watermark(models.Model):
    """Up to which sales fact the roll-ups have counted, and when."""

    FACTS = "facts"

    name = models.CharField(max_length=40, unique=True)
    fact_id = models.BigIntegerField(default=0)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.name} {self.fact_id}"


class MemberDay(models.Model):
    """What one member asked for and received of orders placed on one day (behaviour basis: refunds fall back on it).

    `gross_fen` is placed + changed + cancelled + repriced + weighed, `net_fen` that less short and refunded,
    `delivered_fen` delivered less refunded. An occasion is a day with `net_fen` > 0. `short_fen` is never positive,
    like its facts.
    `orders` counts the valid ones: of which something is left after shortages and refunds. What the member ordered as
    the leader of the group is in all of these, and once more for itself in `as_leader_…`.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="days")
    group = models.ForeignKey(Group, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    gross_fen = models.BigIntegerField(default=0)
    short_fen = models.BigIntegerField(default=0)
    net_fen = models.BigIntegerField(default=0)
    delivered_fen = models.BigIntegerField(default=0)
    orders = models.IntegerField(default=0)
    as_leader_gmv_fen = models.BigIntegerField(default=0)
    as_leader_delivered_fen = models.BigIntegerField(default=0)
    as_leader_orders = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "group", "day"], name="member_day_is_counted_once")]
        indexes = [models.Index(fields=["day", "group"], name="member_day_by_day")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day}"


class MemberStat(models.Model):
    """What one member is worth so far: own net delivered spend, and that of those they brought themselves.

    `inviter` brought this member, as the first valid order says; none before it, and none if nobody stands on it.
    `as_leader_fen` is of `lifetime_fen` what they ordered in a group they led, which is nobody's social value.
    `social_fen` and `brought` sum and count the members whose inviter this one is.
    """

    member = models.OneToOneField(Member, models.CASCADE, primary_key=True, related_name="stat")
    inviter = models.ForeignKey(Member, models.CASCADE, null=True, related_name="+")
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    occasions = models.PositiveIntegerField(default=0)
    lifetime_fen = models.BigIntegerField(default=0)
    as_leader_fen = models.BigIntegerField(default=0)
    social_fen = models.BigIntegerField(default=0)
    brought = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.member_id)


class RepurchaseStep(models.Model):
    """By how much, on one day, the members counted within a window of so many days become more or fewer.

    `buyers` ordered within the window, `returned` on two days or more, `reordered` twice or more, if on one day. What
    they are on a day is the sum of all steps up to it. Only the WINDOWS are kept: after changing those, rebuild.
    """

    window_days = models.PositiveSmallIntegerField()
    day = models.DateField()
    buyers = models.IntegerField(default=0)
    returned = models.IntegerField(default=0)
    reordered = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["window_days", "day"], name="repurchase_step_is_kept_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.window_days}"


class CohortWeek(models.Model):
    """Of the members whose first occasion fell in one week, how many had one in the week `age` later.

    Weeks begin on Monday; age 0 is the whole cohort. Group 0 rows do not exist: the figure is of all groups.
    """

    cohort = models.DateField(help_text="Monday of the first occasion's week.")
    age = models.PositiveSmallIntegerField()
    members = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "age"], name="cohort_week_is_counted_once")]

    def __str__(self) -> str:
        return f"{self.cohort} +{self.age}"
