from datetime import datetime

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models import Group, sees_all_groups
from core.models import Spelled, User
from orders.enums import UNDER_WAY, CampaignState, PlusOne
from orders.models.catalogue import Product, Supplier, goods_are_counted_or_weighed, packed
from orders.models.quantity import QuantityField


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User) -> "CampaignQuerySet":
        """A leader sees what runs in the groups they lead today, once it has been opened."""
        if sees_all_groups(user):
            return self
        mine = Campaign.groups.through.objects.filter(group__in=Group.objects.visible_to(user)).values("campaign")
        return self.filter(pk__in=mine).exclude(state=CampaignState.DRAFT)

    def taking_orders(self, now: datetime) -> "CampaignQuerySet":
        """Open by state and by clock: a cut-off that nobody carried out yet still holds."""
        return self.filter(state=CampaignState.OPEN, opens_at__lte=now, cuts_off_at__gt=now)


@pghistory.track(exclude=["pinyin"])
class Campaign(Spelled):
    """One group purchase: what is offered to which groups, until when, delivered on which day."""

    title = models.CharField(_("title"), max_length=60)
    code = models.CharField(_("link code"), max_length=12, unique=True, editable=False)
    groups = models.ManyToManyField(Group, related_name="campaigns", verbose_name=_("groups"))
    state = models.CharField(
        _("state"), max_length=10, choices=CampaignState, default=CampaignState.DRAFT, db_default=CampaignState.DRAFT
    )
    opens_at = models.DateTimeField(_("opens at"))
    cuts_off_at = models.DateTimeField(_("cut-off"))
    delivers_on = models.DateField(_("delivery day"))
    plus_one = models.CharField(_("meaning of +1"), max_length=5, choices=PlusOne, default=PlusOne.ADD)
    default_quantity = models.BooleanField(
        _("no number means one"), default=True, help_text=_("Such rows are always shown for a look.")
    )
    cut_off_at = models.DateTimeField(
        _("cut off at"), null=True, editable=False, help_text=_("When the cut-off was carried out.")
    )
    cut_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("cut off by"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    demo = models.BooleanField(default=False, editable=False)

    spelled = "title"

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        ordering = ["-cuts_off_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cuts_off_at__gt=F("opens_at")),
                name="campaign_cuts_off_after_opening",
                violation_error_message=_("The cut-off comes after the opening."),
            ),
            models.CheckConstraint(condition=Q(state__in=CampaignState.values), name="campaign_state_is_known"),
        ]
        indexes = [models.Index(fields=["state", "cuts_off_at"], name="campaign_by_cut_off")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_under_way(self) -> bool:
        """Past the cut-off and not over."""
        return self.state in UNDER_WAY

    def takes_orders(self, now: datetime) -> bool:
        return self.state == CampaignState.OPEN and self.opens_at <= now < self.cuts_off_at


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: User) -> "OfferQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(campaign__in=Campaign.objects.visible_to(user))


@pghistory.track(exclude=["taken"])
class Offer(models.Model):
    """A product inside one campaign, with the price, cost and wording it is sold at there and how it is bought."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="offers", verbose_name=_("campaign"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="offers", verbose_name=_("product"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=60)
    unit = models.CharField(_("unit"), max_length=10)
    counted = models.BooleanField(_("counted in whole pieces"), default=True)
    weighed = models.BooleanField(_("weighed at delivery"), default=False, db_default=False)
    price_fen = models.BigIntegerField(_("price"), validators=[MinValueValidator(0)])
    cost_fen = models.BigIntegerField(_("cost"), default=0, validators=[MinValueValidator(0)])
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, null=True, blank=True, related_name="offers", verbose_name=_("supplier")
    )
    pack_size = QuantityField(_("pack size"), null=True, blank=True, help_text=_("In the offer's unit."))
    pack_name = models.CharField(_("pack"), max_length=10, blank=True, default="", db_default="")
    stock = QuantityField(_("stock"), null=True, blank=True)
    limit_each = QuantityField(_("limit a member"), null=True, blank=True)
    taken = QuantityField(default=0, db_default=0, editable=False)
    minimum = QuantityField(
        _("minimum to go ahead"),
        null=True,
        blank=True,
        help_text=_("Less than that at the cut-off calls the offer off."),
    )
    called_off_at = models.DateTimeField(_("called off at"), null=True, editable=False)
    settled_price_fen = models.BigIntegerField(
        _("settled price"), null=True, editable=False, help_text=_("What the ladder came to at the cut-off.")
    )

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        ordering = ["campaign", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "product"],
                name="campaign_offers_a_product_once",
                violation_error_message=_("This product is already offered in the campaign."),
            ),
            models.CheckConstraint(
                condition=Q(taken__gte=0) & (Q(stock=None) | Q(taken__lte=F("stock"))), name="offer_is_never_oversold"
            ),
            models.CheckConstraint(
                condition=Q(price_fen__gte=0, cost_fen__gte=0), name="offer_prices_are_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(limit_each=None) | Q(limit_each__gt=0),
                name="offer_limit_allows_something",
                violation_error_message=_("A limit allows at least some of it."),
            ),
            models.CheckConstraint(
                condition=Q(minimum=None) | Q(minimum__gt=0),
                name="offer_minimum_asks_for_something",
                violation_error_message=_("A minimum asks for at least some of it."),
            ),
            models.CheckConstraint(
                condition=Q(minimum=None) | Q(stock=None) | Q(minimum__lte=F("stock")),
                name="offer_minimum_can_be_reached",
                violation_error_message=_("The minimum is more than the stock, so the offer could never go ahead."),
            ),
            models.CheckConstraint(
                condition=Q(settled_price_fen=None)
                | Q(settled_price_fen__gte=0, settled_price_fen__lte=F("price_fen")),
                name="offer_settles_downwards",
            ),
            models.CheckConstraint(condition=Q(called_off_at=None) | Q(taken=0), name="offer_called_off_gives_nothing"),
            *packed("offer"),
            goods_are_counted_or_weighed("offer"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="settled_price_only_falls",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.settled_price_fen IS NOT NULL"
                    " AND (NEW.settled_price_fen IS NULL OR NEW.settled_price_fen > OLD.settled_price_fen)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def unit_price_fen(self) -> int:
        """What a unit costs now: the settled price, or the one it is offered at."""
        return self.price_fen if self.settled_price_fen is None else self.settled_price_fen


class PriceStep(models.Model):
    """A step of an offer's ladder: once so many members have joined, everybody pays this price a unit, in fen."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="steps")
    joined = models.PositiveIntegerField(_("members who joined"))
    price_fen = models.BigIntegerField(_("price"), validators=[MinValueValidator(0)])

    class Meta:
        ordering = ["offer", "joined"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "joined"],
                name="ladder_has_one_price_a_step",
                violation_error_message=_("The ladder has two prices for the same number of members."),
            ),
            models.CheckConstraint(
                condition=Q(joined__gte=2),
                name="ladder_begins_with_two",
                violation_error_message=_("A step of the ladder needs at least two members."),
            ),
            models.CheckConstraint(condition=Q(price_fen__gte=0), name="ladder_price_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.joined}: {self.price_fen}"


class GroupStock(models.Model):
    """What one group may take of an offer, inside the stock of the whole campaign."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="group_stocks")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    stock = QuantityField(_("stock"))
    taken = QuantityField(default=0, db_default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "group"], name="group_has_one_stock_of_an_offer"),
            models.CheckConstraint(
                condition=Q(taken__gte=0, taken__lte=F("stock")), name="group_takes_no_more_than_its_stock"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id}/{self.group_id}"
