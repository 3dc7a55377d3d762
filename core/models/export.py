from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.models.job import Job
from core.models.user import User


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User) -> "ExportQuerySet":
        """Whoever asked for a file reads it, and nobody else: it holds what that person may see."""
        return self.filter(owner=user.pk)

    def to_fetch(self, now: datetime) -> "ExportQuerySet":
        """Those that are made and have not run out."""
        return self.filter(made_at__isnull=False, expires_at__gt=now)


class Export(models.Model):
    """A file that a job makes for whoever asked. It is kept here for some days, so no restart loses it."""

    job = models.OneToOneField(Job, models.CASCADE, related_name="export")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=100)
    header = models.JSONField()
    """The headings, in the language of who asked."""
    file = models.BinaryField(null=True)
    rows = models.PositiveIntegerField(default=0, db_default=0)
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(file=None, made_at=None) | models.Q(file__isnull=False, made_at__isnull=False),
                name="export_is_made_with_its_file",
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class ExportPart(models.Model):
    """The rows one shard of the job found, until the last shard makes the file of them."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    rows = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["export", "number"], name="export_numbers_its_parts")]

    def __str__(self) -> str:
        return f"{self.export_id}/{self.number}"
