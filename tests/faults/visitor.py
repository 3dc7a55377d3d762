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
        """A program in this person's name, with a token they have made for it and let write."""
        page = self.post("/me/tokens/new/", scope="write")
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
    """Programs that order one piece at a time, each order with a key of its own."""

    def __init__(self, port: int, *, programs: int = 2) -> None:
        self.answers: list[Answer] = []
        self._acknowledged: list[str] = []
        self._program = Visitor(port).sign_in("operator").as_program()
        campaign = self._first("/api/v1/campaigns/?state=open")
        self._offer = next(each for each in campaign["offers"] if each["stock"] is None and each["limit_each"] is None)
        group = campaign["groups"][0]
        members = json.loads(self._program.get(f"/api/v1/members/?group={group}").text)["results"][:programs]
        lines = [{"offer": self._offer["id"], "quantity": "1"}]
        self._wanted = [
            {"campaign": campaign["id"], "group": group, "member": member["id"], "lines": lines} for member in members
        ]
        self._before, self._numbers, self._enough = self._taken(), count(), Event()

    @property
    def acknowledged(self) -> int:
        """How many orders were answered with 201."""
        return len(self._acknowledged)

    @property
    def kept(self) -> int:
        """How many pieces the house has for these orders: one for each acknowledged one, if none is lost or doubled."""
        return self._taken() - self._before

    @contextmanager
    def coming_in(self) -> Iterator["Orders"]:
        """While the block runs, each sent until it is acknowledged. At its end none is on its way any more."""
        threads = [Thread(target=self._keep_ordering) for _program in self._wanted]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._enough.set()
            for thread in threads:
                thread.join()

    def order_one(self) -> Answer:
        """A new order, sent once."""
        return self._send(next(self._numbers))

    def _keep_ordering(self) -> None:
        while not self._enough.is_set():
            number = next(self._numbers)
            while self._send(number).status != 201:
                time.sleep(0.1)

    def _send(self, number: int) -> Answer:
        key, wanted = f"{id(self)}-{number}", self._wanted[number % len(self._wanted)]
        answer = self._program.send("/api/v1/orders/", wanted, key=key)
        self.answers.append(answer)
        if answer.status == 201:
            self._acknowledged.append(key)
        return answer

    def _taken(self) -> int:
        offer = json.loads(self._program.get(f"/api/v1/offers/{self._offer['id']}/").text)
        return int(float(offer["taken"]))

    def _first(self, path: str) -> dict[str, Any]:
        return json.loads(self._program.get(path).text)["results"][0]
