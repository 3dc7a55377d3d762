"""The rows of long lists, in Jinja2: fifty rows of Django's own templates cost more than all else of a page together.

A list's page stays a Django template and says `{% rows "orders.html" ... %}` where its rows go; `templates/rows/` holds
only those. They say messages as Python does, `_("text")`, so that the catalogues find them.
"""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from jinja2 import Environment, StrictUndefined

from core.templatetags import ui


def environment(**options: Any) -> Environment:
    """What rows can use beside what they are given. A name that is not there is an error, not an empty cell."""
    rows = Environment(**options | {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True})  # noqa: S701 -- Django's backend asks for escaping
    rows.filters |= {"money": ui.money, "quantity": ui.quantity, "day": day, "minute": minute}
    rows.globals |= {"_": gettext, "url": _url}
    return rows


def day(at: datetime) -> str:
    """The day in Shanghai, as lists write it: 3月5日."""
    return date_format(timezone.localtime(at), "MONTH_DAY_FORMAT")


def minute(at: datetime) -> str:
    """The time of day in Shanghai: 09:05."""
    return f"{timezone.localtime(at):%H:%M}"


def _url(name: str, *args: object) -> str:
    return reverse(name, args=args)
