"""The rows of an exported order list, read: which rows are one order, whose it is, and what it asks for."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from community.rules.doors import tidy_door
from community.rules.phones import NotAPhone, tidy_phone
from core.money import NotAnAmount, amount_of, format_yuan, parse_yuan
from orders.rules.chain.people import Directory, Doubt
from orders.rules.imports.columns import Columns
from orders.rules.imports.outcome import Remark, Standing, Why, standing_of
from orders.rules.jielong import given, parse
from orders.rules.jielong.text import same_name_key

MOST = Decimal("99999.999")
LEAVE_OUT = 0
"""The answer for goods that are not to be taken in."""
IDENTITY = ("number", "name", "nickname", "phone")

_CALLED_OFF = re.compile(r"取消|退款|退货|已退|关闭|作废|cancel|refund", re.IGNORECASE)
_NOT_CALLED_OFF = re.compile(
    r"(?:未|无|没有?)(?:申请)?(?:退|取消|售后)|(?:退款|退货)(?:失败|关闭|被拒|拒绝|撤销)|no refund", re.IGNORECASE
)
_IN_PART = re.compile(r"部分|partial", re.IGNORECASE)
_UNPAID = re.compile(r"(?:未|待)(?:支付|付款)|unpaid", re.IGNORECASE)
_SUMS = frozenset({"合计", "总计", "小计", "共计", "total", "sum"})
_QUANTITY = re.compile(r"[x×*+]?\s*(\d{1,9}(?:\.\d{1,9})?)\s*[^\d.,\s-]{0,4}", re.IGNORECASE)
_BETWEEN_GOODS = re.compile(r"[;；,，、\n|]+")
_GOODS_AND_QUANTITY = re.compile(r"(.+?)\s*[x×*]\s*(\d{1,9}(?:\.\d{1,9})?)\s*[^\d.,\s]{0,3}", re.IGNORECASE)
_AT_THE_END = re.compile(
    r"(?:^|.*?[^\d\-.a-z#])((?:\d{1,4}[a-z]?|[a-z])(?:号楼|號樓|栋|棟|幢|座|#楼?|号|號|楼|樓)"
    r"[ -]?(?:\d{1,2}(?:单元|單元|门|門))?[ -]?\d{2,5}[室房户號号]?|\d{1,4}[a-z]?(?:-\d{1,5}){1,2}[室房]?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Goods:
    """An offer of the campaign, with every name it goes by; price in fen."""

    offer_id: int
    name: str
    names: tuple[str, ...]
    unit: str
    price_fen: int
    counted: bool


@dataclass(slots=True)
class Draft:
    """Rows of one order before anybody is known: their places among the rows, and the cells, filled down."""

    key: str
    rows: list[int]
    cells: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """What one order's rows come to. `member_id` is None for somebody new; quantities by offer id, in its unit."""

    key: str
    rows: tuple[int, ...]
    standing: Standing
    remarks: tuple[Remark, ...]
    name: str = ""
    door: str = ""
    phone: str = ""
    note: str = ""
    member_id: int | None = None
    joins: bool = False
    """A known member who is not in this group yet."""
    quantities: dict[int, Decimal] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    """Goods an offer has to be chosen for."""

    @property
    def person(self) -> tuple[object, ...]:
        """Who it is, member or not: two orders of the same somebody are one person's."""
        if self.member_id is not None:
            return (self.member_id,)
        return (self.phone,) if self.phone else (self.name, self.door)


@dataclass(frozen=True, slots=True)
class Known:
    """What the house knows beside the file. `phones` maps a number to member id and name; `taken` an order's key to
    the member and what it came to before; `answers` a goods' text to an offer id or LEAVE_OUT.
    """

    goods: Sequence[Goods]
    people: Directory
    phones: Mapping[str, tuple[int, str]]
    taken: Mapping[str, tuple[int, Mapping[int, Decimal]]]
    answers: Mapping[str, int]
    group_id: int


