"""How much of an offer is wanted, between − and +."""

from django import forms

from orders.models import Offer


class StepperInput(forms.NumberInput):
    """The field of `ui/stepper.html`: whole pieces of what is counted, steps of `weighed` of what is weighed."""

    def __init__(self, offer: Offer, *, weighed: str) -> None:
        step, keyboard = ("1", "numeric") if offer.counted else (weighed, "decimal")
        looks = {"class": "input", "placeholder": "0", "autocomplete": "off"}
        super().__init__({"step": step, "inputmode": keyboard, "data-price": offer.price_fen, **looks})
