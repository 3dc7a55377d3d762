"""What may be asked about groups, members, leaders and seed users. Days are Asia/Shanghai."""

from community.queries.groups import GroupView, groups_by_view, groups_matching, in_order, shown_in, with_figures
from community.queries.history import Change, FieldChange, history_of
from community.queries.members import matching, members_found, names_of_members, with_doors
from community.queries.seeds import Board, Card, Column, card_of, seed_board

__all__ = [
    "Board",
    "Card",
    "Change",
    "Column",
    "FieldChange",
    "GroupView",
    "card_of",
    "groups_by_view",
    "groups_matching",
    "history_of",
    "in_order",
    "matching",
    "members_found",
    "names_of_members",
    "seed_board",
    "shown_in",
    "with_doors",
    "with_figures",
]
