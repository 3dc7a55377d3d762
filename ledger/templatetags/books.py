from django import template
from django.utils.functional import Promise

from ledger.memos import memo_of
from ledger.models import Entry
from ledger.purposes import title_of

register = template.Library()


@register.filter
def purpose_title(purpose: str) -> str | Promise:
    """What people call the accounts of a purpose."""
    return title_of(purpose)


@register.filter
def memo(entry: Entry) -> str:
    """What an entry is about."""
    return memo_of(entry)


@register.filter
def name_in(pk: int, names: dict[int, str]) -> str:
    """The party of the account `pk`, of the names a view has gathered; nothing for the house's own."""
    return names.get(pk, "")
