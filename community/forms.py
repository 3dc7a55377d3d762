"""Reading what people enter about groups, members, leaders and seed users. The services decide and save."""

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from community.models import TOP_SCORE, WECHAT_GROUP_HOLDS, Group, Member, Neighbourhood, SeedProfile
from community.rules.phones import NotAPhone, tidy_phone
from community.rules.seeds import LOWEST, QUALITIES, Score
from core.enums import Role
from core.fields import PercentField, day_in_reach
from core.models import User
from core.money import PPM


class PhoneField(forms.CharField):
    """A mobile number as people write it; digits as the value, empty without one."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
        super().__init__(**{"label": _("Phone"), "max_length": 30, "widget": widget, **kwargs})

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        try:
            return tidy_phone(text) if text else ""
        except NotAPhone as error:
            raise ValidationError(_("Write a mobile number like 138 0000 0000.")) from error


class DayField(forms.DateField):
    """A day, picked with the browser's own control."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs})
        self.validators.append(day_in_reach)


def choices_of(form: forms.Form, field: str) -> "forms.ModelChoiceField[Any]":
    """The field whose rows are narrowed to what a person may see."""
    return cast("forms.ModelChoiceField[Any]", form.fields[field])


def who_may_lead(user: User) -> QuerySet[Member]:
    """Members with a leader's login, and whoever leads or has led a group, as far as `user` may see them."""
    leads = Q(user__role=Role.LEADER) | Q(assignments__isnull=False)
    return Member.objects.visible_to(user).filter(leads).distinct()


class GroupForm(forms.Form):
    """What a group is."""

    name = forms.CharField(label=_("Group name"), max_length=60)
    capacity = forms.IntegerField(
        label=_("Capacity"),
        min_value=1,
        max_value=WECHAT_GROUP_HOLDS,
        initial=WECHAT_GROUP_HOLDS,
        help_text=_("A WeChat group holds 1 to 500 people."),
    )
    purpose = forms.CharField(
        label=_("Purpose"), max_length=200, required=False, help_text=_("What ties these people together.")
    )
    opened_by = forms.ModelChoiceField(
        Member.objects.none(),
        label=_("Opened by"),
        required=False,
        empty_label=_("nobody in particular"),
        help_text=_("A commission plan may pay a development fee for it."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "opened_by").queryset = who_may_lead(user)


class NewGroupForm(GroupForm):
    """A new group, in a neighbourhood that is known or noted along with it."""

    neighbourhood = forms.ModelChoiceField(Neighbourhood.objects.none(), label=_("Neighbourhood"), required=False)
    new_neighbourhood = forms.CharField(
        label=_("or a new neighbourhood"), max_length=60, required=False, help_text=_("Its name as people say it.")
    )
    field_order = ["neighbourhood", "new_neighbourhood", "name", "capacity", "purpose", "opened_by"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        choices_of(self, "neighbourhood").queryset = Neighbourhood.objects.visible_to(user)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("neighbourhood")) == bool(data.get("new_neighbourhood")):
            self.add_error("neighbourhood", _("Choose a neighbourhood or name a new one, not both."))
        return data


class MemberForm(forms.Form):
    """Who somebody is, and where they came from."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("As it stands in the group."))
    channel = Member._meta.get_field("channel").formfield()
    phone = PhoneField(required=False)


class MembershipForm(forms.Form):
    """In which group, behind which door."""

    group = forms.ModelChoiceField(Group.objects.none(), label=_("Group"))
    door = forms.CharField(
        label=_("Door"), max_length=40, required=False, help_text=_("Building-unit-room, such as 6-2-301.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "group").queryset = Group.objects.visible_to(user)


class NewMemberForm(MemberForm, MembershipForm):
    """A new person in a group."""

    field_order = ["name", "group", "door", "phone", "channel"]


class AssignmentForm(forms.Form):
    """Who leads the group from when to when."""

    leader = forms.ModelChoiceField(
        Member.objects.none(), label=_("Leader"), help_text=_("Members with a leader's login. An admin gives logins.")
    )
    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"), required=False, help_text=_("Empty: until further notice."))
    replacing = forms.BooleanField(label=_("Takes over: whoever leads now leads until the day before"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "leader").queryset = who_may_lead(user)


class ShareForm(forms.Form):
    """Who leads beside the leader, for which part of the leader's commission."""

    prefix = "share"

    member = forms.ModelChoiceField(Member.objects.none(), label=_("Co-leader"))
    share_ppm = PercentField(label=_("Share, %"), help_text=_("Of the leader's commission on orders of these days."))
    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"), required=False, help_text=_("Empty: until further notice."))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "member").queryset = who_may_lead(user)

    def clean_share_ppm(self) -> int:
        ppm: int = self.cleaned_data["share_ppm"]
        if not 0 < ppm < PPM:
            raise ValidationError(_("A share is more than nothing and less than all."))
        return ppm


class EndAssignmentForm(forms.Form):
    """Until when an assignment runs."""

    last_day = DayField(label=_("Last day"))


class SeedForm(forms.Form):
    """Why somebody is wanted as a seed user."""

    niche = forms.CharField(
        label=_("Niche"), max_length=60, help_text=_("What others ask them about: baking, babies, repairs.")
    )
    source = SeedProfile._meta.get_field("source").formfield()


class SeedNotesForm(SeedForm):
    """What is known about a seed user."""

    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 4}))


class PlanForm(forms.Form):
    """When to talk to them next."""

    next_contact_on = DayField(label=_("Next contact on"), required=False, help_text=_("Empty: nothing is planned."))


class ScoresForm(forms.Form):
    """The four scores, each with what it rests on, as the model has them."""

    def __init__(self, *args: Any, profile: SeedProfile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for quality in QUALITIES:
            for name in (quality, f"{quality}_evidence"):
                kept: Any = SeedProfile._meta.get_field(name)
                self.fields[name] = kept.formfield()
                self.initial[name] = getattr(profile, name)
            self.fields[quality].widget.attrs |= {"min": LOWEST, "max": TOP_SCORE}

    @property
    def scores(self) -> dict[str, Score]:
        data = self.cleaned_data
        return {quality: Score(data[quality], data[f"{quality}_evidence"]) for quality in QUALITIES}

    def pairs(self) -> Iterator[tuple[BoundField, BoundField]]:
        """Score and evidence side by side, for the page."""
        for quality in QUALITIES:
            yield self[quality], self[f"{quality}_evidence"]
