"""What moves money asks for the password once more: an unlocked screen is not enough."""

from functools import wraps
from time import time
from typing import ParamSpec, cast
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.urls import reverse

from core.access import SignedInRequest, View
from core.http import go_to

P = ParamSpec("P")
FRESH_FOR = 10 * 60
"""Seconds for which the password counts, in this session alone."""
PROVED_AT = "password_typed_at"


def prove(request: SignedInRequest) -> None:
    """The password was typed just now; the session gets a new key."""
    request.session.cycle_key()
    request.session[PROVED_AT] = time()


def is_fresh(request: SignedInRequest) -> bool:
    """Whether the password was typed in this session within the last `FRESH_FOR` seconds."""
    typed: float = request.session.get(PROVED_AT, 0)
    return 0 <= time() - typed < FRESH_FOR


def freshly_signed_in(view: View[P]) -> View[P]:
    """Below a guard: let through who typed the password just now, ask everybody else for it first and lead back.

    What was posted is not kept: the page is asked for anew, so it has to open by GET.
    """

    @wraps(view)
    def fresh(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_fresh(request):
            return go_to(request, f"{reverse('core:prove')}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return cast(View[P], fresh)