def phone_of(text: str) -> str:
    """A number as it is kept, empty if it is none."""
    try:
        return tidy_phone(text)
    except NotAPhone:
        return ""


def door_of(text: str) -> str:
    """The door an address ends with: 田林路12弄锦绣华城3号楼1701室 → 3-1701; without one as it is, if short."""
    written = unicodedata.normalize("NFKC", text).strip()
    found = _AT_THE_END.fullmatch(written)
    door = tidy_door(found[1] if found else written)
    return door if len(door) <= 40 else ""


def group_rows(rows: Sequence[Sequence[str]], columns: Columns, *, group_id: int) -> list[Draft]:
    """Which rows are one order: the same number, else the same phone, else the same name and door.

    A row that names nobody belongs to the one above it, whose cells were merged over it. What was called off, and a row
    of sums, stands alone. Depends on the table alone. Every row is in exactly one draft.
    """
    drafts: dict[str, Draft] = {}
    above: dict[str, str] = {}
    for place, row in enumerate(rows):
        cells = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
        is_sum = any(cell.strip().lower() in _SUMS for cell in row[:3])
        if not is_sum and above and not any(cells.get(name) for name in IDENTITY):
            cells |= {name: above.get(name, "") for name in (*IDENTITY, "door", "state") if not cells.get(name)}
        else:
            above = cells
        alone = is_sum or bool(aside_by_state(cells))
        key = f"row {place}" if alone else key_of(cells, group_id) or f"row {place}"
        draft = drafts.setdefault(key, Draft(key, [], []))
        draft.rows.append(place)
        draft.cells.append({**cells, "sum": "1"} if is_sum else cells)
    return list(drafts.values())


def key_of(cells: Mapping[str, str], group_id: int) -> str:
    """What an order is recognised by when its file comes again; empty when nothing says whose it is."""
    if number := cells.get("number"):
        return f"#{number}"[:120]
    if phone := phone_of(cells.get("phone", "")):
        return f"phone {phone}"
    name = cells.get("name") or cells.get("nickname")
    return f"{group_id} {same_name_key(name)}@{door_of(cells.get('door', ''))}"[:120] if name else ""


def aside_by_state(cells: Mapping[str, str]) -> Remark | None:
    """What the exporting program says became of it."""
    state = cells.get("state", "")
    if not _CALLED_OFF.search(state) or _NOT_CALLED_OFF.search(state):
        return None
    return Remark(Why.PARTLY_REFUNDED if _IN_PART.search(state) else Why.CANCELLED, {"state": state[:40]})


def read_orders(drafts: Iterable[Draft], known: Known) -> list[ReadOrder]:
    """Each draft beside what is known: good, doubtful, set aside or bad, with the reasons."""
    names = names_of(known.goods)
    by_id = {one.offer_id: one for one in known.goods}
    chains: dict[str, list[tuple[str, Decimal | None]]] = {}
    return [_read(draft, known, names, by_id, chains) for draft in drafts]


def names_of(goods: Iterable[Goods]) -> dict[str, int]:
    """Offer id by every name of it that no other offer has."""
    found: dict[str, set[int]] = defaultdict(set)
    for one in goods:
        for name in (one.name, *one.names):
            found[same_name_key(name)].add(one.offer_id)
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1 and name}


