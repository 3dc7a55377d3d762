"""`manage.py up` with real servers and light stand-ins for Linli's own processes; run with `python -m`."""

import socket
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from config.embedded import children, processes, up
from config.embedded.address import Address
from config.embedded.children import Order
from config.embedded.folders import Home
from config.embedded.services import Service

WEB = """
import http.server, socket, sys
server = http.server.HTTPServer(("", 0), http.server.BaseHTTPRequestHandler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
server.serve_forever()
"""


def prepare(environment: Mapping[str, str], demo_mark: Path | None) -> Order:
    return Order("prepare", ("true",), environment)


def services(home: Home, environment: Mapping[str, str], listening: socket.socket, address: Address) -> list[Service]:
    orders = [Order(name, ("sleep", "1000"), environment) for name in ("worker", "beat", "relay")]
    number = listening.fileno()
    web = Order("web", (sys.executable, "-c", WEB, str(number)), environment, descriptors=(number,))
    return [
        *(Service(order.name, partial(children.start, order, home)) for order in orders),
        Service("web", partial(children.start, web, home), address.answers),
    ]


if __name__ == "__main__":
    processes.prepare, processes.services = prepare, services
    sys.exit(up.main(sys.argv[1:]))
