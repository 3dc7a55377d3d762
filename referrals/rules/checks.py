"""How facts and plans that contradict themselves are refused."""

from collections.abc import Sequence
from typing import Self

from core.errors import DomainError
from core.money import PPM


class NotCalculable(DomainError):
    """Facts or a plan that contradict themselves; `where` is the path to the value at fault."""

    def __init__(self, where: str, sentence: str) -> None:
        super().__init__(f"{where}: {sentence}")
        self.where = where
        self.sentence = sentence

    def under(self, path: str) -> Self:
        """The same fault, seen from where the part at fault stands in something larger."""
        return type(self)(f"{path}.{self.where}", self.sentence)


def refuse_repeated(where: str, ids: Sequence[str], *, name: str = "id") -> None:
    """Raise NotCalculable naming the first element of `where` whose id (its member `name`) stands earlier already."""
    seen: set[str] = set()
    for index, id_ in enumerate(ids):
        if id_ in seen:
            raise NotCalculable(f"{where}[{index}].{name}", f'"{id_}" stands here twice')
        seen.add(id_)


def refuse_rate_beyond_one(where: str, ppm: int) -> None:
    if not 0 <= ppm <= PPM:
        raise NotCalculable(where, f"a rate lies between 0 and {PPM} parts per million, this is {ppm}")


def refuse_negative(where: str, fen: int) -> None:
    if fen < 0:
        raise NotCalculable(where, f"an amount cannot be negative here, this is {fen}")
