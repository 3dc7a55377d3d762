"""Reading what a leader answers about one row of a pasted chain."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.models import Membership
from community.rules.doors import tidy_door
from core.fields import QuantityField
from orders.models import Offer, Paste
from orders.rules.chain.decisions import NEW_MEMBER
from orders.rules.chain.reading import Row

SEEN, SKIP, RESTORE, CANCEL, KEEP, SAVE = "seen", "skip", "restore", "cancel", "keep", "save"
ALONE, BOTH = "alone", "both"
"""Of two branches of a chain this text counts alone, or both count."""
ACTIONS = [(action, action) for action in (SEEN, SKIP, RESTORE, CANCEL, KEEP, SAVE, ALONE, BOTH)]


class AnswerForm(forms.Form):
    """One row's answer: who it is, which product, how much, or simply that it is right or to be skipped.

    Members and offers are those of the paste's group and campaign, whatever the request names.
    """

    action = forms.ChoiceField(choices=ACTIONS)
    member = forms.IntegerField(required=False)
    who = forms.CharField(required=False, max_length=60)
    name = forms.CharField(required=False, max_length=60)
    door = forms.CharField(required=False, max_length=40)

    def __init__(self, data: Any, *, paste: Paste, row: Row | None) -> None:
        super().__init__(data)
        self.paste = paste
        self.row = row
        self.people = Membership.objects.filter(group=paste.group_id).current()
        for line in row.lines if row else ():
            self.fields[f"offer_{line.index}"] = forms.IntegerField(required=False)
            self.fields[f"quantity_{line.index}"] = QuantityField(required=False, label=_("Quantity"))

    def clean_door(self) -> str:
        return tidy_door(self.cleaned_data["door"])

    def clean_member(self) -> int | None:
        member: int | None = self.cleaned_data["member"]
        if member not in {None, NEW_MEMBER} and not self.people.filter(member=member).exists():
            raise forms.ValidationError(_("This member is not in the group. Choose another one."))
        return member

    def clean_who(self) -> str:
        """Somebody else, by name, pinyin or door: exactly one member must answer to it."""
        who = str(self.cleaned_data["who"]).strip()
        if not who:
            return ""
        found = self.people.filter(
            Q(member__name__iexact=who) | Q(door=who) | Q(member__pinyin__istartswith=f"{who} ")
        ).values_list("member", flat=True)[:2]
        if len(found) != 1:
            raise forms.ValidationError(
                _("No member answers to “%(who)s”.") if not found else _("Several members answer to “%(who)s”."),
                params={"who": who},
            )
        self.cleaned_data["member"] = found[0]
        return who

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        offers = {
            f"offer_{line.index}": data.get(f"offer_{line.index}") for line in (self.row.lines if self.row else ())
        }
        named = {offer for offer in offers.values() if offer}
        if named - set(
            Offer.objects.filter(campaign=self.paste.campaign_id, pk__in=named).values_list("pk", flat=True)
        ):
            raise forms.ValidationError(_("One of the products is not part of this campaign."))
        return data

    def answer(self) -> dict[str, Any]:
        """The decision as it is kept with the paste."""
        data = self.cleaned_data
        action = data["action"]
        if action in {SKIP, RESTORE}:
            return {"skip": action == SKIP}
        if action in {CANCEL, KEEP}:
            return {"cancel": action == CANCEL}
        answer: dict[str, Any] = {"seen": True}
        if data.get("member") is not None:
            answer["member"] = data["member"]
        answer |= {field: data[field] for field in ("name", "door") if data.get(field)}
        indexes = [line.index for line in self.row.lines] if self.row else []
        answer["offers"] = {str(i): data[f"offer_{i}"] for i in indexes if data.get(f"offer_{i}") is not None}
        answer["quantities"] = {
            str(i): f"{data[f'quantity_{i}'].normalize():f}" for i in indexes if data.get(f"quantity_{i}") is not None
        }
        return answer
