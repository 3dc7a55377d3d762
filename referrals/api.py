"""Commission entries, for programs."""

from typing import cast

from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.viewsets import GenericViewSet

from core.api import PagesByKey
from core.models import User
from referrals.models import CommissionEntry
from referrals.serializers import CommissionEntrySerializer


class EntriesByKey(PagesByKey):
    """Newest first."""

    ordering = ("-made_at", "-source_id", "rule", "level", "beneficiary", "seq")


class CommissionEntryViewSet(mixins.ListModelMixin, GenericViewSet[CommissionEntry]):
    """The entries you may see: all of them for admins, for others what they earned themselves."""

    queryset = CommissionEntry.objects.none()
    serializer_class = CommissionEntrySerializer
    pagination_class = EntriesByKey
    filterset_fields = ["period", "run", "order", "rule", "beneficiary"]

    def get_queryset(self) -> QuerySet[CommissionEntry]:
        return CommissionEntry.objects.visible_to(cast(User, self.request.user)).select_related("beneficiary")
