from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.models.user import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> "SavedViewQuerySet":
        """The own ones; an operator sees what operators share as well."""
        return self.filter(Q(owner=user.pk) | Q(shared=True)) if user.is_operator else self.filter(owner=user.pk)


class SavedView(models.Model):
    """A name for an address of a list: its filters, columns and order. It shows whoever opens it their own rows."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=60)
    """The URL name of the list."""
    name = models.CharField(_("name"), max_length=40)
    query = models.TextField(blank=True, default="")
    """As `ListPage.query` leaves it."""
    shared = models.BooleanField(_("shared with all operators"), default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="view_has_a_name_of_its_own"),
            models.CheckConstraint(condition=~Q(name=""), name="view_has_a_name"),
        ]
        indexes = [models.Index(fields=["page"], condition=Q(shared=True), name="view_shared")]

    def __str__(self) -> str:
        return self.name
