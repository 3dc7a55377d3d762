"""The offers of a campaign as people write them: names, aliases, codes, and which offer an unknown word may mean."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

from orders.rules.jielong.doors import UNIT
from orders.rules.jielong.given import Offer
from orders.rules.jielong.text import span
from orders.rules.jielong.units import UNITS

_SPEC_OR_BRACKET = re.compile(
    r"\([^()]*\)|\d+(?:\.\d+)?(?:ml|毫升|l|升|g|克|kg|公斤|斤)\*\d+[\u4e00-\u9fff]?"
    rf"|\d+(?:\.\d+)?(?:ml|毫升|l|升|{UNIT})装?"
)
_NO_BRACKETS = str.maketrans("", "", "()")
_FREE_CHOICE = ("自选", "任选")
_BEFORE_SINGLE = r"(?<![^\s,;+(|/、\d半两个份斤箱盒])"
_AFTER_SINGLE = r"(?![^\s,;+)|/、\d*x一二两三四五六七八九十半])"
_MOST_COMPOSED = 30
_MOST_CANDIDATES = 5


class Meaning(NamedTuple):
    """What a term stands for: positions of offers. Several: all of them together (`together`) or one, unclear which."""

    offers: tuple[int, ...]
    together: bool = False


class Catalogue:
    """The offers, ready for reading."""

    def __init__(self, offers: tuple[Offer, ...]) -> None:
        self.offers = offers
        self.meanings: dict[str, Meaning] = {}
        self.codes: dict[str, int] = {}
        self._pattern = _term_pattern(self._learn_terms(), self.codes)
        self.free_choice = next((i for i, offer in enumerate(offers) if _is_free_choice(offer)), None)
        self._offers_with = _index_by_letter(offers)
        self.units = tuple(span(offer.unit).folded for offer in offers)
        self.meaning = lru_cache(maxsize=1024)(self._look_up)
        """What a term found by `find` stands for; a chain says the same few over and over."""
        self.extra_units = frozenset(unit for unit in self.units if unit and unit not in UNITS or unit == "块")

    @property
    def only(self) -> int | None:
        """The offer an entry without a product means: there is one if the campaign sells one thing."""
        return 0 if len(self.offers) == 1 and self.free_choice is None else None

    def find(self, folded: str, start: int, end: int) -> Iterator[re.Match[str]]:
        """The products named in a piece of folded text, longest first at each place."""
        return self._pattern.finditer(folded, start, end) if self._pattern else iter(())

    def _look_up(self, term: str) -> Meaning:
        key = _key(term)
        return self.meanings[key] if key in self.meanings else Meaning((self.codes[key],))

    def numbered(self, number: int) -> int | None:
        """The offer with that number as its code, else the offer in that place (from 1)."""
        if str(number) in self.codes:
            return self.codes[str(number)]
        return number - 1 if 1 <= number <= len(self.offers) else None

    def close_to(self, folded: str) -> int | None:
        """The one offer a shortened name may mean: it ends so (盐汽水 for 上海盐汽水), or begins with one letter."""
        text = _key(folded)
        starts = text if len(text) == 1 else "\n"
        near = {
            offer
            for term, found in self.meanings.items()
            if term.endswith(text) or term.startswith(starts)
            for offer in found.offers
        }
        return near.pop() if text and len(near) == 1 else None

    def candidates(self, folded: str) -> tuple[str, ...]:
        """Offers' names that share letters with a text, the most alike first."""
        shared = Counter(i for letter in set(folded[:40]) for i in self._offers_with.get(letter, ()))
        ranked = sorted(shared, key=lambda i: (-shared[i] / (len(self.offers[i].name) + 1), i))
        return tuple(self.offers[i].name for i in ranked[:_MOST_CANDIDATES])

    def _learn_terms(self) -> set[str]:
        """Fills `meanings` and `codes`; answers the spellings to look for. A full name outranks another's short one."""
        exact: dict[str, set[int]] = defaultdict(set)
        short: dict[str, set[int]] = defaultdict(set)
        spellings: set[str] = set()
        for i, offer in enumerate(self.offers):
            for written in filter(str.strip, (offer.name, *offer.aliases)):
                term = " ".join(span(written).folded.split())
                exact[_key(term)].add(i)
                short[_without_spec(_key(term))].add(i)
                short[_key(term).translate(_NO_BRACKETS)].add(i)
                spellings.add(term)
            if offer.code and offer.code.strip():
                self.codes.setdefault(_key(span(offer.code).folded), i)
        self.meanings = _composed(self.offers)
        self.meanings |= {term: Meaning(tuple(sorted(found))) for term, found in short.items() if len(term) > 1}
        self.meanings |= {term: Meaning(tuple(sorted(found))) for term, found in exact.items()}
        return spellings | set(self.meanings)


