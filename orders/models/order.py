from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from community.models import Group, Member, sees_all_groups
from core.append_only import APPEND_ONLY
from core.models import User
from orders.enums import FactKind, LinkBasis, OrderSource, OrderState
from orders.models.campaign import Campaign, Offer
from orders.models.quantity import QuantityField


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User) -> "OrderQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(group__in=Group.objects.visible_to(user))


class Order(models.Model):
    """What one member wants from one campaign in one group; everything that comes in later is added to it.

    Who led, who referred, whether it was the first order, which link it came through and which seed user's that was are
    frozen at intake.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="orders")
    group = models.ForeignKey(Group, models.PROTECT, related_name="orders")
    member = models.ForeignKey(Member, models.PROTECT, related_name="orders")
    door = models.CharField(_("door"), max_length=40, blank=True, default="", db_default="")
    note = models.CharField(_("note"), max_length=300, blank=True, default="", db_default="")
    state = models.CharField(max_length=10, choices=OrderState, default=OrderState.PLACED, db_default=OrderState.PLACED)
    source = models.CharField(max_length=6, choices=OrderSource)
    placed_at = models.DateTimeField()
    order_day = models.DateField(help_text=_("Business day of the order, Asia/Shanghai."))
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    leader = models.ForeignKey(Member, models.PROTECT, null=True, related_name="led_orders")
    referrer_1 = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    referrer_2 = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    seed = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_index=False, help_text=_("Seed user whose link it was.")
    )
    is_first = models.BooleanField(default=False)
    link_code = models.CharField(max_length=12, blank=True, default="", db_default="")
    link_basis = models.CharField(max_length=6, choices=LinkBasis, blank=True, default="", db_default="")

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "group", "member"], name="member_orders_once_in_a_campaign"),
            models.CheckConstraint(
                condition=~Q(referrer_1=F("member")) & ~Q(referrer_2=F("member")), name="nobody_refers_their_own_order"
            ),
            models.CheckConstraint(condition=Q(seed=None) | ~Q(seed=F("member")), name="nobody_seeds_their_own_order"),
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="order_state_is_known"),
        ]
        indexes = [
            models.Index(fields=["group", "-placed_at", "-id"], name="order_by_group"),
            models.Index(fields=["-placed_at", "-id"], name="order_by_time"),
            models.Index(fields=["member", "placed_at"], name="order_by_member"),
            models.Index(fields=["seed"], condition=Q(seed__isnull=False), name="order_by_seed"),
            models.Index(fields=["link_code"], condition=~Q(link_code=""), name="order_by_link"),
        ]
        triggers = [pgtrigger.ReadOnly(name="intake_is_frozen", exclude=["door", "note", "state"])]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_leaders_own(self) -> bool:
        """Whether the group's leader ordered it for themselves: in GMV, and in nothing that says who brings whom."""
        return self.leader_id == self.member_id


class OrderLineQuerySet(models.QuerySet["OrderLine"]):
    def visible_to(self, user: User) -> "OrderLineQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(order__group__in=Group.objects.visible_to(user))

    def with_scale(self) -> "OrderLineQuerySet":
        """Lines with `on_scale`: whether they have been weighed."""
        weighed = SaleFact.objects.filter(line=OuterRef("pk"), kind=FactKind.WEIGHED)
        return self.annotate(on_scale=Exists(weighed))


