import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import sees_all_groups
from core.models import Named, Picture, User
from orders.models.quantity import QuantityField


def packed(row: str) -> list[models.CheckConstraint]:
    """What holds of every row with a `pack_size` and a `pack_name`; goods without both are bought loose."""
    return [
        models.CheckConstraint(
            condition=Q(pack_size=None) | Q(pack_size__gt=0),
            name=f"{row}_pack_holds_something",
            violation_error_message=_("A pack holds at least some of it."),
        ),
        models.CheckConstraint(
            condition=Q(pack_size=None, pack_name="") | (Q(pack_size__isnull=False) & ~Q(pack_name="")),
            name=f"{row}_pack_has_a_name_and_a_size",
            violation_error_message=_("A pack has a name and a size. Give both, or neither."),
        ),
    ]


def goods_are_counted_or_weighed(row: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=~Q(counted=True, weighed=True),
        name=f"{row}_is_counted_or_weighed",
        violation_error_message=_("What is sold in whole pieces is not weighed."),
    )


class SupplierQuerySet(models.QuerySet["Supplier"]):
    def visible_to(self, user: User) -> "SupplierQuerySet":
        """Whom the house buys from is the operators' to know."""
        return self if sees_all_groups(user) else self.none()


@pghistory.track()
class Supplier(Named):
    """Somebody the house buys from, and whom to ask there."""

    contact = models.CharField(_("contact"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    active = models.BooleanField(_("still bought from"), default=True)

    objects = SupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier")
        ordering = ["pinyin", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(active=True),
                name="supplier_is_known_once",
                violation_error_message=_("There is a supplier of this name already."),
            )
        ]


class ProductQuerySet(models.QuerySet["Product"]):
    def visible_to(self, user: User) -> "ProductQuerySet":
        """The catalogue with its costs is the operators'; a leader sees the offers of a campaign instead."""
        return self if sees_all_groups(user) else self.none()


@pghistory.track()
class Product(Named):
    """Something that can be offered, as the catalogue knows it. A campaign freezes its own price and cost."""

    unit = models.CharField(_("unit"), max_length=10)
    spec = models.CharField(_("spec"), max_length=60, blank=True)
    category = models.CharField(_("category"), max_length=30, blank=True, default="", db_default="")
    aliases = ArrayField(models.CharField(max_length=40), verbose_name=_("aliases"), default=list, blank=True)
    code = models.CharField(_("letter code"), max_length=4, blank=True)
    counted = models.BooleanField(_("counted in whole pieces"), default=True)
    weighed = models.BooleanField(
        _("weighed at delivery"), default=False, db_default=False, help_text=_("What the scale says sets the amount.")
    )
    cost_fen = models.BigIntegerField(_("cost"), default=0, validators=[MinValueValidator(0)])
    price_fen = models.BigIntegerField(_("price"), validators=[MinValueValidator(0)])
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, null=True, blank=True, related_name="products", verbose_name=_("supplier")
    )
    pack_size = QuantityField(_("pack size"), null=True, blank=True, help_text=_("In the product's unit."))
    pack_name = models.CharField(_("pack"), max_length=10, blank=True, default="", db_default="")
    picture = models.ForeignKey(
        Picture, models.PROTECT, null=True, blank=True, related_name="products", verbose_name=_("picture")
    )
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
            *packed("product"),
            goods_are_counted_or_weighed("product"),
        ]
