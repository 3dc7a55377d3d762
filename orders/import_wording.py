"""What is said about the rows of a file that was brought in, in sentences its owner can act on."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.rules.imports.outcome import Remark

SENTENCES = {
    "no_name": gettext_noop("No name and no phone: whose order is it?"),
    "several_people": gettext_noop("Several members are called “%(name)s”: %(people)s. Add the door or the phone."),
    "bad_phone": gettext_noop("“%(phone)s” is no mobile number."),
    "several_in_one": gettext_noop("Order %(number)s names several people: %(people)s. Is it the right column?"),
    "no_goods": gettext_noop("No product is named."),
    "unknown_goods": gettext_noop("“%(goods)s” is not in this campaign, or is written otherwise there."),
    "no_quantity": gettext_noop("How much of “%(goods)s”? “%(text)s” does not say."),
    "whole_pieces": gettext_noop("“%(goods)s” is sold in whole %(unit)s."),
    "too_much": gettext_noop("“%(goods)s”: a quantity is at most 99999.999."),
    "partly_refunded": gettext_noop("“%(state)s”: enter by hand what is left of it."),
    "other_goods_before": gettext_noop(
        "Taken in before, for somebody else or with other goods. Change the order itself."
    ),
    "new_without_door": gettext_noop("“%(name)s” is new and has no door. Add it so that it can be delivered."),
    "other_door": gettext_noop("“%(name)s” is known at another door (%(people)s). This makes somebody new."),
    "door_of_others": gettext_noop("%(people)s is known at this door. “%(name)s” becomes somebody new."),
    "name_of_phone": gettext_noop("The phone is %(known)s’s, who orders here as “%(name)s”."),
    "other_price": gettext_noop(
        "“%(goods)s”: the file says ¥%(theirs)s, the campaign ¥%(ours)s. The campaign’s counts."
    ),
    "not_paid": gettext_noop("“%(state)s”: not paid for there."),
    "cancelled": gettext_noop("“%(state)s” in the file."),
    "sum": gettext_noop("A row of sums."),
    "left_out": gettext_noop("Goods you left out."),
    "taken_before": gettext_noop("Already taken in."),
    "unchanged": gettext_noop("The catalogue has it like this."),
    "no_product_name": gettext_noop("The product has no name."),
    "no_unit": gettext_noop("The product has no unit."),
    "no_price": gettext_noop("The product has no price."),
    "not_an_amount": gettext_noop("“%(text)s” is no amount like 12.80."),
    "not_how_sold": gettext_noop("“%(text)s”: write 计件 or 称重."),
    "half_a_pack": gettext_noop("A pack has a name and a size. Give both, or neither."),
    "too_long": gettext_noop("“%(text)s” is longer than %(length)s characters."),
    "twice": gettext_noop("The same product as in row %(row)s."),
    "new_supplier": gettext_noop("“%(supplier)s” is not among the suppliers yet and is added."),
}


def sentence(why: str, words: Mapping[str, str]) -> str:
    return _(SENTENCES[why]) % words


def sentences(remarks: Iterable[Remark]) -> list[str]:
    return [sentence(remark.why, remark.words) for remark in remarks]


def why_not_taken(kept: Mapping[str, Any]) -> str:
    """The same for a row of an outcome, which keeps remarks or the sentence of a refusal."""
    return str(kept["said"]) if "said" in kept else " ".join(sentence(why, words) for why, words in kept["remarks"])
