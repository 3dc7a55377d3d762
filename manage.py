#!/usr/bin/env python
"""Django's command line for Linli, and `up`, which starts the servers that the settings need."""

import os
import sys

from django.core.management import execute_from_command_line

from config.embedded import up

if __name__ == "__main__":
    if sys.argv[1:2] == ["up"]:
        sys.exit(up.main(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(sys.argv)
