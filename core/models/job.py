import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.enums import JobState, Role
from core.models.user import User

ATTEMPTS = 5
"""How often a shard is tried before it is given up."""


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> "JobQuerySet":
        """Admins and auditors see every job, others the ones they started."""
        if user.is_superuser or user.role in {Role.ADMIN, Role.AUDITOR}:
            return self
        return self.filter(created_by=user.pk)


@pghistory.track(
    pghistory.UpdateEvent("retried", condition=pgtrigger.Condition("OLD.state = 'dead' AND NEW.state <> 'dead'")),
    fields=["key", "kind", "state"],
    model_name="JobEvent",
    obj_field=pghistory.ObjForeignKey(related_name="events"),
)
class Job(models.Model):
    """One piece of work somebody or the clock asked for, remembered until it is done or given up."""

    key = models.CharField(
        _("key"), max_length=200, unique=True, help_text=_("Asking twice for the same key is asking once.")
    )
    kind = models.CharField(_("kind"), max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=JobState, default=JobState.QUEUED, db_default=JobState.QUEUED
    )
    shards_total = models.PositiveIntegerField(default=1)
    shards_done = models.PositiveIntegerField(default=0, db_default=0)
    result = models.JSONField(default=dict, db_default={})
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shards_done__lte=models.F("shards_total")), name="job_has_no_more_done_than_shards"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=JobState.DONE) | models.Q(shards_done=models.F("shards_total")),
                name="job_is_done_when_every_shard_is",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="job_by_state")]

    def __str__(self) -> str:
        return self.key

    @property
    def is_under_way(self) -> bool:
        return self.state in {JobState.QUEUED, JobState.RUNNING}


class Shard(models.Model):
    """A part of a job that commits as a whole.

    `attempts` counts the claims and is their fencing token, so it only grows. Whoever works on a shard holds its row's
    lock, so do not point a foreign key here: checking one would wait for the work.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="shards")
    number = models.PositiveIntegerField()
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED, db_default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    attempts_allowed = models.PositiveSmallIntegerField(default=ATTEMPTS, db_default=ATTEMPTS)
    not_before = models.DateTimeField(db_default=Now())
    claimed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="job_numbers_its_shards")]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=models.Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
                name="shard_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"
