"""Lines that say who wrote what follows, as WeChat copies them: `张三 10-1 9:41`."""

import re
from typing import NamedTuple

from orders.rules.jielong.text import Span

_SENDER = re.compile(
    r"(?P<name>\S.{0,30}?)\s+"
    r"(?:(?:(?P<year>20\d\d)[-/.年])?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?\s*|(?:昨天|前天|今天|星期[一二三四五六日天]|周[一二三四五六日])\s*)?"
    r"(?P<half>上午|下午|晚上|凌晨|中午|am|pm)?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?\s*:?\s*"
)
_ACCOUNT = re.compile(r"\s*(?:wxid_\w{4,40}|\w{4,40}@chatroom)\s*:\s*")
_AFTERNOON = ("下午", "晚上", "pm")


class Sender(NamedTuple):
    """Who sent what follows, and when, as far as the line says: `10-01 09:41`."""

    name: str
    sent_at: str


def read_sender(text: Span) -> Sender | None:
    """The sender a line names, if it is such a line."""
    if ":" not in text.folded or len(text.folded) > 80:
        return None
    if _ACCOUNT.fullmatch(text.folded):
        return Sender("", "")
    found = _SENDER.fullmatch(text.folded)
    if found is None:
        return None
    name = text.shown[: found.end("name")].strip()
    return Sender(name, _moment(found))


def _moment(found: re.Match[str]) -> str:
    hour = int(found["hour"])
    if found["half"] in _AFTERNOON and hour < 12:
        hour += 12
    time = f"{hour:02d}:{found['minute']}"
    if not found["month"]:
        return time
    year = f"{found['year']}-" if found["year"] else ""
    return f"{year}{int(found['month']):02d}-{int(found['day']):02d} {time}"
