"""A bill as WeChat Pay exports it: what came in, which order a row may have paid. Worked: docs/algorithms/bill.md."""

from orders.rules.bill.matching import (
    Candidate,
    Confidence,
    Match,
    OpenOrder,
    Packet,
    Reason,
    match_rows,
)
from orders.rules.bill.reading import MOST_ROWS, Aside, AsideReason, Bill, Incoming, NotABill, Problem, read_bill

__all__ = [
    "MOST_ROWS",
    "Aside",
    "AsideReason",
    "Bill",
    "Candidate",
    "Confidence",
    "Incoming",
    "Match",
    "NotABill",
    "OpenOrder",
    "Packet",
    "Problem",
    "Reason",
    "match_rows",
    "read_bill",
]
