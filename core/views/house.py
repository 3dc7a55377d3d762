"""The doors every role comes through: signing in, the own page, errors in plain words, signs of life."""

import sys
from functools import partial

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import freshness
from core.access import SignedInRequest, signed_in
from core.demo_logins import LOGINS, PASSWORD
from core.enums import Role
from core.forms import LoginForm, PasswordForm
from core.http import render_page
from core.outages import outage_of


class Login(LoginView):
    """User name and password; a wrong pair is answered with 422 and keeps the name."""

    template_name = "core/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(**kwargs) | {
            "demo_logins": [(Role(login.role).label, login) for login in LOGINS] if settings.DEMO else [],
            "demo_password": PASSWORD,
        }

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def locked_out(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Too many failed logins from here: say for how long."""
    minutes = round(float(settings.AXES_COOLOFF_TIME) * 60)
    return render(request, "core/locked_out.html", {"minutes": minutes}, status=429)


@require_safe
@signed_in
def me(request: SignedInRequest) -> HttpResponse:
    """Who I am here, my language, light or dark, the way out."""
    return render_page(request, "core/me.html")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def prove(request: SignedInRequest) -> HttpResponse:
    """Type the password once more, then back to what asked for it. Wrong ones count as failed logins."""
    wanted = request.GET.get("next", "")
    back = wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else "/"
    form = PasswordForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_valid():
        freshness.prove(request)
        return redirect(back)
    return render_page(request, "core/prove.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether this process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this address whatever the page says."""
    return redirect(static("logo.svg"))


def _error(request: HttpRequest, exception: Exception | None = None, *, status: int) -> HttpResponse:
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What was sent cannot be read; of what is only too long that is said."""
    return render(request, "400.html", {"too_long": isinstance(exception, RequestDataTooBig)}, status=400)


forbidden = partial(_error, status=403)
not_found = partial(_error, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke here, or the database cannot do its part. The page needs neither database nor session.

    Django calls this while it handles what was raised, in a view or around it (the session is saved after the view).
    """
    outage = outage_of(sys.exception())
    if outage is None:
        return render(None, "500.html", status=500)
    response = (
        HttpResponse(outage.sentence, content_type="text/plain; charset=utf-8", status=503)
        if "HX-Request" in request.headers
        else render(None, "503.html", {"outage": outage}, status=503)
    )
    response["Retry-After"] = str(outage.wait)
    add_never_cache_headers(response)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or its cookie is gone: what was sent is not done, and can be sent again."""
    return render(request, "core/csrf.html", status=403)
