"""What the preview of a chain says about a doubtful row, in sentences a leader can act on."""

from django.utils.translation import gettext as _

from orders.rules.chain.people import Doubt
from orders.rules.chain.reading import Row
from orders.rules.jielong import MessageUnreadable, TextTooLong
from orders.rules.jielong.flags import Flag, SkipReason
from orders.rules.jielong.text import MAX_CHARACTERS, MAX_LINES


def unreadable(error: TextTooLong | MessageUnreadable) -> str:
    """Why a paste could not be read, and what to do about it."""
    if isinstance(error, TextTooLong):
        return _(
            "The text has %(lines)d lines and %(characters)d characters; at most %(most_lines)d lines and "
            "%(most_characters)d characters are read at a time. Nothing was read: paste it in parts."
        ) % {
            "lines": error.lines,
            "characters": error.characters,
            "most_lines": MAX_LINES,
            "most_characters": MAX_CHARACTERS,
        }
    match error.reason:
        case "other_kind":
            return _("This is another kind of WeChat message. Copy the chain itself and paste that.")
        case "several":
            return _("Several chain messages were pasted at once. Paste them one after the other, the newest last.")
        case "entities":
            return _("This message has parts WeChat never writes. Copy the chain as text and paste that.")
        case "too_long":
            return _("This message is too long to be read. Copy the chain as text and paste that.")
        case _no_text:
            return _("The message holds no text of a chain. Copy the chain as text and paste that.")


def problems_of(row: Row) -> list[str]:
    """Everything that deserves a look about this row, what needs an answer first."""
    return [
        *branches(row),
        *note(row),
        *door(row),
        *open_lines(row),
        *person(row),
        *(sentence(flag, row) for flag in row.flags if says_something(flag, row)),
    ]


def branches(row: Row) -> list[str]:
    said = []
    if row.rival:
        said.append(
            _(
                "“%(name)s” is in the other branch, too (%(other)s). Take this one to count both; cancel "
                "the other one below if only this one counts."
            )
            % {"name": row.name or "?", "other": row.rival.raw}
        )
    if row.overtaken:
        said.append(_("This may be an older state of the entry: the order says otherwise. Which one is right?"))
    if row.entry and row.author and row.entry.author and row.author != row.entry.author:
        said.append(_("Somebody else wrote this entry before. Look whether it is the same person's."))
    return said


def note(row: Row) -> list[str]:
    """That an entry of the orders asks for the same and only its note is another."""
    if not row.only_the_note or row.entry is None:
        return []
    if not row.entry.note:
        return [_("The same goods; a note is added.")]
    if not row.note:
        return [_("The same goods; the note “%(note)s” is gone.") % {"note": row.entry.note}]
    return [_("The same goods; the note was “%(note)s” before.") % {"note": row.entry.note}]


def door(row: Row) -> list[str]:
    """That the order is to be brought to another door."""
    if not row.changes_door or row.entry is None:
        return []
    if not row.entry.door:
        return [_("The door %(door)s is added.") % {"door": row.door}]
    return [_("The door changes from %(was)s to %(door)s.") % {"was": row.entry.door, "door": row.door}]


def open_lines(row: Row) -> list[str]:
    said = []
    for line in row.lines:
        if line.dropped:
            continue
        if line.offer is None and line.text:
            said.append(_("No product matches “%(text)s”. Pick one or skip it.") % {"text": line.text})
        elif line.offer is None:
            said.append(_("No product is named. Pick one or skip the row."))
        elif line.quantity is None:
            said.append(_("How much of “%(offer)s”? The chain does not say clearly.") % {"offer": line.offer.name})
    if not row.lines and Flag.ZERO_QTY not in row.flags:
        said.append(_("Nothing is ordered in this row."))
    return said


def person(row: Row) -> list[str]:
    if row.member or row.is_new and row.match.asks:
        return []
    names = "、".join(f"{one.name} {one.door}".strip() for one in row.match.candidates)
    words = {"name": row.name, "door": row.door, "names": names}
    match row.match.doubt:
        case Doubt.NO_NAME:
            return [_("No name is given. Who is it?")]
        case Doubt.SEVERAL:
            return [_("Several members are called “%(name)s”: %(names)s. Which one?") % words]
        case Doubt.OTHER_DOOR:
            return [_("“%(name)s” is known at another door (%(names)s). The same person, or somebody new?") % words]
        case Doubt.DOOR_OF_OTHERS:
            return [_("At %(door)s lives %(names)s. Is “%(name)s” one of them, or somebody new?") % words]
        case Doubt.NEW_WITHOUT_DOOR:
            return [_("“%(name)s” is new and gives no door. Add it so that it can be delivered.") % words]
        case _nobody_known:
            return []


