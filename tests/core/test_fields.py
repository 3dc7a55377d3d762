"""What people write into a field becomes fen, ppm, thousandths or days; beyond reason it is refused with a sentence."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from community.forms import DayField
from core.fields import PercentField, QuantityField, YuanField
from orders.forms import MomentField


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def refusal(field, text):
    with pytest.raises(ValidationError) as refused:
        field.clean(text)
    return refused.value.messages


@pytest.mark.parametrize("text", ["100000", "999999999", "9" * 400, "1e400", "1E+99999"])
def test_a_quantity_nobody_orders_is_refused_in_one_sentence(text):
    assert refusal(QuantityField(), text) == ["A quantity is at most 99999.999."]


def test_the_largest_quantity_is_one():
    assert QuantityField().clean("99999.999") == Decimal("99999.999")


@pytest.mark.parametrize("text", ["10000000", "99999999999999999999", "9" * 10_000])
def test_an_amount_nobody_pays_is_refused_in_one_sentence(text):
    assert refusal(YuanField(), text) == ["An amount here is at most ¥9,999,999.99."]


def test_the_largest_amount_is_one():
    assert YuanField().clean("9,999,999.99") == 999_999_999


@pytest.mark.parametrize("text", ["101", "9" * 400, "1e400"])
def test_no_percentage_is_above_a_hundred(text):
    assert refusal(PercentField(), text)


@pytest.mark.parametrize("text", ["9999-12-31", "2200-01-01", "1999-12-31", "0001-01-01"])
def test_a_day_no_calendar_here_reaches_is_refused_in_one_sentence(text):
    assert refusal(DayField(), text) == ["Choose a day between 2000 and 2199."]


def test_the_last_day_is_one():
    assert DayField().clean("2199-12-31") == date(2199, 12, 31)


@pytest.mark.parametrize("text", ["9999-12-31T23:59", "0001-01-01T00:00"])
def test_a_moment_no_calendar_here_reaches_is_refused_in_one_sentence(text):
    assert refusal(MomentField(), text) == ["Choose a day between 2000 and 2199."]
