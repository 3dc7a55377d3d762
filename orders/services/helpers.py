"""A run is handed over to a helper without an account, and taken back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.models import User
from orders.models import Campaign, DeliveryLink


def make_delivery_link(*, campaign: Campaign, name: str, by: User, now: datetime) -> DeliveryLink:
    """A link to the campaign's run in the groups of `by`, good until the day after its delivery is over (Shanghai)."""
    last_day = max(campaign.delivers_on, timezone.localdate(now)) + timedelta(days=1)
    midnight = datetime.combine(last_day + timedelta(days=1), datetime.min.time(), timezone.get_current_timezone())
    return DeliveryLink.objects.create(campaign=campaign, name=name, made_by=by, made_at=now, until=midnight)


@transaction.atomic
def end_delivery_link(*, link: DeliveryLink, now: datetime) -> None:
    """From now on the link leads nowhere; ending it again changes nothing. What was ticked by it stays."""
    DeliveryLink.objects.filter(pk=link.pk).update(ended_at=Coalesce("ended_at", Value(now)))