def says_something(flag: str, row: Row) -> bool:
    """Flags whose matter the lines or the person have already put into words are not said twice."""
    return Flag.of(flag) not in {Flag.NEEDS_PRODUCT, Flag.NO_NAME, Flag.NUMBER_GAP}


def sentence(flag: str, row: Row) -> str:
    number = flag.rsplit("_", 1)[-1] if flag[-1:].isdigit() else ""
    first = next((line for line in row.lines if flag in line.flags), None)
    words = {
        "number": number,
        "text": first.text if first else "",
        "offer": first.offer.name if first and first.offer else "",
        "quantity": f"{first.quantity.normalize():f}" if first and first.quantity is not None else "",
        "unit": first.unit if first else "",
        "note": row.note,
    }
    if flag == Flag.CHECK and row.note:
        return _("“%(note)s” was kept as a note. Is it one?") % words
    return str(SENTENCES[Flag.of(flag)]()) % words


SENTENCES = {
    Flag.ODD_NAME: lambda: _("The name looks odd; is it one?"),
    Flag.REPEAT_NAME: lambda: _(
        "This name is in the chain more than once. Both are counted; skip one if it is a repeat."
    ),
    Flag.REPEAT_NAME_DIFFERENT_PRODUCT: lambda: _(
        "The same person orders something else further up. Both are counted."
    ),
    Flag.FUZZY_PRODUCT: lambda: _("“%(text)s” was read as “%(offer)s”."),
    Flag.FREE_TEXT: lambda: _("Ordered in free words: “%(text)s”. Look whether it can be supplied."),
    Flag.SAME_ITEM_TWICE: lambda: _("“%(offer)s” is named twice in the row and added up."),
    Flag.EACH: lambda: _("“Each” was read as every product of the campaign."),
    Flag.SAME_AS_ABOVE: lambda: _("“Same as above” was filled in from the row before. Is that right?"),
    Flag.DEFAULT_QTY: lambda: _("No quantity is given; read as 1."),
    Flag.LARGE_QTY: lambda: _("%(quantity)s %(unit)s is more than usual. Is that right?"),
    Flag.IMPLAUSIBLE_QTY: lambda: _("The quantity cannot be right. Enter it."),
    Flag.NEGATIVE: lambda: _("The quantity is negative. Enter what is wanted, or skip the row."),
    Flag.ZERO_QTY: lambda: _("The quantity is zero: read as withdrawn."),
    Flag.PLUS_ONE: lambda: _("“+1” was read the way this campaign has set it."),
    Flag.REPLACES: lambda: _("Replaces %(number)s from further up."),
    Flag.PRICE_IN_LINE: lambda: _("A price stands in the row. The campaign's price counts."),
    Flag.CHECK_PRICE: lambda: _("Check the price of this one."),
    Flag.CLAIMS_PAID: lambda: _("Says it is paid. That is a claim; nothing was booked."),
    Flag.BOTH_NUMBERED: lambda: _("Two rows carry number %(number)s; both are counted."),
    Flag.PASTED_TWICE: lambda: _(
        "This entry stands further up with the same number. Skip it if the text was pasted twice."
    ),
    Flag.AMBIGUOUS: lambda: _("This can be read in more than one way. Check place and quantity."),
    Flag.CHECK: lambda: _("Compare this with the chain's own words below."),
}


def skip_words() -> dict[str, str]:
    """Why a pasted line was set aside, by reason."""
    return {
        SkipReason.HEADER: _("heading"),
        SkipReason.MENU: _("menu"),
        SkipReason.EXAMPLE: _("example"),
        SkipReason.ORGANISER_ENTRY: _("the organiser's own entry"),
        SkipReason.BLANK: _("nothing in it"),
        SkipReason.SENDER: _("sender and time"),
        SkipReason.UNKNOWN_NAME: _("nobody of that name is in the chain"),
        SkipReason.CHATTER: _("talk"),
        SkipReason.OTHER_MESSAGE: _("another message of the export"),
    }
