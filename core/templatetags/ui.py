"""Template pieces every page has without loading them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import cast

from django import template
from django.http import HttpRequest
from django.template import engines
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timeuntil

from core.money import format_yuan
from core.rules import geometry

register = template.Library()


@register.simple_tag
def icon(name: str, css_class: str = "", label: str = "") -> SafeString:
    """A Lucide icon of the sprite. Without a label it is decoration and not read aloud."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"/></svg>', css_class, spoken, static("icons.svg"), name
    )


@register.simple_tag(takes_context=True)
def qs(context: Context, **changes: object) -> str:
    """The page's query string with some parameters changed; None or "" takes one out. Paging starts anew unless
    it is what changes."""
    query = cast(HttpRequest, context["request"]).GET.copy()
    for cursor in ("after", "before", "page"):
        query.pop(cursor, None)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def rows(template: str, **context: object) -> SafeString:
    """Rows of a list, written by a template of `templates/rows/` (core.rows), which sees only what is given here."""
    return mark_safe(engines["rows"].get_template(template).render(context))  # noqa: S308 -- it escapes what it is given


@register.filter
def yuan(amount_fen: int | None) -> str:
    """Fen as yuan with two places and thousands, without the sign of the currency: 128980 → 1,289.80."""
    if amount_fen is None:
        return "—"
    return format_yuan(amount_fen).replace("-", "−")


@register.filter
def money(amount_fen: int) -> str:
    """Fen as an amount inside a sentence: 128980 → ¥1,289.80, −33 → −¥0.33. On its own it stands in ui/money.html."""
    return f"{'−' if amount_fen < 0 else ''}¥{format_yuan(abs(amount_fen))}"


@register.filter
def quantity(value: Decimal | int | None) -> str:
    """A quantity as people write it: 2.500 → 2.5, 3.000 → 3."""
    if value is None:
        return "—"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def percent(rate_ppm: int | None, places: int = 2) -> str:
    """Parts per million as a percentage, at most `places` decimals, no trailing zeros: 40000 → 4%, 418000 → 41.8%."""
    if rate_ppm is None:
        return "—"
    text = f"{Decimal(rate_ppm) / 10_000:.{places}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


@register.filter
def left(at: datetime, now: datetime) -> str:
    """How much time is left until then, as one says it: the largest unit alone, 8 hours and not 8 hours, 59 minutes."""
    return timeuntil(at, now, depth=1)


@register.filter
def absolute(value: int) -> int:
    """Without its sign: a change is shown by an arrow and a word."""
    return abs(value)


@register.simple_tag
def spark_points(values: Sequence[float]) -> str:
    """The points of a sparkline (88 × 24)."""
    return geometry.spark_points(values)
