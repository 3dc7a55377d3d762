"""Answering a browser: a whole page, or the fragment of it that htmx asked for."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

Part = TypeVar("Part")
VARY = ("HX-Request", "HX-History-Restore-Request")


def client_address(request: HttpRequest) -> str:
    """Where a request came from: an IPv4 address, or the /64 network of an IPv6 one; empty when nobody can tell.

    Behind `settings.PROXIES` proxies it is what the outermost of them saw; what stands before that anybody can write.
    """
    seen = [request.META.get("REMOTE_ADDR", "")]
    if settings.PROXIES:
        seen = request.headers.get("X-Forwarded-For", "").split(",")[-settings.PROXIES :][:1] + seen
    for text in seen:
        try:
            address = ip_address(text.strip())
        except ValueError:
            continue
        return str(address if address.version == 4 else ip_network((address, 64), strict=False))
    return ""


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx will put the answer into a part of its page. Going back in history restores a whole page."""
    htmx = cast(HtmxDetails, getattr(request, "htmx", False))
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render `template`, or only its partial named `fragment` when htmx asks for it.

    Invalid input is answered with `status=422`; htmx swaps it in like a 200.
    """
    if fragment and wants_fragment(request):
        response = render(request, f"{template}#{fragment}", context, status=status)
        response["Cache-Control"] = "no-store"
        _append_toasts(request, response)
    else:
        response = render(request, template, context, status=status)
    if fragment:
        patch_vary_headers(response, VARY)
    return response


def go_to(request: HttpRequest, to: Any, *args: Any) -> HttpResponse:
    """Lead to another page. htmx would follow a redirect by itself and put all of that page into a part of this one."""
    if wants_fragment(request):
        return HttpResponseClientRedirect(resolve_url(to, *args))
    return redirect(to, *args)


def say(request: HttpRequest, text: str | Promise, *, undo_url: str = "") -> None:
    """Tell the person in a toast, on this answer or the next page, what was done; `undo_url` takes it back by POST."""
    messages.success(request, str(text), extra_tags=undo_url)


def in_this_language(parts: Iterable[Part]) -> Iterator[Part]:
    """What is made while it is sent, in the language of the request: by then the thread may have another one."""
    return _parts_in(get_language(), iter(parts))


def _parts_in(language: str | None, parts: Iterator[Part]) -> Iterator[Part]:
    while True:
        with override(language):
            part = next(parts, None)
        if part is None:
            return
        yield part


def _append_toasts(request: HttpRequest, response: HttpResponse) -> None:
    """What is waiting to be said goes along with the fragment, out of band."""
    waiting = list(messages.get_messages(request))
    if waiting:
        toasts = render_to_string("ui/toasts.html", {"messages": waiting, "out_of_band": True}, request)
        response.write(toasts)
