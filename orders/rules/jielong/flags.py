"""The words a reading says about itself: what made a row doubtful, why a line was set aside."""

from enum import StrEnum


class Flag(StrEnum):
    """Why a person should look at a row. Some carry a number behind the word: `replaces_5`, `both_numbered_15`."""

    NO_NAME = "no_name"
    ODD_NAME = "odd_name"
    REPEAT_NAME = "repeat_name"
    REPEAT_NAME_DIFFERENT_PRODUCT = "repeat_name_different_product"
    NEEDS_PRODUCT = "needs_product"
    FUZZY_PRODUCT = "fuzzy_product"
    FREE_TEXT = "free_text"
    SAME_ITEM_TWICE = "same_item_twice"
    EACH = "各"
    SAME_AS_ABOVE = "same_as_above"
    DEFAULT_QTY = "default_qty"
    LARGE_QTY = "large_qty"
    IMPLAUSIBLE_QTY = "implausible_qty"
    NEGATIVE = "negative"
    ZERO_QTY = "zero_qty"
    PLUS_ONE = "plus_one"
    REPLACES = "replaces"
    PRICE_IN_LINE = "price_in_line"
    CHECK_PRICE = "check_price"
    CLAIMS_PAID = "claims_paid"
    NUMBER_GAP = "number_gap"
    BOTH_NUMBERED = "both_numbered"
    PASTED_TWICE = "pasted_twice"
    AMBIGUOUS = "ambiguous"
    CHECK = "check"

    @classmethod
    def of(cls, written: str) -> "Flag":
        """The flag of a written mark: `replaces_5` is REPLACES."""
        return cls(written.rstrip("0123456789.").rstrip("_"))


class SkipReason(StrEnum):
    """Why a pasted line is neither an order nor a change."""

    HEADER = "header"
    MENU = "menu"
    EXAMPLE = "example"
    ORGANISER_ENTRY = "organiser_entry"
    BLANK = "blank"
    SENDER = "sender"
    UNKNOWN_NAME = "unknown_name"
    CHATTER = "chatter"
    OTHER_MESSAGE = "other_message"


class ChangeKind(StrEnum):
    """What a change does to an earlier order."""

    SET = "set"
    ADD = "add"
    CANCEL = "cancel"
