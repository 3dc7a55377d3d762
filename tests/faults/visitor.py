"""Somebody who visits a running house over the network: with a browser's cookies, or as a program with a token."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from itertools import count
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode

from core.demo_logins import PASSWORD

BROKEN_OFF = 0
"""The status of an answer that never came."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]


@dataclass
class Visitor:
    port: int
    patience: float = 30
    cookies: dict[str, str] = field(default_factory=lambda: {"django_language": "en"})
    token: str = ""

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, **typed: str) -> Answer:
        """Send a form."""
        form = urlencode(typed | {"csrfmiddlewaretoken": self.cookies.get("csrf", "")})
        return self._ask("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})

    def send(self, path: str, body: Any, *, key: str) -> Answer:
        """Ask the API to write something, once for each key."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return self._ask("POST", path, json.dumps(body), headers)

    def sign_in(self, username: str) -> "Visitor":
        """With a demo login."""
        self.get("/login/")
        answer = self.post("/login/", username=username, password=PASSWORD)
        assert answer.status == 302, answer
        return self

    def as_program(self) -> "Visitor":
        """A program in this person's name, with a token they have made for it."""
        page = self.post("/me/tokens/new/")
        token = re.search(r'id="token"[^>]*>([0-9a-f]{64})<', page.text)
        assert token, page
        return Visitor(self.port, self.patience, token=token[1])

    def _ask(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        around = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if self.token:
            around["Authorization"] = f"Bearer {self.token}"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            connection.request(method, path, body, around | (headers or {}))
            response = connection.getresponse()
            answer = Answer(response.status, response.read().decode(), dict(response.getheaders()))
            for cookie in response.msg.get_all("Set-Cookie") or ():
                self.cookies.update((name, morsel.value) for name, morsel in SimpleCookie(cookie).items())
        except (OSError, HTTPException) as error:
            return Answer(BROKEN_OFF, repr(error), {})
        finally:
            connection.close()
        return answer


class Orders:
    """Programs that order one piece after the other, each with a key of its own, sent until it is acknowledged."""

    def __init__(self, port: int, *, programs: int = 2) -> None:
        self.answers: list[Answer] = []
        self.acknowledged = 0
        self._program = Visitor(port).sign_in("operator").as_program()
        campaign = self._first("/api/v1/campaigns/?state=open")
        self._offer = next(each for each in campaign["offers"] if each["stock"] is None and each["limit_each"] is None)
        group = campaign["groups"][0]
        members = json.loads(self._program.get(f"/api/v1/members/?group={group}").text)["results"][:programs]
        lines = [{"offer": self._offer["id"], "quantity": "1"}]
        self._wanted = [
            {"campaign": campaign["id"], "group": group, "member": member["id"], "lines": lines} for member in members
        ]
        self._before, self._enough = self._taken(), Event()

    @contextmanager
    def coming_in(self) -> Iterator["Orders"]:
        """While the block runs. At its end no order is on its way any more."""
        threads = [Thread(target=self._order, args=(number, wanted)) for number, wanted in enumerate(self._wanted)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._enough.set()
            for thread in threads:
                thread.join()

    @property
    def kept(self) -> int:
        """How many pieces the house has for these orders: one for each acknowledged one, if none is lost or doubled."""
        return self._taken() - self._before

    def _order(self, program: int, wanted: dict[str, Any]) -> None:
        for number in count():
            answer = Answer(BROKEN_OFF, "", {})
            while answer.status != 201:
                answer = self._program.send("/api/v1/orders/", wanted, key=f"{id(self)}-{program}-{number}")
                self.answers.append(answer)
                time.sleep(0 if answer.status == 201 else 0.1)
            self.acknowledged += 1
            if self._enough.is_set():
                return

    def _taken(self) -> int:
        offer = json.loads(self._program.get(f"/api/v1/offers/{self._offer['id']}/").text)
        return int(float(offer["taken"]))

    def _first(self, path: str) -> dict[str, Any]:
        return json.loads(self._program.get(path).text)["results"][0]