def _read(
    draft: Draft,
    known: Known,
    names: Mapping[str, int],
    by_id: Mapping[int, Goods],
    chains: dict[str, list[tuple[str, Decimal | None]]],
) -> ReadOrder:
    first, remarks = draft.cells[0], []
    if first.get("sum"):
        return ReadOrder(draft.key, tuple(draft.rows), Standing.ASIDE, (Remark(Why.SUM),))
    aside = aside_by_state(first)
    if aside:
        return ReadOrder(
            draft.key, tuple(draft.rows), standing_of([aside]), (aside,), name=_first(draft, "name", "nickname")
        )
    quantities: dict[int, Decimal] = defaultdict(Decimal)
    unknown: dict[str, None] = {}
    left_out = False
    for cells in draft.cells:
        for text, quantity in _asked(cells, names, known, chains):
            offer_id = _offer(text, cells.get("spec", ""), names, known.answers)
            if offer_id == LEAVE_OUT:
                left_out = True
            elif offer_id is None or offer_id not in by_id:
                unknown[text] = None
            else:
                remarks += _amount_remarks(by_id[offer_id], text, quantity, cells)
                quantities[offer_id] += quantity or 0
        if not cells.get("goods"):
            remarks.append(Remark(Why.NO_GOODS))
        if _UNPAID.search(cells.get("state", "")):
            remarks.append(Remark(Why.NOT_PAID, {"state": cells["state"][:40]}))
    remarks += [Remark(Why.UNKNOWN_GOODS, {"goods": text}) for text in unknown]
    remarks += [Remark(Why.TOO_MUCH, {"goods": by_id[offer_id].name}) for offer_id, q in quantities.items() if q > MOST]
    before = known.taken.get(draft.key)
    name, door = _first(draft, "name", "nickname")[:60], door_of(_first(draft, "door"))
    phone = phone_of(_first(draft, "phone"))
    note = "; ".join(dict.fromkeys(filter(None, (cells.get("note", "") for cells in draft.cells))))[:300]
    member_id, joins, about = _who(draft, name, door, phone, known)
    if before is not None:
        readable = standing_of(remarks) is not Standing.BAD
        same = readable and member_id == before[0] and dict(before[1]) == dict(quantities)
        remarks = [Remark(Why.TAKEN_BEFORE if same else Why.OTHER_GOODS_BEFORE)]
    elif left_out and not quantities and not unknown:
        remarks = [Remark(Why.LEFT_OUT)]
    else:
        remarks += about
    remarks = list({(r.why, *r.words.values()): r for r in remarks}.values())
    return ReadOrder(
        key=draft.key,
        rows=tuple(draft.rows),
        standing=standing_of(remarks),
        remarks=tuple(remarks),
        name=name,
        door=door,
        phone=phone,
        note=note,
        member_id=member_id,
        joins=joins,
        quantities=dict(quantities),
        unknown=tuple(unknown),
    )


def _first(draft: Draft, *names: str) -> str:
    return next((cells[name] for name in names for cells in draft.cells if cells.get(name)), "")


def _asked(
    cells: Mapping[str, str],
    names: Mapping[str, int],
    known: Known,
    chains: dict[str, list[tuple[str, Decimal | None]]],
) -> list[tuple[str, Decimal | None]]:
    """The goods of a row with their quantities; None where none can be read."""
    goods = cells.get("goods", "")
    if not goods:
        return []
    if cells.get("quantity"):
        return [(goods[:80], quantity_of(cells["quantity"]))]
    if goods not in chains:
        parts = [part.strip() for part in _BETWEEN_GOODS.split(goods) if part.strip()]
        matches = [_GOODS_AND_QUANTITY.fullmatch(part) for part in parts]
        if all(matches):
            chains[goods] = [(one[1].strip()[:80], quantity_of(one[2])) for one in matches if one]
        else:
            chains[goods] = _as_in_a_chain(goods, names, known)
    return chains[goods]


def _as_in_a_chain(text: str, names: Mapping[str, int], known: Known) -> list[tuple[str, Decimal | None]]:
    """草莓2盒 橙子1箱, as an entry of a chain says it. What has a doubt there has no quantity here."""
    offers = [given.Offer(one.name, one.unit, one.names, one.counted) for one in known.goods]
    rows = parse(f"1. 某某 {' '.join(text.split())}", offers, given.Options()).rows
    lines = rows[0].lines if len(rows) == 1 else ()
    if not lines:
        return [(text[:80], None)]
    return [(line.offer or line.text[:80] or text[:80], None if line.flags else line.quantity) for line in lines]


def quantity_of(text: str) -> Decimal | None:
    """How much: 2, 2份, x2, 1.5; nothing less than a thousandth or finer than that."""
    found = _QUANTITY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    quantity = Decimal(found[1]) if found else Decimal()
    return quantity if quantity > 0 and quantity == round(quantity, 3) else None


