import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from core.jobs.relay import Relay


class Command(BaseCommand):
    help = "Wakes the workers when there is something to do. Ctrl-C or SIGTERM ends it; nothing is lost."

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        signal.signal(signal.SIGINT, lambda *_: sys.exit())
        Relay(import_string(settings.CELERY_APP), workers=settings.JOB_WORKERS).run()
