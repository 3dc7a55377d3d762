"""Reading what people enter about voices, pieces and publications. The services decide and save."""

from typing import Any

from django import forms
from django.db.models import Q
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from community.forms import DayField, choices_of
from community.models import Group, Member
from content.enums import IPKind
from content.models import IP, Piece
from core.models import User
from orders.enums import CampaignState
from orders.models import Campaign

ADVERTISED = Q(state__in=[CampaignState.DRAFT, CampaignState.OPEN])
"""The campaigns a link may still lead to."""


class IPForm(forms.Form):
    """A voice. A person's may belong to a member: a leader, a seed user, somebody with a login."""

    name = forms.CharField(label=_("IP name"), max_length=60)
    kind = forms.ChoiceField(label=_("Whose voice"), choices=IPKind.choices)
    person = forms.ModelChoiceField(
        Member.objects.none(),
        label=_("Person"),
        required=False,
        help_text=_("A leader or a seed user; empty for a brand or a product."),
    )
    story = forms.CharField(label=_("Story"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    voice = forms.CharField(
        label=_("How it speaks"), max_length=200, required=False, help_text=_("Warm, dry, like a neighbour.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Q(user__isnull=False) | Q(assignments__isnull=False) | Q(seed_profile__isnull=False)
        choices_of(self, "person").queryset = Member.objects.visible_to(user).filter(known).distinct()


class PieceForm(forms.Form):
    """One thing to say, in its three parts."""

    title = forms.CharField(label=_("Title"), max_length=60)
    ip = forms.ModelChoiceField(IP.objects.none(), label=_("Voice"))
    campaign = forms.ModelChoiceField(Campaign.objects.none(), label=_("Campaign"), required=False)
    head = forms.CharField(
        label=_("Head"), required=False, help_text=_("Attracts: the first line people see."), widget=forms.Textarea
    )
    waist = forms.CharField(
        label=_("Waist"), required=False, help_text=_("Informs: what is worth knowing."), widget=forms.Textarea
    )
    legs = forms.CharField(
        label=_("Legs"), required=False, help_text=_("Leads to the campaign: what to do now."), widget=forms.Textarea
    )

    def __init__(self, *args: Any, user: User, piece: Piece | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "ip").queryset = IP.objects.visible_to(user)
        # A campaign that is over stays the piece's own until somebody chooses another.
        chosen = Q(pk=piece.campaign_id if piece else None)
        choices_of(self, "campaign").queryset = Campaign.objects.visible_to(user).filter(ADVERTISED | chosen)

    def parts(self) -> list[BoundField]:
        """Head, waist and legs, for the page."""
        return [self["head"], self["waist"], self["legs"]]


class PublicationForm(forms.Form):
    """Which piece is said where and when, and where its link leads."""

    piece = forms.ModelChoiceField(Piece.objects.none(), label=_("Piece"))
    group = forms.ModelChoiceField(Group.objects.none(), label=_("Group"))
    day = DayField(label=_("Day"))
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label=_("Campaign"), help_text=_("Where the short link leads; it runs in that group.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "piece").queryset = Piece.objects.visible_to(user)
        choices_of(self, "group").queryset = Group.objects.visible_to(user)
        choices_of(self, "campaign").queryset = Campaign.objects.visible_to(user).filter(ADVERTISED)
