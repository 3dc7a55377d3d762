import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.models import sees_all_groups
from core.append_only import APPEND_ONLY
from core.models import User
from orders.models.campaign import Offer
from orders.models.quantity import QuantityField

COUNTED_BEFORE = """
    SELECT counted INTO counted_whole FROM orders_offer WHERE id = NEW.offer_id FOR NO KEY UPDATE;
    IF counted_whole AND NEW.quantity <> trunc(NEW.quantity) THEN
        RAISE EXCEPTION 'offer % is counted in whole pieces', NEW.offer_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'arrival_is_of_whole_pieces';
    END IF;
    IF (SELECT coalesce(sum(quantity), 0) FROM orders_arrival WHERE offer_id = NEW.offer_id) + NEW.quantity < 0 THEN
        RAISE EXCEPTION 'less than nothing of offer % would have arrived', NEW.offer_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'arrivals_are_never_less_than_nothing';
    END IF;
    RETURN NEW;
"""
"""The offer's row is held until the transaction ends: two counts at once see each other."""


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    def visible_to(self, user: User) -> "ArrivalQuerySet":
        """What has come for the whole campaign is counted and read by those who see all its groups."""
        return self if sees_all_groups(user) else self.none()


class Arrival(models.Model):
    """So much of an offer was counted as it came in, in the offer's unit; never changed, never deleted.

    What was counted wrongly, or spoilt, is another row with a minus. A row of nothing says: counted, nothing came.
    """

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="arrivals")
    quantity = QuantityField(_("quantity"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    note = models.CharField(_("note"), max_length=200, blank=True, default="", db_default="")

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="arrivals_add_up",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("counted_whole", "boolean")],
                func=COUNTED_BEFORE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.quantity:+}"
