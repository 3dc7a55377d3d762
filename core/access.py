"""Who may open a page: each guard stands directly above the view it protects.

Not signed in: to the login page and back. Signed in with another role: 404, because what is not yours is not found.
Which *rows* a person sees is a second question; `visible_to(user)` answers it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from core.enums import Role
from core.models import User

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """What a guarded view receives, for the type checker: `user` is a `User`, `htmx` is there."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]
GuardedView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def roles(*allowed: Role) -> Callable[[View[P]], GuardedView[P]]:
    """Let people of these roles through."""

    def guard(view: View[P]) -> GuardedView[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(cast(Any, request))
            if request.user.role not in allowed:
                raise Http404
            return view(cast(SignedInRequest, request), *args, **kwargs)

        return cast(GuardedView[P], guarded)

    return guard


def _to_login(request: SignedInRequest) -> HttpResponse:
    """Send to the login page; a fragment's request sends the whole page, and back to the page it was on."""
    if not request.htmx:
        return redirect_to_login(request.get_full_path())
    page = urlsplit(request.htmx.current_url_abs_path or "/")
    return HttpResponseClientRedirect(redirect_to_login(page.geturl())["Location"])


signed_in = roles(*Role)
operator_only = roles(Role.OPERATOR)
leader_only = roles(Role.LEADER)
operator_or_admin = roles(Role.OPERATOR, Role.ADMIN)
leader_or_operator = roles(Role.LEADER, Role.OPERATOR)
admin_only = roles(Role.ADMIN)
money_reader = roles(Role.ADMIN, Role.AUDITOR)
