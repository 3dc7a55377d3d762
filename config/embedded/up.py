"""`manage.py up`: everything Linli needs, in one terminal, until Ctrl-C."""

import logging
import os
import sys
from collections.abc import Iterator, MutableMapping, Sequence

import environ

from config.embedded import binaries, children, defaults, folders, postgres, processes, valkey
from config.embedded.address import Address, chosen_address, listen
from config.embedded.errors import EmbeddedError, StopRequestedError
from config.embedded.folders import Home
from config.embedded.services import Service
from config.embedded.supervisor import StopSignals, Supervisor

DEMO_MARK = "demo-loaded"
STOP_ORDER = ("web", "relay", "beat", "worker", "Valkey", "PostgreSQL")
"""Who asks goes before who answers, so nobody waits for a server that is gone. Starting is not the opposite: it begins
with the pages, because somebody waits for them."""
TRUE = environ.Env.BOOLEAN_TRUE_STRINGS


def main(arguments: Sequence[str]) -> int:
    """Run until told to stop; the exit code. 1 and a sentence if that is not possible."""
    environ.Env.read_env(folders.PROJECT / ".env")
    logging.basicConfig(format="linli: %(message)s")
    signals = StopSignals()
    try:
        with signals.caught():
            _run(arguments, dict(os.environ), signals)
    except StopRequestedError:
        _say("Stopped. What was entered is kept.")
    except EmbeddedError as error:
        sys.stderr.write(f"linli: {error}\n")
        return 1
    return 0


def _run(arguments: Sequence[str], environment: MutableMapping[str, str], signals: StopSignals) -> None:
    """Open the home, start everything in order, watch; whatever happens, stop everything in order."""
    address = chosen_address(arguments, environment)
    home = folders.open_home(folders.data_folder(environment), pause=signals.pause)
    supervisor = Supervisor(signals.pause)
    try:
        with listen(address) as listening:
            home.lock.sign(address.visit.url)
            for service in _missing_servers(home, environment):
                _say(f"Starting {service.name} …")
                supervisor.start(service)
            _complete(environment, home, address)
            demo_mark = home.data / DEMO_MARK if environment["DEMO"].lower() in TRUE else None
            _say("Preparing the database and the pages …")
            children.run(processes.prepare(environment, demo_mark), home, pause=signals.pause)
            _say("Starting Linli …")
            for service in processes.services(home, environment, listening, address.visit):
                supervisor.start(service)
            _greet(home, address.visit, demo=demo_mark is not None)
            supervisor.watch()
    finally:
        supervisor.stop(STOP_ORDER)
        home.close()


def _missing_servers(home: Home, environment: MutableMapping[str, str]) -> Iterator[Service]:
    """The servers that the environment does not name; their addresses and the demo belong to it from now on."""
    own_database, own_broker = environment.get("DATABASE_URL"), environment.get("REDIS_URL")
    if own_database and own_broker:
        return
    programs = binaries.binaries_for(home)
    if home.servers != home.data:
        _say(f"{home.data} is closed to the user {home.account and home.account.name}: the data are in {home.servers}")
    if not own_database:
        if not home.database.exists():
            for mark in home.data.glob(f"{DEMO_MARK}*"):
                mark.unlink()
        environment["DATABASE_URL"] = postgres.url(home)
        environment.setdefault("DEMO", "true")
        yield postgres.service(home, programs)
    if not own_broker:
        environment["REDIS_URL"] = valkey.url(home)
        yield valkey.service(home, programs)


def _complete(environment: MutableMapping[str, str], home: Home, address: Address) -> None:
    """Add what the settings of our processes need and the environment does not say."""
    chosen = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LINLI_DATA": str(home.data),
        "DEBUG": "false",
        "DEMO": "false",
        "ALLOWED_HOSTS": ",".join(address.names),
        "PUBLIC_URL": address.visit.url,
        "PYTHONUNBUFFERED": "1",
    }
    for name, value in chosen.items():
        environment.setdefault(name, value)
    if not environment.get("SECRET_KEY"):
        environment["SECRET_KEY"] = home.secret(defaults.SECRET_KEY)


def _greet(home: Home, address: Address, *, demo: bool) -> None:
    logins = f" · demo logins: {processes.DEMO_LOGINS}" if demo else ""
    _say(f"Linli runs at {address.url}{logins} · logs: {home.logs} · Ctrl-C stops it")


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()
