"""Campaigns and orders as programs read and write them: money in fen, quantities as decimal strings."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from community.models import Group, Member, Membership
from core.api import VisibleField
from core.fields import MOST, TOO_MUCH
from orders.models import Campaign, Offer, Order, OrderLine


class OfferSerializer(serializers.ModelSerializer[Offer]):
    """What is offered. Cost stays inside the house."""

    left = serializers.SerializerMethodField()

    class Meta:
        model = Offer
        fields = ["id", "campaign", "name", "unit", "counted", "price_fen", "stock", "limit_each", "taken", "left"]

    def get_left(self, offer: Offer) -> str | None:
        """What can still be ordered; null when there is no stock to run out of."""
        return None if offer.stock is None else f"{offer.stock - offer.taken:f}"


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    """A campaign with its offers."""

    offers = OfferSerializer(many=True, read_only=True)
    groups = serializers.SerializerMethodField()

    class Meta:
        model = Campaign
        fields = ["id", "title", "code", "state", "groups", "opens_at", "cuts_off_at", "delivers_on", "offers"]

    def get_groups(self, campaign: Campaign) -> list[int]:
        """The campaign's groups that you may see."""
        visible: set[int] = self.context["visible_groups"]
        return [group.pk for group in campaign.groups.all() if group.pk in visible]


class OrderLineSerializer(serializers.ModelSerializer[OrderLine]):
    """One offer of an order and what became of it."""

    name = serializers.CharField(source="offer.name")
    unit = serializers.CharField(source="offer.unit")

    class Meta:
        model = OrderLine
        fields = [
            "id",
            "offer",
            "name",
            "unit",
            "price_fen",
            "quantity",
            "amount_fen",
            "short_quantity",
            "delivered_quantity",
            "delivered_fen",
            "refunded_quantity",
            "refunded_fen",
        ]


class OrderSerializer(serializers.ModelSerializer[Order]):
    """What one member ordered from one campaign in one group."""

    lines = OrderLineSerializer(many=True)
    member_name = serializers.CharField(source="member.name")

    class Meta:
        model = Order
        fields = [
            "id",
            "campaign",
            "group",
            "member",
            "member_name",
            "door",
            "note",
            "state",
            "source",
            "placed_at",
            "order_day",
            "is_first",
            "link_code",
            "link_basis",
            "lines",
        ]


class WantedLineSerializer(serializers.Serializer[Any]):
    """So much of an offer."""

    offer = VisibleField(queryset=Offer.objects.all())
    quantity = serializers.DecimalField(
        max_digits=12,
        decimal_places=3,
        min_value=Decimal("0.001"),
        max_value=MOST,
        error_messages=dict.fromkeys(["max_digits", "max_whole_digits", "max_value", "max_string_length"], TOO_MUCH),
    )


class PlaceOrderSerializer(serializers.Serializer[Any]):
    """An order to place. Every id must be one the caller may see, the member one of the group's."""

    campaign = VisibleField(queryset=Campaign.objects.all())
    group = VisibleField(queryset=Group.objects.all())
    member = VisibleField(queryset=Member.objects.all())
    door = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    link_code = serializers.CharField(max_length=12, required=False, default="", allow_blank=True)
    lines = WantedLineSerializer(many=True, allow_empty=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        campaign, group, member = attrs["campaign"], attrs["group"], attrs["member"]
        if not campaign.groups.filter(pk=group.pk).exists():
            raise serializers.ValidationError({"group": [_("The campaign does not run in this group.")]})
        if not Membership.objects.filter(group=group, member=member).current().exists():
            raise serializers.ValidationError({"member": [_("This member is not in the group.")]})
        offers = [line["offer"].pk for line in attrs["lines"]]
        if len(set(offers)) != len(offers):
            raise serializers.ValidationError({"lines": [_("Name every offer once.")]})
        return attrs
