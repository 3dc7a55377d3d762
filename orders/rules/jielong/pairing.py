"""Products and quantities brought together: 苹果2斤, 2斤苹果, 苹果香蕉各2斤. What stays over is never guessed."""

from orders.rules.jielong.catalogue import Catalogue, Meaning
from orders.rules.jielong.draft import Amount, Draft, Item
from orders.rules.jielong.flags import Flag


class Pairing:
    """Takes products and quantities in the order of the text.

    `waiting` are products without a quantity yet, `free` is a quantity without a product yet, `loose` are quantities
    given up. `shared_by` is set after 各: the products that share the next quantity.
    """

    def __init__(self, catalogue: Catalogue, draft: Draft) -> None:
        self.catalogue = catalogue
        self.draft = draft
        self.waiting: list[Item] = []
        self.free: Amount | None = None
        self.loose: list[Amount] = []
        self.shared_by: list[Item] | None = None
        self.last: Item | None = draft.items[-1] if draft.items else None

    @property
    def is_empty(self) -> bool:
        return not self.draft.items and not self.loose and self.free is None

    @property
    def expects_amount(self) -> bool:
        """Whether the product read last has no quantity yet."""
        return bool(self.waiting) and self.waiting[-1] is self.last

    def take_product(self, item: Item, *, own_amount_follows: bool) -> None:
        """A product: for the free quantity before it, unless one of its own is glued behind it."""
        self.draft.items.append(item)
        self.last = item
        if self.shared_by is not None:
            item.amount = self.free
            self.shared_by.append(item)
            if own_amount_follows and self.free is not None:
                self.draft.flag(Flag.AMBIGUOUS)
        elif self.free is None or own_amount_follows:
            self._give_up_free()
            self.waiting.append(item)
        else:
            item.amount, self.free = self.free, None

    def take_amount(self, amount: Amount, *, for_next: bool, after_comma: bool) -> None:
        """A quantity: for the product that waits, unless it stands apart from that and is glued to the next one."""
        if self.shared_by is not None:
            self._share(amount)
        elif self.waiting and not for_next:
            if after_comma:
                self.draft.flag(Flag.AMBIGUOUS)
            self.waiting.pop().amount = amount
            if self.waiting:  # 苹果香蕉2斤: one 苹果 by default, or 2斤 of it
                self.draft.flag(Flag.AMBIGUOUS)
        else:
            self._give_up_free()
            self.free = amount

    def take_each(self) -> None:
        """各: what waits shares the next quantity; if nothing waits, the products that follow, or all offers."""
        self.draft.flag(Flag.EACH)
        self.shared_by, self.waiting = self.waiting, []

    def finish(self) -> None:
        """Afterwards every quantity is with a product, or in an item without one."""
        if self.shared_by == []:
            self._share_among_all()
        self._give_up_free()
        if not self.loose:
            return
        if len(self.loose) > 1 or self.draft.items:
            self.draft.flag(Flag.AMBIGUOUS)
        only = self.catalogue.only if not self.draft.items else None
        meaning = None if only is None else Meaning((only,))
        self.draft.items += [Item(text="", meaning=meaning, amount=amount) for amount in self.loose]

    def _share(self, amount: Amount) -> None:
        if not self.shared_by:
            self._give_up_free()
            self.free = amount
            return
        if any(item.amount for item in self.shared_by):
            self.draft.flag(Flag.AMBIGUOUS)
        for item in self.shared_by:
            item.amount = item.amount or amount
        self.shared_by = None

    def _share_among_all(self) -> None:
        """Nothing was named: every offer, and a look at it."""
        amount, self.free = self.free, None
        self.draft.flag(Flag.CHECK)
        offers = range(len(self.catalogue.offers))
        self.draft.items += [Item(text="", meaning=Meaning((i,)), amount=amount) for i in offers]

    def _give_up_free(self) -> None:
        if self.free is not None:
            self.loose.append(self.free)
        self.free = None
