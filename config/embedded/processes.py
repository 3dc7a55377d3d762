"""Linli's own processes: what gets the database ready, and what runs on it."""

import os
import socket
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from config.embedded import children
from config.embedded.address import Address
from config.embedded.children import Order
from config.embedded.folders import Home
from config.embedded.services import Service
from core.demo_logins import LOGINS, PASSWORD

DEMO_LOGINS = f"{', '.join(login.username for login in LOGINS)} (password {PASSWORD})"


def prepare(environment: Mapping[str, str], demo_mark: Path | None) -> Order:
    """Migrations, texts, static files, and the demo data unless the mark says that they are loaded."""
    demo = ("--demo-once", str(demo_mark)) if demo_mark else ()
    return Order(name="prepare", command=(sys.executable, "-m", "config.prepare", *demo), environment=environment)


def services(home: Home, environment: Mapping[str, str], listening: socket.socket, address: Address) -> list[Service]:
    """In the order they start: pages first, as somebody waits for them. What they ask for meanwhile is kept as jobs."""
    pages = web(environment, listening.fileno())
    jobs = [worker(environment), relay(environment), beat(environment)]
    return [
        Service(pages.name, start=partial(children.start, pages, home), is_ready=address.answers),
        *(Service(order.name, start=partial(children.start, order, home)) for order in jobs),
    ]


def worker(environment: Mapping[str, str]) -> Order:
    """Does jobs. They survive its death as rows, so what runs gets a few seconds and no more."""
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    command = ("celery", "-A", "config.celery", "worker", "--loglevel", "INFO", *quiet)
    return Order(name="worker", command=(sys.executable, "-m", *command), environment=environment)


def beat(environment: Mapping[str, str]) -> Order:
    """Writes down what is due by the clock."""
    return Order(name="beat", command=(sys.executable, "manage.py", "beat"), environment=environment)


def relay(environment: Mapping[str, str]) -> Order:
    """Wakes workers when there are jobs."""
    return Order(name="relay", command=(sys.executable, "manage.py", "relay"), environment=environment)


def web(environment: Mapping[str, str], listening: int) -> Order:
    """Serves pages on a socket that is ours, so visitors wait instead of being refused while it restarts."""
    workers = str(min(4, max(2, os.cpu_count() or 1)))
    options = ("--workers", workers, "--threads", "4", "--worker-class", "gthread", "--preload", "--no-control-socket")
    command = ("gunicorn", "config.wsgi", "--bind", f"fd://{listening}", *options)
    return Order(
        name="web", command=(sys.executable, "-m", *command), environment=environment, descriptors=(listening,)
    )
