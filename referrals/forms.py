"""Reading what people enter about plans, referrals and filters. The services decide and save."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.consent import Wording
from community.forms import DayField, choices_of
from community.models import Group, Member
from core.fields import LatestChoiceField, PercentField, PlainTextField, YuanField
from core.models import User
from core.search import named_like
from ledger.models import Period
from orders.forms import VisitorForm
from orders.models import Product
from referrals.enums import DisputeState, PayoutLayout, Rule, WithholdingKind
from referrals.models import BindingRule, CommissionEntry, ReferralLink, Statement
from referrals.models.link import LONGEST_WINDOW_DAYS, ReferralLinkQuerySet
from referrals.models.run import CommissionEntryQuerySet
from referrals.models.statement import EarnersQuerySet
from referrals.queries import first_day_of_quarter
from referrals.rules.binding import Terms as BindingTerms
from referrals.services import Terms


class VersionForm(forms.Form):
    """What a new plan version pays: rates as percent, money as yuan, days inclusive."""

    PRODUCTS = 6
    """Rows for products with a rate of their own."""

    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"), required=False, help_text=_("Empty: until another version follows."))
    leader = PercentField(label=_("Leader rate, %"), help_text=_("Of delivered sales less refunds."))
    pool_cap = PercentField(
        label=_("All rates together at most, %"), required=False, help_text=_("Of the order. Empty: no limit.")
    )
    referral = PercentField(label=_("Referral rate, %"), help_text=_("For whoever brought the buyer."))
    referral_2 = PercentField(
        label=_("Second level, %"),
        required=False,
        help_text=_("For whoever brought that person. Somebody has to answer for it by name."),
    )
    delivery_fee = YuanField(label=_("Delivery fee a household, ¥"))
    delivery_cap = YuanField(label=_("At most a round, ¥"), required=False, help_text=_("Empty: no limit."))
    development = PercentField(
        label=_("Development fee, %"), required=False, help_text=_("For whoever opened the group, beside its leader.")
    )
    development_days = forms.IntegerField(
        label=_("Paid for so many days"),
        required=False,
        min_value=1,
        max_value=3_660,
        help_text=_("From the day the group was opened on."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        products = Product.objects.visible_to(user)
        for row in range(self.PRODUCTS):
            product = LatestChoiceField(Product.objects.none(), label=_("Product"), required=False, empty_label="—")
            self.fields[f"product_{row}"] = product
            self.fields[f"product_{row}_rate"] = PercentField(label=_("Leader rate, %"), required=False)
            product.offer(products, self[f"product_{row}"].value(), latest="pinyin")

    @property
    def product_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"product_{row}"], self[f"product_{row}_rate"]) for row in range(self.PRODUCTS)]

    def clean_last_day(self) -> date | None:
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data["last_day"]
        if first and last and last < first:
            raise ValidationError(_("The last day is not before the first."))
        return last  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("development")) != bool(data.get("development_days")):
            self.add_error("development_days", _("A development fee has a rate and the days it is paid for."))
        chosen: set[Product] = set()
        for row in range(self.PRODUCTS):
            product, rate = data.get(f"product_{row}"), data.get(f"product_{row}_rate")
            if product in chosen:
                self.add_error(f"product_{row}", _("This product stands above already."))
            elif product:
                chosen.add(product)
            elif rate is not None:
                self.add_error(f"product_{row}", _("Say which product has this rate."))
        return data

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        rows = [(data[f"product_{row}"], data[f"product_{row}_rate"]) for row in range(self.PRODUCTS)]
        return Terms(
            first_day=data["first_day"],
            last_day=data["last_day"],
            leader_ppm=data["leader"],
            referral_1_ppm=data["referral"],
            referral_2_ppm=data["referral_2"] or 0,
            pool_cap_ppm=data["pool_cap"],
            delivery_fee_fen=data["delivery_fee"],
            delivery_cap_fen=data["delivery_cap"],
            development_ppm=data["development"] or 0,
            development_days=data["development_days"] or 0,
            product_ppm={product.pk: rate for product, rate in rows if product},
        )


class TrialForm(forms.Form):
    """On which past periods a version is tried."""

    periods = forms.ModelMultipleChoiceField(
        Period.objects.none(), label=_("On the sales of"), widget=forms.CheckboxSelectMultiple
    )

    OFFERED = 12
    """The latest periods."""

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        latest = Period.objects.visible_to(user).order_by("-span").values("pk")[: self.OFFERED]
        choices_of(self, "periods").queryset = (
            Period.objects.visible_to(user).filter(pk__in=list(latest.values_list("pk", flat=True))).order_by("-span")
        )


class EntryFilter(forms.Form):
    """Which commission entries to list; what is not understood filters nothing."""

    period = forms.ModelChoiceField(Period.objects.none(), label=_("Period"), required=False)
    rule = forms.ChoiceField(label=_("Rule"), choices=[("", _("All rules")), *Rule.choices], required=False)
    earner = forms.CharField(label=_("Earner"), max_length=60, required=False)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self._user = user
        for field in ("period", "rule"):
            self.fields[field].widget.attrs["class"] = "select"
        periods = choices_of(self, "period")
        periods.queryset = Period.objects.visible_to(user).order_by("-span")
        periods.empty_label = str(_("All periods"))

    def narrowed(self) -> CommissionEntryQuerySet:
        entries = CommissionEntry.objects.visible_to(self._user)
        self.is_valid()
        data = self.cleaned_data
        if data.get("period"):
            entries = entries.filter(period=data["period"])
        if data.get("rule"):
            entries = entries.filter(rule=data["rule"])
        if data.get("earner"):
            entries = entries.filter(beneficiary__in=Member.objects.filter(named_like(data["earner"])))
        return entries


class ReferralForm(forms.Form):
    """Who brought a member: somebody of their groups who joined before them."""

    referrer = forms.ModelChoiceField(
        Member.objects.none(),
        label=_("Brought by"),
        help_text=_("Once an order placed from now on has been delivered, it stays for ever."),
    )
    reason = forms.CharField(label=_("How you know"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, referee: Member, user: User) -> None:
        super().__init__(data)
        groups = referee.memberships.values("group")
        choices_of(self, "referrer").queryset = (
            Member.objects.visible_to(user).filter(memberships__group__in=groups, pk__lt=referee.pk).distinct()
        )


class CorrectionForm(ReferralForm):
    """Who brought a member after all, and why that is known now."""

    reason = forms.CharField(label=_("Why it was somebody else"), max_length=200)


class JoinForm(VisitorForm):
    """Who joins through an invitation link, and that they agree to the words they were shown."""

    field_order = ["name", "door", "phone", "agree"]
    agree = forms.BooleanField(
        label=_("I agree to this"), error_messages={"required": _("Without this you can't join: tick it if you agree.")}
    )

    def __init__(self, data: Any = None, *, wording: Wording) -> None:
        super().__init__(data)
        self.wording = wording

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.data.get("wording") != self.wording.digest:
            self.add_error("agree", _("The words are other ones than you saw. Read them once more."))
        return data


class LinkFilter(forms.Form):
    """Which invitation links to list; what is not understood filters nothing."""

    group = forms.ModelChoiceField(Group.objects.none(), label=_("Group"), required=False, empty_label=_("All groups"))

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self._user = user
        self.fields["group"].widget.attrs["class"] = "select"
        choices_of(self, "group").queryset = Group.objects.visible_to(user)

    def narrowed(self) -> ReferralLinkQuerySet:
        links = ReferralLink.objects.visible_to(self._user)
        self.is_valid()
        group = self.cleaned_data.get("group")
        return links.filter(group=group) if group else links


class BindingRuleForm(forms.Form):
    """By which rule joining through a link binds from now on."""

    touch = BindingRule._meta.get_field("touch").formfield()
    window_days = forms.IntegerField(
        label=BindingRule._meta.get_field("window_days").verbose_name,
        min_value=1,
        max_value=LONGEST_WINDOW_DAYS,
        help_text=_("A window is 1 to 90 days."),
    )
    new_members_only = BindingRule._meta.get_field("new_members_only").formfield()

    @property
    def terms(self) -> BindingTerms:
        return BindingTerms(**self.cleaned_data)


class DisputeForm(forms.Form):
    """What an earner says is wrong with a line."""

    text = PlainTextField(
        label=_("What is wrong"), max_length=300, help_text=_("For example: two boxes were delivered, not one.")
    )


class AnswerForm(forms.Form):
    """What becomes of a dispute, and why."""

    state = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (DisputeState.UPHELD, _("The amount stands")),
            (DisputeState.CORRECTED, _("It was wrong; the next run corrects it")),
        ],
        widget=forms.RadioSelect,
    )
    answer = PlainTextField(label=_("Answer to the earner"), max_length=300)


class WithholdingForm(forms.Form):
    """How tax is kept back of what an earner is paid, from a day on."""

    kind = forms.ChoiceField(label=_("Withholding"), choices=WithholdingKind.choices, widget=forms.RadioSelect)
    first_day = DayField(label=_("First day"))


class AccountForm(forms.Form):
    """Where an earner's money goes."""

    holder = PlainTextField(label=_("Account holder"), max_length=60)
    bank = PlainTextField(label=_("Bank and branch"), max_length=60)
    number = forms.CharField(label=_("Account number"), max_length=40, widget=forms.TextInput({"inputmode": "numeric"}))

    def clean_number(self) -> str:
        number = "".join(self.cleaned_data["number"].split())
        if not (number.isascii() and number.isdecimal() and 8 <= len(number) <= 32):
            raise ValidationError(_("An account number has 8 to 32 digits."))
        return number


class PayoutForm(forms.Form):
    """Which statements are paid on which day, by which file."""

    statements = forms.ModelMultipleChoiceField(
        Statement.objects.none(), error_messages={"required": _("Choose at least one statement.")}
    )
    pays_on = DayField(label=_("To be paid on"))
    layout = forms.ChoiceField(label=_("File for the bank"), choices=PayoutLayout.choices)

    def __init__(self, data: Any = None, *, payable: EarnersQuerySet, today: date) -> None:
        super().__init__(data, initial={"pays_on": today})
        self.fields["statements"].queryset = payable  # type: ignore[attr-defined]


class ReturnsForm(forms.Form):
    """What came back from the bank."""

    file = forms.FileField(label=_("File from the bank"), help_text=_("A table as .xlsx or CSV."))


class QuarterForm(forms.Form):
    """Any day of a quarter, as an address may have it."""

    day = DayField(required=False)

    @property
    def first_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        return day and first_day_of_quarter(day)
