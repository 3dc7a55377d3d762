from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from insights.services import rebuild, roll_up


class Command(BaseCommand):
    help = "Count the sales facts that are new since the last time into the roll-ups. Running it twice adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="forget the roll-ups and count all facts anew")

    def handle(self, *args: Any, rebuild: bool, **options: Any) -> None:
        counted = (rebuild_all if rebuild else roll_up)(now=timezone.now())
        self.stdout.write(f"{counted.facts} facts counted, up to {counted.fact_id}")


rebuild_all = rebuild
