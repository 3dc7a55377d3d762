"""Campaigns, offers and orders, for programs. The services are the pages' own."""

from typing import Any, cast

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from community.models import Group
from core.api import KEY_HEADER, LONGEST_KEY, OrderTaker, PagesByKey, write_once
from core.models import User
from orders.enums import OrderSource
from orders.models import Campaign, Offer, Order, OrderLine
from orders.serializers import CampaignSerializer, OfferSerializer, OrderSerializer, PlaceOrderSerializer
from orders.services import place_order


class CampaignViewSet(ReadOnlyModelViewSet[Campaign]):
    """The campaigns you may see, with their offers."""

    queryset = Campaign.objects.none()
    serializer_class = CampaignSerializer
    pagination_class = PagesByKey
    filterset_fields = ["state", "groups"]

    def get_queryset(self) -> QuerySet[Campaign]:
        offers = Prefetch("offers", Offer.objects.order_by("position", "pk"))
        return Campaign.objects.visible_to(cast(User, self.request.user)).prefetch_related(offers, "groups")

    def get_serializer_context(self) -> dict[str, Any]:
        user = self.request.user
        visible = set(Group.objects.visible_to(user).values_list("pk", flat=True)) if user.is_authenticated else set()
        return {**super().get_serializer_context(), "visible_groups": visible}


class OfferViewSet(ReadOnlyModelViewSet[Offer]):
    """The offers of the campaigns you may see."""

    queryset = Offer.objects.none()
    serializer_class = OfferSerializer
    pagination_class = PagesByKey
    filterset_fields = ["campaign"]

    def get_queryset(self) -> QuerySet[Offer]:
        return Offer.objects.visible_to(cast(User, self.request.user))


class OrderFilter(FilterSet):
    """By campaign, group, member, state and the day of the order (Asia/Shanghai)."""

    day_from = filters.DateFilter("order_day", "gte")
    day_to = filters.DateFilter("order_day", "lte")

    class Meta:
        model = Order
        fields = ["campaign", "group", "member", "state"]


class OrderViewSet(mixins.CreateModelMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Order]):
    """The orders of the groups you may see; a new order is added to the member's order of that campaign."""

    queryset = Order.objects.none()
    serializer_class = OrderSerializer
    pagination_class = PagesByKey
    filterset_class = OrderFilter
    permission_classes = [OrderTaker]

    def get_queryset(self) -> QuerySet[Order]:
        lines = Prefetch("lines", OrderLine.objects.select_related("offer").order_by("pk"))
        return Order.objects.visible_to(cast(User, self.request.user)).select_related("member").prefetch_related(lines)

    @extend_schema(
        request=PlaceOrderSerializer,
        responses={201: OrderSerializer},
        parameters=[
            OpenApiParameter(
                KEY_HEADER,
                str,
                OpenApiParameter.HEADER,
                required=True,
                description=f"Up to {LONGEST_KEY} characters. The same key and order: done once, answered the same.",
            )
        ],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        user = cast(User, request.user)

        def write() -> tuple[int, Any]:
            wanted = PlaceOrderSerializer(data=request.data, context={"user": user})
            wanted.is_valid(raise_exception=True)
            return status.HTTP_201_CREATED, self.placed(user, wanted.validated_data)

        return write_once(request, write)

    def placed(self, user: User, data: dict[str, Any]) -> Any:
        """Place it and answer the order as it stands."""
        placed = place_order(
            campaign=data["campaign"],
            group=data["group"],
            member=data["member"],
            quantities={line["offer"].pk: line["quantity"] for line in data["lines"]},
            source=OrderSource.API,
            by=user,
            now=timezone.now(),
            door=data["door"],
            note=data["note"],
            link_code=data["link_code"],
        )
        return OrderSerializer(self.get_queryset().get(pk=placed.order_id)).data
