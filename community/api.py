"""Groups and members, for programs."""

from typing import Any, cast

from django.db.models import Prefetch, QuerySet
from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from rest_framework.viewsets import ReadOnlyModelViewSet

from community.models import Group, Member, Membership
from community.rules.doors import tidy_door
from community.serializers import GroupSerializer, MemberSerializer
from core.api import PagesByKey
from core.models import User
from core.search import named_like


class GroupViewSet(ReadOnlyModelViewSet[Group]):
    """The groups you may see."""

    queryset = Group.objects.none()
    serializer_class = GroupSerializer
    pagination_class = PagesByKey

    def get_queryset(self) -> QuerySet[Group]:
        return Group.objects.visible_to(cast(User, self.request.user)).select_related("neighbourhood")


class MemberFilter(FilterSet):
    """`group` by id, `door` exactly, `q` by name, pinyin or initials."""

    group = filters.NumberFilter(method="in_group")
    door = filters.CharFilter(method="at_door")
    q = filters.CharFilter(method="called")

    class Meta:
        model = Member
        fields: list[str] = []

    def current(self) -> QuerySet[Membership]:
        return Membership.objects.visible_to(self.request.user).current()

    def in_group(self, members: QuerySet[Member], name: str, value: Any) -> QuerySet[Member]:
        return members.filter(pk__in=self.current().filter(group=value).values("member"))

    def at_door(self, members: QuerySet[Member], name: str, value: str) -> QuerySet[Member]:
        return members.filter(pk__in=self.current().filter(door=tidy_door(value)).values("member"))

    def called(self, members: QuerySet[Member], name: str, value: str) -> QuerySet[Member]:
        return members.filter(named_like(value))


class MemberViewSet(ReadOnlyModelViewSet[Member]):
    """The members of the groups you may see, with their doors."""

    queryset = Member.objects.none()
    serializer_class = MemberSerializer
    pagination_class = PagesByKey
    filterset_class = MemberFilter

    def get_queryset(self) -> QuerySet[Member]:
        user = cast(User, self.request.user)
        memberships = Membership.objects.visible_to(user).current().order_by("pk")
        return Member.objects.visible_to(user).prefetch_related(
            Prefetch("memberships", memberships, to_attr="visible_memberships")
        )
