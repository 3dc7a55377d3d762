import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand

from core.jobs.beat import Beat


class Command(BaseCommand):
    help = "Writes down the jobs whose time has come. Several at once do no harm. Ctrl-C or SIGTERM ends it."

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        signal.signal(signal.SIGINT, lambda *_: sys.exit())
        Beat().run()
