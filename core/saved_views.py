"""A name for the address of a list. An app declares its list as a `ListPage`; what it keeps is all a view may hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.columns import ASKED, Column, chosen_columns
from core.errors import DomainError
from core.models import SavedView, User
from core.violations import refusing

MOST = 20
"""Views a person has of one list."""
SHOWN = 40
"""Views above a list, the own ones first."""
LONGEST = 80
"""Letters of one value that are kept; nobody chooses more."""


class TooManyViews(DomainError):
    """A person has as many views of a list as there is room for."""


class NameTaken(DomainError):
    """The person calls another view of the list so."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list whose views can be named: the URL name of its page, and what a view keeps of the address."""

    view: str
    keeps: tuple[str, ...]
    columns: Sequence[Column[Any]] = ()

    def kept(self, asked: QueryDict) -> list[tuple[str, str]]:
        """What a view keeps of an address beside the columns: known parameters alone, in one order."""
        kept = [(name, asked.get(name, "").replace("\0", "").strip()[:LONGEST]) for name in self.keeps]
        return [(name, value) for name, value in kept if value]

    def query(self, asked: QueryDict) -> str:
        """All that a view keeps, so that equal views are equal text."""
        columns = chosen_columns(self.columns, asked.getlist(ASKED)).asked
        return urlencode([*self.kept(asked), *([(ASKED, columns)] if columns else [])])

    def url(self, query: str = "") -> str:
        address = reverse(self.view)
        return f"{address}?{query}" if query else address


_pages: dict[str, ListPage] = {}


def list_page(view: str, *, keeps: Sequence[str], columns: Sequence[Column[Any]] = ()) -> ListPage:
    """Declare that views of a list can be named. It stands beside the list's view, so it is known when it is needed."""
    return _pages.setdefault(view, ListPage(view, tuple(keeps), columns))


def page_named(view: str) -> ListPage | None:
    return _pages.get(view)


@dataclass(frozen=True, slots=True)
class Views:
    """What stands above a list: the links to its views, and what may be done with the address it is at."""

    query: str
    """The address as a view keeps it."""
    kept: list[tuple[str, str]]
    """The same without the columns: what a form that chooses them takes along."""
    options: list[dict[str, object]]
    own: SavedView | None
    """The own view that is being looked at."""
    save_url: str
    """Where the address can be given a name; empty when it has one, or nothing was chosen."""


def views_of(page: ListPage, user: User, asked: QueryDict) -> Views:
    """One query; a view is looked at when what it keeps is what the address asks for."""
    query = page.query(asked)
    found = SavedView.objects.visible_to(user).filter(page=page.view).select_related("owner").order_by("name", "pk")
    views = sorted(found[: 2 * SHOWN], key=lambda view: view.owner_id != user.pk)[:SHOWN]
    options: list[dict[str, object]] = [
        {"text": _named(view, user), "url": page.url(view.query), "current": view.query == query} for view in views
    ]
    if options:
        options.insert(0, {"text": _("All"), "url": page.url(), "current": not query})
    own = next((view for view in views if view.query == query and view.owner_id == user.pk), None)
    save = reverse("core:saved_view_create", args=[page.view])
    may_save = query and own is None and not user.is_auditor
    return Views(query, page.kept(asked), options, own, f"{save}?{query}" if may_save else "")


def _named(view: SavedView, user: User) -> str:
    return view.name if view.owner_id == user.pk else f"{view.name} · {view.owner}"


@transaction.atomic
def save_view(*, page: ListPage, name: str, query: str, shared: bool, by: User) -> SavedView:
    """Give an address a name. Raises NameTaken, and TooManyViews beyond `MOST`. Operators alone share."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two at once count one after the other
    if SavedView.objects.filter(owner=by, page=page.view).count() >= MOST:
        raise TooManyViews(_("You have %(most)d views of this list. Delete one that you don't need.") % {"most": MOST})
    with refusing({"view_has_a_name_of_its_own": _name_taken()}):
        return SavedView.objects.create(
            owner=by, page=page.view, name=name, query=query, shared=shared and by.is_operator
        )


def change_view(*, view: SavedView, name: str, shared: bool, by: User) -> None:
    """Call a view otherwise, share it or keep it to oneself. Raises NameTaken."""
    view.name, view.shared = name, shared and by.is_operator
    with refusing({"view_has_a_name_of_its_own": _name_taken()}):
        view.save(update_fields=["name", "shared"])


def _name_taken() -> NameTaken:
    return NameTaken(_("You call another view of this list so. Choose another name."))