def _offer(text: str, spec: str, names: Mapping[str, int], answers: Mapping[str, int]) -> int | None:
    whole = [text + spec, f"{text}({spec})"] if spec else []
    keys = [same_name_key(one) for one in (*whole, text)]
    if text in answers:
        return answers[text]
    return next((names[key] for key in keys if key in names), None)


def _amount_remarks(goods: Goods, text: str, quantity: Decimal | None, cells: Mapping[str, str]) -> list[Remark]:
    if quantity is None:
        return [Remark(Why.NO_QUANTITY, {"goods": text, "text": (cells.get("quantity") or cells["goods"])[:40]})]
    if goods.counted and quantity != quantity.to_integral_value():
        return [Remark(Why.WHOLE_PIECES, {"goods": goods.name, "unit": goods.unit})]
    if quantity > MOST:
        return []
    for column, ours in (("price", goods.price_fen), ("amount", amount_of(quantity, goods.price_fen))):
        theirs = _fen(cells.get(column, ""))
        # The amount beside a list of several goods is that of them all.
        if theirs is not None and theirs != ours and (cells.get("quantity") or column == "price"):
            return [
                Remark(
                    Why.OTHER_PRICE,
                    {"goods": goods.name, "theirs": format_yuan(theirs), "ours": format_yuan(ours)},
                )
            ]
    return []


def _fen(text: str) -> int | None:
    try:
        return parse_yuan(text.strip().lstrip("¥￥").removesuffix("元")) if text and len(text) < 20 else None
    except NotAnAmount:
        return None


def _who(draft: Draft, name: str, door: str, phone: str, known: Known) -> tuple[int | None, bool, list[Remark]]:
    """The member an order is of, whether they have yet to join the group, and what there is to say about it."""
    several = _several(draft)
    if several:
        return None, False, [Remark(Why.SEVERAL_IN_ONE, several)]
    written = _first(draft, "phone")
    if written and not phone:
        return None, False, [Remark(Why.BAD_PHONE, {"phone": written[:20]})]
    if phone in known.phones:
        member_id, their_name = known.phones[phone]
        joins = member_id not in known.people.by_id
        # Of somebody outside the group nothing is told that the file does not say.
        other = not joins and name and same_name_key(their_name) != same_name_key(name)
        return member_id, joins, [Remark(Why.NAME_OF_PHONE, {"name": name, "known": their_name})] if other else []
    if not name:
        return None, False, [Remark(Why.NO_NAME)]
    nickname = _first(draft, "nickname")
    for signed in dict.fromkeys((name, nickname)):
        match = known.people.match(signed, door) if signed else None
        if match and match.person:
            return match.person.member_id, False, []
    match = known.people.match(name, door)
    told = {"people": "、".join(f"{one.door} {one.name}".strip() for one in match.candidates[:3]), "name": name}
    match match.doubt:
        case Doubt.SEVERAL:
            return None, False, [Remark(Why.SEVERAL_PEOPLE, told)]
        case Doubt.OTHER_DOOR:
            return None, False, [Remark(Why.OTHER_DOOR, told)]
        case Doubt.DOOR_OF_OTHERS:
            return None, False, [Remark(Why.DOOR_OF_OTHERS, told)]
        case Doubt.NEW_WITHOUT_DOOR:
            return None, False, [Remark(Why.NEW_WITHOUT_DOOR, told)]
    return None, False, []


def _several(draft: Draft) -> dict[str, str]:
    """The people of one number, if they are several: then the column is that of something else, of the campaign say."""
    phones = {phone for cells in draft.cells if (phone := phone_of(cells.get("phone", "")))}
    names = {same_name_key(name): name for cells in draft.cells if (name := cells.get("name") or cells.get("nickname"))}
    if len(phones) > 1 or (not phones and len(names) > 1):
        return {"number": draft.cells[0].get("number", "")[:40], "people": "、".join(list(names.values())[:3])[:80]}
    return {}
