"""Answering a browser: a whole page, or the fragment of it that htmx asked for."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django_htmx.middleware import HtmxDetails

VARY = ("HX-Request", "HX-History-Restore-Request")


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


def say(request: HttpRequest, text: str | Promise, *, undo_url: str = "") -> None:
    """Tell the person in a toast, on this answer or the next page, what was done; `undo_url` takes it back by POST."""
    messages.success(request, str(text), extra_tags=undo_url)


def _append_toasts(request: HttpRequest, response: HttpResponse) -> None:
    """What is waiting to be said goes along with the fragment, out of band."""
    waiting = list(messages.get_messages(request))
    if waiting:
        toasts = render_to_string("ui/toasts.html", {"messages": waiting, "out_of_band": True}, request)
        response.write(toasts)
