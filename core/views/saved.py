"""Views of lists with a name: giving one, changing it, letting it go. The list itself shows them."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access import SignedInRequest, roles
from core.enums import Role
from core.errors import DomainError
from core.forms import SavedViewForm
from core.http import render_page, say
from core.models import SavedView
from core.saved_views import ListPage, change_view, page_named, save_view

view_owner = roles(Role.OPERATOR, Role.ADMIN, Role.LEADER)


@require_http_methods(["GET", "HEAD", "POST"])
@view_owner
def saved_view_create(request: SignedInRequest, page: str) -> HttpResponse:
    """Give what the list was asked for, which stands in this address too, a name."""
    found = _page_or_404(page)
    query = found.query(request.GET)
    form = SavedViewForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            save_view(page=found, query=query, **form.chosen, by=request.user)
        except DomainError as error:
            form.add_error("name", str(error))
        else:
            say(request, _("Saved. It stands above the list."))
            return redirect(found.url(query))
    context = {"form": form, "view": None, "list_url": found.url(query)}
    return render_page(request, "core/saved_view.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@view_owner
def saved_view_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Call an own view otherwise, or share it."""
    view = get_object_or_404(SavedView, owner=request.user, pk=pk)
    list_url = _page_or_404(view.page).url(view.query)
    was = {"name": view.name, "shared": view.shared}
    form = SavedViewForm(request.POST or None, user=request.user, initial=was)
    if request.method == "POST" and form.is_valid():
        try:
            change_view(view=view, **form.chosen, by=request.user)
        except DomainError as error:
            form.add_error("name", str(error))
        else:
            say(request, _("Saved."))
            return redirect(list_url)
    context = {"form": form, "view": view, "list_url": list_url}
    return render_page(request, "core/saved_view.html", context, status=422 if form.errors else 200)


@require_POST
@view_owner
def saved_view_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let the name go; the list stays as it was looked at."""
    view = get_object_or_404(SavedView, owner=request.user, pk=pk)
    list_url = _page_or_404(view.page).url(view.query)
    view.delete()
    say(request, _("The view is deleted. What it showed is still here; save it again if that was a mistake."))
    return redirect(list_url)


def _page_or_404(name: str) -> ListPage:
    page = page_named(name)
    if page is None:
        raise Http404
    return page
