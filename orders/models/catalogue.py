import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import sees_all_groups
from core.models import Named, User


class ProductQuerySet(models.QuerySet["Product"]):
    def visible_to(self, user: User) -> "ProductQuerySet":
        """The catalogue with its costs is the operators'; a leader sees the offers of a campaign instead."""
        return self if sees_all_groups(user) else self.none()


@pghistory.track()
class Product(Named):
    """Something that can be offered, as the catalogue knows it. A campaign freezes its own price and cost."""

    unit = models.CharField(_("unit"), max_length=10)
    spec = models.CharField(_("spec"), max_length=60, blank=True)
    aliases = ArrayField(models.CharField(max_length=40), verbose_name=_("aliases"), default=list, blank=True)
    code = models.CharField(_("letter code"), max_length=4, blank=True)
    counted = models.BooleanField(_("counted in whole pieces"), default=True)
    cost_fen = models.BigIntegerField(_("cost"), default=0, validators=[MinValueValidator(0)])
    price_fen = models.BigIntegerField(_("price"), validators=[MinValueValidator(0)])
    active = models.BooleanField(_("active"), default=True)
    demo = models.BooleanField(default=False, editable=False)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        ordering = ["pinyin", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "spec"],
                condition=Q(active=True),
                name="product_is_in_the_catalogue_once",
                violation_error_message=_("The catalogue already has this product with this spec."),
            ),
            models.CheckConstraint(
                condition=Q(price_fen__gte=0, cost_fen__gte=0), name="product_prices_are_not_negative"
            ),
        ]