def _key(folded: str) -> str:
    return folded.replace(" ", "")


def _without_spec(term: str) -> str:
    """A product's name without size and brackets, as people shorten it; itself when nothing is left."""
    return _SPEC_OR_BRACKET.sub("", term) or term


def _is_free_choice(offer: Offer) -> bool:
    return any(word in name for name in (offer.name, *offer.aliases) for word in _FREE_CHOICE)


def _index_by_letter(offers: Iterable[Offer]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = defaultdict(list)
    for i, offer in enumerate(offers):
        for letter in set(span(" ".join((offer.name, *offer.aliases))).folded) - {" "}:
            index[letter].append(i)
    return index


def _composed(offers: tuple[Offer, ...]) -> dict[str, Meaning]:
    """午晚餐 for 午餐 and 晚餐: two names of two letters that end alike, said in one word."""
    names = [(span(offer.name).folded, i) for i, offer in enumerate(offers)]
    short = [(name, i) for name, i in names if len(name) == 2 and not name.isascii()][:_MOST_COMPOSED]
    return {
        one[0] + other[0] + one[1]: Meaning((i, j), together=True)
        for (one, i), (other, j) in permutations(short, 2)
        if one[1] == other[1] and one[0] != other[0]
    }


def _term_pattern(spellings: Iterable[str], codes: Iterable[str]) -> re.Pattern[str] | None:
    """One expression for all terms. A single Chinese letter counts as a product only beside a number or alone."""
    single = {term for term in spellings if len(term) == 1 and "\u4e00" <= term <= "\u9fff"}
    letters = {code for code in codes if code.isalpha() and code.isascii()} - set(spellings)
    branches = [_by_first_letter(set(spellings) - single)]
    if single:
        branches.append(_BEFORE_SINGLE + "[" + "".join(sorted(single)) + "]" + _AFTER_SINGLE)
    if letters:
        either = "|".join(sorted(map(re.escape, letters), key=len, reverse=True))
        branches.append(rf"(?<![a-z\d])(?:{either})(?!-?\d{{3,4}}(?!\d)){_AFTER_SINGLE}")
    branches = [branch for branch in branches if branch]
    return re.compile("|".join(branches)) if branches else None


def _by_first_letter(terms: Iterable[str]) -> str:
    """Terms grouped by their first letter, so that most places in a text are refused by one look; longest first."""
    groups: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        groups[term[0]].append(term)
    if not groups:
        return ""
    starts = "[" + "".join(map(re.escape, sorted(groups))) + "]"
    return f"(?={starts})(?:" + "|".join(_group(groups[letter]) for letter in sorted(groups)) + ")"


def _group(terms: list[str]) -> str:
    first = terms[0][0]
    guard = r"(?<![a-z])" if first.isascii() and first.isalpha() else r"(?<![\d.])" if first.isdigit() else ""
    rests = (_spelled(term[1:]) for term in sorted(terms, key=len, reverse=True))
    return guard + re.escape(first) + "(?:" + "|".join(rests) + ")"


def _spelled(rest: str) -> str:
    """The rest of a term: its spaces may be left out, and it must not go on as a longer word or number."""
    end = rest[-1:]
    guard = "(?![a-z])" if end.isascii() and end.isalpha() else r"(?!\d)" if end.isdigit() else ""
    return r"\s?".join(map(re.escape, rest.split())) + guard if rest.strip() else ""
