from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person with a login does all day. A member without a login has no role."""

    OPERATOR = "operator", _("Operator")
    LEADER = "leader", _("Leader")
    ADMIN = "admin", _("Admin")
    AUDITOR = "auditor", _("Auditor")


class TokenScope(models.TextChoices):
    """What a program may do with a token, within what the person who made it may do."""

    READ = "read", _("Read")
    WRITE = "write", _("Read and write")


class JobState(models.TextChoices):
    """Where a job is. A dead job waits for a person."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    DEAD = "dead", _("Dead")
