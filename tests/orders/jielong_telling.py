"""A reading told in lines, so that a table of chains and what they mean can be read."""

from orders.rules.jielong import Change, OrderRow, Parsed
from orders.rules.jielong.numerals import plain


def tell(parsed: Parsed) -> list[str]:
    """Orders, then changes, then skipped lines: `#1 柳姐 @3-201 | 雪梨×2斤 | note | [flags]`."""
    return [
        *(_tell_order(row) for row in parsed.rows),
        *(_tell_change(change) for change in parsed.changes),
        *(f"SKIP {skipped.reason}" for skipped in parsed.skipped),
    ]


def _tell_order(row: OrderRow) -> str:
    who = f"#{row.number if row.number is not None else '-'} {row.name or '?'}"
    where = f" @{row.door}" if row.door else ""
    lines = [
        f"{line.offer or '?' + line.text}×{'?' if line.quantity is None else plain(line.quantity)}{line.unit}"
        for line in row.lines
    ]
    flags = [f"[{' '.join(row.flags)}]"] if row.flags else []
    return " | ".join([who + where, *lines, *filter(None, [row.note]), *flags])


def _tell_change(change: Change) -> str:
    quantity = "" if change.quantity is None else f"×{plain(change.quantity)}"
    where = f" @{change.door}" if change.door else ""
    flags = f" [{' '.join(change.flags)}]" if change.flags else ""
    return f"{change.kind.upper()} {change.name or '?'}{where} {change.offer or 'all'}{quantity}{flags}"
