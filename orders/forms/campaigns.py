"""When and for whom a campaign runs."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.forms import DayField
from community.models import Group, LeaderAssignment
from core.fields import day_in_reach
from core.models import User
from orders.enums import PlusOne

if TYPE_CHECKING:
    GroupChoiceField = forms.ModelMultipleChoiceField[Group]
else:
    GroupChoiceField = forms.ModelMultipleChoiceField

LOCAL_TIME = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A moment in Asia/Shanghai, picked with the browser's own control."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_TIME)
        super().__init__(**{"widget": widget, "input_formats": [LOCAL_TIME], **kwargs})

    def to_python(self, value: Any) -> Any:
        """Out of reach is refused before it is moved between time zones, where the calendar may have no room."""
        try:
            moment = super().to_python(value)
        except OverflowError:
            moment = datetime.min.replace(tzinfo=UTC)
        if moment is not None:
            day_in_reach(moment)
        return moment


class GroupsField(GroupChoiceField):
    """Groups, each with who leads it today: somebody has to deliver."""

    def label_from_instance(self, group: Any) -> str:
        return f"{group.name} · {group.leader_name or _('no leader')}"


class CampaignForm(forms.Form):
    """When and for whom a campaign runs."""

    title = forms.CharField(label=_("Title"), max_length=60)
    groups = GroupsField(Group.objects.none(), label=_("Groups"), widget=forms.CheckboxSelectMultiple)
    opens_at = MomentField(label=_("Opens at"))
    cuts_off_at = MomentField(label=_("Cut-off"))
    delivers_on = DayField(label=_("Delivery day"))
    plus_one = forms.ChoiceField(
        label=_("“+1” in the chain means"),
        choices=PlusOne.choices,
        help_text=_("“王姐 +2” is 2 more for her; or 1 of the second product; or 3, for her and two others."),
    )
    default_quantity = forms.BooleanField(
        label=_("No number means one"), required=False, help_text=_("Such rows are always shown for a look.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leading = LeaderAssignment.objects.filter(group=OuterRef("pk"), span__contains=timezone.localdate())
        groups = Group.objects.visible_to(user).annotate(leader_name=Subquery(leading.values("leader__name")[:1]))
        self.fields["groups"].queryset = groups  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opens_at, cuts_off_at, delivers_on = (data.get(key) for key in ("opens_at", "cuts_off_at", "delivers_on"))
        if opens_at and cuts_off_at and cuts_off_at <= opens_at:
            self.add_error("cuts_off_at", _("The cut-off comes after the opening."))
        if cuts_off_at and delivers_on and delivers_on < timezone.localdate(cuts_off_at):
            self.add_error("delivers_on", _("The delivery day is not before the day of the cut-off."))
        return data


class CancelForm(forms.Form):
    """Why a campaign is called off."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("It stands in the text for those who ordered.")
    )
