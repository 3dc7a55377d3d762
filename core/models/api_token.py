from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from core.enums import TokenScope


class ApiToken(AbstractAuthToken):
    """What a program shows to act in somebody's name until it ends: to read, or also to write. Kept as a hash."""

    expiry = models.DateTimeField(_("ends"))
    scope = models.CharField(
        _("may"), max_length=5, choices=TokenScope, default=TokenScope.READ, db_default=TokenScope.READ
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(scope__in=TokenScope.values), name="token_has_a_known_scope")
        ]

    def __str__(self) -> str:
        return self.token_key