class OrderLine(models.Model):
    """How much of one offer an order asks for, and what became of it. Equals the sum of its facts.

    `corrected_…` is what a settled ladder and the scale put on top of what was ordered, signed.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", db_index=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="lines")
    price_fen = models.BigIntegerField()
    limit_each = QuantityField(null=True)
    quantity = QuantityField(default=0)
    amount_fen = models.BigIntegerField(default=0, db_default=0)
    corrected_quantity = QuantityField(default=0, db_default=0)
    corrected_fen = models.BigIntegerField(default=0, db_default=0)
    short_quantity = QuantityField(default=0, db_default=0)
    short_fen = models.BigIntegerField(default=0, db_default=0)
    delivered_quantity = QuantityField(default=0, db_default=0)
    delivered_fen = models.BigIntegerField(default=0, db_default=0)
    refunded_quantity = QuantityField(default=0, db_default=0)
    refunded_fen = models.BigIntegerField(default=0, db_default=0)

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        triggers = [pgtrigger.ReadOnly(name="price_is_frozen", fields=["order", "offer", "price_fen", "limit_each"])]
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "offer"], name="order_has_one_line_an_offer"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, amount_fen__gte=0), name="line_quantity_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(limit_each=None) | Q(quantity__lte=F("limit_each")),
                name="line_keeps_to_the_limit_a_member",
                violation_error_message=_("That is more than one member may order."),
            ),
            models.CheckConstraint(
                condition=Q(short_quantity__gte=0, delivered_quantity__gte=0, refunded_quantity__gte=0)
                & Q(short_fen__gte=0, delivered_fen__gte=0, refunded_fen__gte=0),
                name="line_outcomes_are_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("delivered_quantity") + F("short_quantity") - F("corrected_quantity")),
                name="line_delivers_no_more_than_was_ordered",
                violation_error_message=_("More than was ordered cannot be delivered or fall short."),
            ),
            models.CheckConstraint(
                condition=Q(refunded_quantity__lte=F("delivered_quantity"), refunded_fen__lte=F("delivered_fen")),
                name="line_refunds_no_more_than_was_delivered",
                violation_error_message=_("More than was delivered cannot be refunded."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.offer_id}"

    @property
    def to_deliver(self) -> Decimal:
        """What is to reach the door in all: ordered, as weighed, less what fell short; in the offer's unit."""
        to_deliver: Decimal = self.quantity + self.corrected_quantity - self.short_quantity
        return to_deliver

    @property
    def outstanding(self) -> Decimal:
        """What is wanted and neither delivered nor short, in the offer's unit."""
        outstanding: Decimal = self.to_deliver - self.delivered_quantity
        return outstanding

    @property
    def can_be_weighed(self) -> bool:
        """Whether the scale still decides: weighed goods that wait to be delivered. Asks for the offer."""
        return self.offer.weighed and not self.delivered_quantity and self.to_deliver > 0

    @property
    def unit_price_fen(self) -> int:
        """What a unit of it costs now: the ladder's settled price where there is one, else the price it was ordered at.

        Asks for the offer; load it with the line.
        """
        settled = self.offer.settled_price_fen
        return self.price_fen if settled is None else min(settled, self.price_fen)

    @property
    def owed_fen(self) -> int:
        """What it comes to before refunds: ordered and corrected, less short."""
        return self.amount_fen + self.corrected_fen - self.short_fen

    @property
    def net_fen(self) -> int:
        """What the member owes for it in the end: that less what was refunded."""
        return self.owed_fen - self.refunded_fen


class SaleFactQuerySet(models.QuerySet["SaleFact"]):
    def visible_to(self, user: User) -> "SaleFactQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(group__in=Group.objects.visible_to(user))


class SaleFact(models.Model):
    """One thing that happened to one line, signed; never changed, never deleted.

    Short and refunded facts are negative; a settled price moves an amount and no quantity. Money in fen, days in
    Asia/Shanghai.
    """

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="facts")
    order = models.ForeignKey(Order, models.PROTECT, related_name="facts")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=FactKind)
    quantity = QuantityField()
    amount_fen = models.BigIntegerField()
    order_day = models.DateField(help_text=_("Business day of the order."))
    business_date = models.DateField(help_text=_("Business day of the fact itself."))
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    leader = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_index=False, help_text=_("Who delivered.")
    )
    paste = models.ForeignKey("Paste", models.PROTECT, null=True, related_name="facts")
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")

    objects = SaleFactQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=FactKind.values), name="fact_kind_is_known")]
        indexes = [
            models.Index(fields=["group", "business_date"], name="fact_by_group_and_day"),
            models.Index(fields=["member", "order_day"], name="fact_by_member_and_day"),
            models.Index(
                fields=["business_date"],
                include=["amount_fen"],
                condition=Q(kind=FactKind.REFUNDED),
                name="refund_by_day",
            ),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.kind} {self.line_id}"
