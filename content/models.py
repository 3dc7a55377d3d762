"""What is said: whose voice, which piece, to which group on which day, and what its link brought."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from community.models import Group, Member, sees_all_groups
from content.enums import IPKind, PieceState
from core.models import Named, User
from orders.models import Campaign


class IPQuerySet(models.QuerySet["IP"]):
    def visible_to(self, user: User) -> "IPQuerySet":
        return self if sees_all_groups(user) else self.none()


@pghistory.track()
class IP(Named):
    """A voice people come to know: the brand's, a person's or a product's."""

    kind = models.CharField(_("kind"), max_length=8, choices=IPKind)
    person = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    story = models.TextField(_("story"), blank=True)
    voice = models.CharField(_("voice"), max_length=200, blank=True)
    demo = models.BooleanField(default=False, editable=False)

    objects = IPQuerySet.as_manager()

    class Meta:
        verbose_name = _("IP")
        ordering = ["pinyin", "pk"]


class PieceQuerySet(models.QuerySet["Piece"]):
    def visible_to(self, user: User) -> "PieceQuerySet":
        return self if sees_all_groups(user) else self.none()


@pghistory.track()
class Piece(models.Model):
    """One thing to say: the head attracts, the waist informs, the legs lead to a campaign."""

    ip = models.ForeignKey(IP, models.PROTECT, related_name="pieces", verbose_name=_("IP"))
    title = models.CharField(_("title"), max_length=60)
    head = models.TextField(_("head"), blank=True)
    waist = models.TextField(_("waist"), blank=True)
    legs = models.TextField(_("legs"), blank=True)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="pieces", verbose_name=_("campaign")
    )
    state = models.CharField(_("state"), max_length=10, choices=PieceState, default=PieceState.IDEA)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    objects = PieceQuerySet.as_manager()

    class Meta:
        verbose_name = _("piece")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=Q(state__in=PieceState.values), name="piece_state_is_known")]

    def __str__(self) -> str:
        return self.title


class PublicationQuerySet(models.QuerySet["Publication"]):
    def visible_to(self, user: User) -> "PublicationQuerySet":
        if sees_all_groups(user):
            return self
        return self.filter(group__in=Group.objects.visible_to(user))


@pghistory.track()
class Publication(models.Model):
    """A piece said in one group on one day, with a short link of its own to the campaign."""

    piece = models.ForeignKey(Piece, models.PROTECT, related_name="publications", verbose_name=_("piece"))
    group = models.ForeignKey(Group, models.PROTECT, related_name="publications", verbose_name=_("group"))
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="publications", verbose_name=_("campaign"))
    day = models.DateField(_("day"))
    code = models.CharField(_("link code"), max_length=12, unique=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published at"), db_default=Now())

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["piece", "group", "day"],
                name="piece_is_published_once_a_day_in_a_group",
                violation_error_message=_("This piece is already published in this group on that day."),
            )
        ]
        indexes = [models.Index(fields=["group", "campaign", "-day"], name="publication_by_chain")]

    def __str__(self) -> str:
        return self.code


class ClickDay(models.Model):
    """How often one publication's link was opened on one day: a number, nobody's traces."""

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="click_days")
    day = models.DateField()
    clicks = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publication", "day"], name="clicks_are_counted_by_day")]

    def __str__(self) -> str:
        return f"{self.publication_id} {self.day}"
