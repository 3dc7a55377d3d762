"""Where the web pages are served. The socket is bound before anything is started, and handed to the web server."""

import argparse
import errno
import http.client
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

from config.embedded.errors import EmbeddedError


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def visit(self) -> "Address":
        """Where a browser on this machine finds it: an address that means "all of them" cannot be visited."""
        return Address({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host), self.port)  # noqa: S104

    @property
    def names(self) -> list[str]:
        """The hosts a browser may ask for: with an address that means "all of them", every address of this machine."""
        names = ["127.0.0.1", "localhost", "[::1]", self.host]
        if self != self.visit:
            interfaces = psutil.net_if_addrs().values()
            names += [each.address for addresses in interfaces for each in addresses if each.family == socket.AF_INET]
        return list(dict.fromkeys(names))

    def answers(self) -> bool:
        """Whether a web server gives any answer there within three seconds."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=3)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True


def chosen_address(arguments: Sequence[str], environment: Mapping[str, str]) -> Address:
    """What --host and --port say, else HOST and PORT, else 127.0.0.1:8000."""
    parser = argparse.ArgumentParser(
        prog="manage.py up", description="Run Linli with its own servers; Ctrl-C stops all."
    )
    parser.add_argument("--host", default=environment.get("HOST") or "127.0.0.1")
    parser.add_argument("--port", default=environment.get("PORT") or "8000")
    options = parser.parse_args(arguments)
    if not (options.port.isascii() and options.port.isdigit() and 0 < int(options.port) < 65536):
        raise EmbeddedError(f"“{options.port}” is not a port. Use a number from 1 to 65535: PORT=8001 make run")
    return Address(options.host, int(options.port))


def listen(address: Address) -> socket.socket:
    """A listening socket. Visitors who come before the web server is up wait in its queue, also while it restarts."""
    try:
        family, _, _, _, place = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise EmbeddedError(f"The host “{address.host}” is not known. Try without HOST.") from error
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(place)
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise EmbeddedError(_cannot_listen(address, error)) from error
    return listening


def _cannot_listen(address: Address, error: OSError) -> str:
    another = f"PORT={address.port + 1 if 1024 <= address.port < 65535 else 8001} make run"
    if error.errno == errno.EADDRINUSE:
        return f"Port {address.port} on {address.host} is in use by another program. Try another one: {another}"
    if error.errno == errno.EACCES:
        return f"Port {address.port} is reserved for the system administrator. Try another one: {another}"
    return (
        f"Port {address.port} on {address.host} cannot be used: {os.strerror(error.errno or 0)}. Try another: {another}"
    )
