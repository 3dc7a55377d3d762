"""The project's settings, on servers of the test run's own where the environment names none."""

from tests import servers

servers.name_addresses()

from config.settings import *  # noqa: E402,F403 -- all of them, read after the addresses are in the environment
