"""On which terms something is offered in a campaign."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from community.models import Group
from core.fields import QuantityField, YuanField
from core.models import User
from orders.forms.catalogue import AliasesField
from orders.models import Campaign, Product
from orders.queries import Standing
from orders.rules.ladders import MOST_STEPS, Step
from orders.services import TermsRefused

MOST_MEMBERS = 99_999
"""As many as no campaign has: a slip of the finger."""


class TermsForm(forms.Form):
    """Price, stock, limit and minimum of an offer, its ladder, and what each of `groups` may take."""

    stock = QuantityField(label=_("Stock"), required=False, help_text=_("Empty: as much as is asked for."))
    limit_each = QuantityField(label=_("Limit a member"), required=False)
    minimum = QuantityField(
        label=_("Minimum to go ahead"),
        required=False,
        help_text=_("Less than that at the cut-off calls the offer off."),
    )

    def __init__(self, *args: Any, groups: Collection[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MOST_STEPS + 1):
            self.fields[f"step_{number}_joined"] = forms.IntegerField(
                label=_("%(number)s. From so many members") % {"number": number},
                required=False,
                min_value=0,
                max_value=MOST_MEMBERS,
            )
            self.fields[f"step_{number}_price"] = YuanField(
                label=_("%(number)s. Everybody pays (¥)") % {"number": number}, required=False
            )
        self.groups = {f"share_{group.pk}": group for group in groups}
        for key, group in self.groups.items():
            self.fields[key] = QuantityField(label=group.name, required=False)

    @property
    def ladder(self) -> list[tuple[BoundField, BoundField]]:
        """The fields of each step: members, price."""
        return [(self[f"step_{number}_joined"], self[f"step_{number}_price"]) for number in range(1, MOST_STEPS + 1)]

    @property
    def shares(self) -> list[BoundField]:
        return [self[key] for key in self.groups]

    @property
    def shows_ladder(self) -> bool:
        return any(field.value() or field.errors for step in self.ladder for field in step)

    @property
    def shows_shares(self) -> bool:
        return any(field.value() or field.errors for field in self.shares)

    def clean(self) -> dict[str, Any]:
        """Half a step is said beside the half that is missing."""
        data = super().clean() or {}
        for number in range(1, MOST_STEPS + 1):
            joined, price = (f"step_{number}_joined", f"step_{number}_price")
            given = [data.get(field) is not None for field in (joined, price)]
            if any(given) and not all(given) and not self.errors.keys() & {joined, price}:
                self.add_error(price if given[0] else joined, _("A step has a number of members and a price."))
        return data

    def steps(self) -> dict[int, Step]:
        """By the number they stand at; one left empty in between is no step."""
        data = self.cleaned_data
        numbers = [number for number in range(1, MOST_STEPS + 1) if data[f"step_{number}_joined"] is not None]
        return {number: Step(data[f"step_{number}_joined"], data[f"step_{number}_price"]) for number in numbers}

    def terms(self) -> dict[str, Any]:
        """As the services take them."""
        data = self.cleaned_data
        shares = {group.pk: data[key] for key, group in self.groups.items() if data[key] is not None}
        plain = {field: data[field] for field in ("price_fen", "stock", "limit_each", "minimum")}
        return {**plain, "steps": tuple(self.steps().values()), "shares": shares}

    def refuse(self, error: TermsRefused) -> None:
        """Say it beside its field; a step is named by its place among those that were filled in."""
        field = error.field
        if field.startswith("step_"):
            _step, place, part = field.split("_")
            field = f"step_{dict(enumerate(self.steps(), start=1)).get(int(place), 1)}_{part}"
        self.add_error(field if field in self.fields else None, str(error))


class OfferForm(TermsForm):
    """A product offered in the campaign. Without a price the catalogue's stands."""

    product = forms.ModelChoiceField(Product.objects.none(), label=_("Product"))
    price_fen = YuanField(label=_("Price (¥)"), required=False, help_text=_("Empty: the catalogue's."))

    field_order = ["product", "price_fen", "stock", "limit_each", "minimum"]

    def __init__(self, *args: Any, user: User, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unused = Product.objects.visible_to(user).filter(active=True).exclude(offers__campaign=campaign)
        self.fields["product"].queryset = unused  # type: ignore[attr-defined]


class OfferChangeForm(TermsForm):
    """What an offer is sold on, as long as the campaign runs, and how people write its product."""

    price_fen = YuanField(label=_("Price (¥)"))
    aliases = AliasesField()

    field_order = ["price_fen", "stock", "limit_each", "minimum", "aliases"]

    def __init__(self, *args: Any, standing: Standing, **kwargs: Any) -> None:
        self.offer = standing.offer
        super().__init__(*args, initial=terms_now(standing), prefix=f"offer-{standing.offer.pk}", **kwargs)


def terms_now(standing: Standing) -> Mapping[str, Any]:
    """What the form begins with."""
    offer = standing.offer
    initial: dict[str, int | Decimal | list[str] | None] = {
        field: getattr(offer, field) for field in ("price_fen", "stock", "limit_each", "minimum")
    }
    initial["aliases"] = offer.product.aliases
    for number, step in enumerate(standing.steps, start=1):
        initial |= {f"step_{number}_joined": step.joined, f"step_{number}_price": step.price_fen}
    return initial | {f"share_{share.group_id}": share.stock for share in standing.shares}
