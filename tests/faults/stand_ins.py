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

STOPS = "stops"
"""In the data folder: each stand-in that was asked to stop, with the second it was asked and the second it ended."""

IDLE = """
import signal, sys, time
def end(*_):
    asked = time.time()
    time.sleep(0.2)
    with open(sys.argv[2], "a") as stops:
        stops.write(f"{sys.argv[1]} {asked} {time.time()}\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
open(sys.argv[3], "w").close()
"""
WORK = f"{IDLE}while True: time.sleep(1000)"
WEB = f"""{IDLE}
import http.server, socket
server = http.server.HTTPServer(("", 0), http.server.BaseHTTPRequestHandler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[4]))
server.serve_forever()
"""


def prepare(environment: Mapping[str, str], demo_mark: Path | None) -> Order:
    return Order("prepare", ("true",), environment)


def services(home: Home, environment: Mapping[str, str], listening: socket.socket, address: Address) -> list[Service]:
    def service(name: str, program: str, *descriptors: int) -> Service:
        ready = home.data / f"{name}.ready"
        ready.unlink(missing_ok=True)
        words = ("-S", "-c", program, name, str(home.data / STOPS), str(ready), *map(str, descriptors))
        order = Order(name, (sys.executable, *words), environment, descriptors=descriptors)
        return Service(name, partial(children.start, order, home), ready.exists)

    return [service("web", WEB, listening.fileno()), *(service(name, WORK) for name in ("worker", "relay", "beat"))]


if __name__ == "__main__":
    processes.prepare, processes.services = prepare, services
    sys.exit(up.main(sys.argv[1:]))
