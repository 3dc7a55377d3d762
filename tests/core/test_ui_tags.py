"""Tags and filters that every template has."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory


def render(text: str, **context: object) -> str:
    return Template(text).render(Context(context))


@pytest.mark.parametrize(
    ("fen", "text"), [(128980, "1,289.80"), (5, "0.05"), (0, "0.00"), (-930, "−9.30"), (None, "—")]
)
def test_fen_are_written_as_yuan(fen: int | None, text: str):
    assert render("{{ fen|yuan }}", fen=fen) == text


@pytest.mark.parametrize(("fen", "text"), [(128980, "¥1,289.80"), (-930, "−¥9.30"), (None, "—")])
def test_money_puts_the_minus_before_the_sign(fen: int | None, text: str):
    assert text in render('{% include "ui/money.html" with fen=fen only %}', fen=fen)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(Decimal("2.500"), "2.5"), (Decimal("3.000"), "3"), (Decimal("10.000"), "10"), (20, "20"), (None, "—")],
)
def test_a_quantity_is_written_as_people_do(amount: Decimal | int | None, text: str):
    assert render("{{ amount|quantity }}", amount=amount) == text


@pytest.mark.parametrize(
    ("ppm", "text"), [(40_000, "4%"), (418_000, "41.8%"), (1_000_000, "100%"), (333_333, "33.33%"), (None, "—")]
)
def test_a_rate_is_written_as_a_percentage(ppm: int | None, text: str):
    assert render("{{ ppm|percent }}", ppm=ppm) == text


def test_a_query_string_changes_one_thing_and_begins_paging_anew():
    request = RequestFactory().get("/groups/?q=%E5%8D%8E&status=open&after=38")

    assert render("{% qs status='quiet' q='' %}", request=request) == "?status=quiet"


def test_an_icon_is_decoration_unless_it_has_a_label():
    assert 'aria-hidden="true"' in render('{% icon "truck" %}')
    assert 'role="img" aria-label="Delivery"' in render('{% icon "truck" "" "Delivery" %}')
