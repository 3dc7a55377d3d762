"""What accounts are called on pages. The ledger knows purposes and parties only; the apps above say what they are."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from ledger.models import Account

Names = Callable[[Collection[int]], dict[int, str]]


@dataclass(frozen=True, slots=True)
class Purpose:
    """`names` answers what the parties with these ids are called, in one query."""

    title: str | Promise
    names: Names | None


_purposes: dict[str, Purpose] = {}


def name_purpose(purpose: str, title: str | Promise, *, names: Names | None = None) -> None:
    """Say what accounts of the purpose are called, and their parties; from the app's `ready`."""
    _purposes[purpose] = Purpose(title, names)


def title_of(purpose: str) -> str | Promise:
    """What people call the purpose; its own name when nobody said."""
    known = _purposes.get(purpose)
    return known.title if known else purpose


def names_of(accounts: Iterable[Account]) -> dict[int, str]:
    """By account id: the name of its party, where an app knows it; one query for each purpose."""
    parties: dict[str, dict[int, int]] = {}
    for account in accounts:
        if account.party is not None:
            parties.setdefault(account.purpose, {})[account.party] = account.pk
    named: dict[int, str] = {}
    for purpose, ids in parties.items():
        known = _purposes.get(purpose)
        found = known.names(ids) if known and known.names else {}
        named |= {account: found.get(party, f"#{party}") for party, account in ids.items()}
    return named
