"""接龙: reads the chain message of a WeChat group into orders, changes and skipped lines. Plain Python."""

from orders.rules.jielong.diff import Comparable, Difference, diff
from orders.rules.jielong.flags import ChangeKind, Flag, SkipReason
from orders.rules.jielong.given import Offer, Options, PlusOne
from orders.rules.jielong.message import MessageUnreadable, visible_text
from orders.rules.jielong.parse import parse
from orders.rules.jielong.parsed import Change, Line, MenuItem, OrderRow, Parsed, Price, Skipped, Source
from orders.rules.jielong.text import TextTooLong, same_name_key

__all__ = [
    "Change",
    "ChangeKind",
    "Comparable",
    "Difference",
    "Flag",
    "Line",
    "MenuItem",
    "Offer",
    "Options",
    "MessageUnreadable",
    "OrderRow",
    "Parsed",
    "PlusOne",
    "Price",
    "SkipReason",
    "Skipped",
    "Source",
    "TextTooLong",
    "diff",
    "parse",
    "same_name_key",
    "visible_text",
]
