"""The project's settings, on servers of the test run's own where the environment names none."""

from core import catalogues
from tests import servers

servers.name_addresses()
catalogues.compile_stale()  # before anybody reads one: pages speak Chinese in tests as they do in an installation

from config.settings import *  # noqa: E402,F403 -- all of them, read after the addresses are in the environment
