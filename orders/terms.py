"""What an offer is sold on, and how far it has come, in words: on pages and in texts that are copied out of them."""

from django.utils.translation import gettext as _

from core.money import format_yuan
from core.templatetags.ui import quantity as spoken
from orders.queries import Standing


def terms_of(one: Standing) -> list[str]:
    """What was promised beside the price: the ladder, the minimum, that the scale decides."""
    offer = one.offer
    said = [
        _("¥%(price)s once %(joined)s join") % {"price": format_yuan(step.price_fen), "joined": step.joined}
        for step in one.steps
    ]
    if offer.minimum is not None:
        said.append(_("goes ahead from %(minimum)s %(unit)s") % {"minimum": spoken(offer.minimum), "unit": offer.unit})
    if offer.weighed:
        said.append(_("charged by what it weighs"))
    return said


def progress_of(one: Standing) -> list[str]:
    """How far it has come with that; after the cut-off, what it came to. Nothing as long as nobody has ordered."""
    offer = one.offer
    if offer.called_off_at:
        return [_("called off, nobody pays for it")]
    if offer.settled_price_fen is not None:
        return [_("settled at ¥%(price)s for everybody") % {"price": format_yuan(offer.settled_price_fen)}]
    if not one.joined:
        return []
    said = [minimum_so_far(one)] if offer.minimum is not None else []
    if one.steps:
        said.append(ladder_so_far(one))
    return said


def minimum_so_far(one: Standing) -> str:
    if not one.missing:
        return _("goes ahead")
    return _("%(missing)s %(unit)s to go") % {"missing": spoken(one.missing), "unit": one.offer.unit}


def ladder_so_far(one: Standing) -> str:
    words = {"joined": one.joined, "now": format_yuan(one.price_fen)}
    step = one.next_step
    if step is None:
        return _("%(joined)s joined: ¥%(now)s") % words
    words |= {"more": step.joined - one.joined, "next": format_yuan(step.price_fen)}
    if one.price_fen == one.offer.price_fen:
        return _("%(joined)s joined, %(more)s more: ¥%(next)s") % words
    return _("%(joined)s joined: ¥%(now)s, %(more)s more: ¥%(next)s") % words
