"""Eight weeks in six neighbourhoods, told from a seed: who lives there, who orders what, what goes wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from config.demo import words
from orders.rules.ladders import Step

SEED = 20261121
SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKS = 8
MEMBERS_IN_A_GROUP = 150
SHORTAGE_SHARE, REFUND_SHARE = 0.02, 0.01
UNPAID_SHARE, WECHAT_SHARE = 0.2, 0.65
"""Assumptions of the demonstration, not findings."""


@dataclass(slots=True)
class Neighbour:
    """A member to be: `eagerness` is how often they order, `week` the week they came (0 is the first)."""

    name: str
    door: str
    week: int
    eagerness: float
    referrer: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One campaign: opened a day before its cut-off, delivered the day after."""

    title: str
    goods: tuple[words.Goods, ...]
    cut_off: datetime

    @property
    def opens(self) -> datetime:
        return self.cut_off - timedelta(days=1, hours=4)

    @property
    def delivered(self) -> datetime:
        return self.cut_off + timedelta(hours=19)

    @property
    def delivers_on(self) -> date:
        return self.cut_off.date() + timedelta(days=1)


TERMS: dict[str, dict[str, Any]] = {
    "智利车厘子": {"stock": Decimal(60), "minimum": Decimal(20)},
    "赣南脐橙": {"steps": [Step(20, 660), Step(60, 620)]},
}
"""What the campaign that is open asks and gives besides the prices."""


def neighbours(random: Random, place: words.Place, count: int = MEMBERS_IN_A_GROUP) -> list[Neighbour]:
    """The people of one group in the order they joined; two in five were brought by somebody who joined before."""
    people: list[Neighbour] = []
    doors: set[str] = set()
    while len(people) < count:
        door = f"{random.randint(1, place.buildings)}-{random.randint(1, 18)}0{random.randint(1, 4)}"
        if door in doors:
            continue
        doors.add(door)
        surname = random.choice(words.SURNAMES)
        given = random.choice(words.GIVEN)
        name = random.choice(words.NICKNAMES).format(s=surname) if random.random() < 0.25 else surname + given
        week = 0 if len(people) < count // 3 else min(WEEKS - 1, int(len(people) / count * WEEKS))
        brought = people and random.random() < 0.4
        # The early and the eager bring the most.
        referrer = int(len(people) * random.random() ** 2) if brought else None
        people.append(Neighbour(name, door, week, random.betavariate(1.6, 3.2), referrer))
    return people


def rounds(today: date) -> list[Round]:
    """Tuesday's staples and Friday's fruit of the eight weeks before `today`, oldest first."""
    first = today - timedelta(weeks=WEEKS, days=today.weekday())
    told = []
    for week in range(WEEKS + 1):
        for weekday, title, goods in ((1, "周二厨房团", words.STAPLES), (4, "周五鲜果团", words.FRUIT)):
            day = first + timedelta(weeks=week, days=weekday)
            cut_off = datetime.combine(day, time(20), SHANGHAI)
            one = Round(f"{title} {day:%m-%d}", goods, cut_off)
            if one.delivered.date() < today:
                told.append(one)
    return told[-2 * WEEKS :]


def open_round(now: datetime) -> Round:
    """The campaign that takes orders now; it cuts off this evening, or tomorrow's if this one is near."""
    local = now.astimezone(SHANGHAI)
    day = local.date() + timedelta(days=0 if local.hour < 17 else 1)
    return Round(f"周末鲜果团 {day:%m-%d}", words.FRUIT, datetime.combine(day, time(20), SHANGHAI))


def basket(random: Random, goods: Sequence[words.Goods]) -> list[tuple[words.Goods, Decimal]]:
    """What one member orders from a campaign: one to three goods, mostly the usual quantity."""
    chosen = random.sample(list(goods), k=random.choices((1, 2, 3), (5, 3, 1))[0])
    return [(one, one.usual * random.choices((1, 2, 3), (7, 2, 1))[0]) for one in chosen]


def chain_text(random: Random, title: str, people: Sequence[Neighbour], goods: Sequence[words.Goods]) -> str:
    """A chain as people write it: most of it plain, some of it to be looked at."""
    entries = []
    for person in people:
        wanted = basket(random, goods)
        said = " ".join(written(random, one, quantity) for one, quantity in wanted)
        note = f"，{random.choice(words.NOTES)}" if random.random() < 0.15 else ""
        signed = f"{person.door} {person.name}" if random.random() < 0.6 else f"{person.name} {person.door}"
        entries.append(f"{signed} {said}{note}")
    entries.insert(4, "9-1802 新邻居小顾 草莓2盒")
    entries.insert(7, "老周家 芒果3斤")
    entries.insert(9, f"{people[0].door} {people[0].name} 车厘子")
    numbered = "\n".join(f"{number}. {entry}" for number, entry in enumerate(entries, start=1))
    return f"#接龙\n{title}\n今晚 20:00 截单，明天下午送到家\n例 3-502 王姐 草莓2盒\n\n{numbered}"


def written(random: Random, one: words.Goods, quantity: Decimal) -> str:
    name = random.choice((one.name, *one.aliases))
    figure = f"{quantity.normalize():f}"
    if quantity in {1, 2, 3} and random.random() < 0.25:
        figure = {1: "一", 2: "两", 3: "三"}[int(quantity)]
    return f"{name}{figure}{one.unit}" if random.random() < 0.7 else f"{figure}{one.unit}{name}"
