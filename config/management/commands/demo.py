from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from community.models import Member
from config.demo.load import load
from config.demo.remove import remove
from core.errors import DomainError
from orders.models import Order


class Command(BaseCommand):
    """Load the demonstration into an empty house, or take it away."""

    help = "Loads demonstration data, or removes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["load", "remove"])

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        begun = monotonic()
        try:
            if action == "load":
                load(now=timezone.now())
                said = f"Demo data: {Member.objects.count()} members, {Order.objects.count()} orders"
            else:
                said = f"Demo data removed from {remove()} tables"
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{said} ({monotonic() - begun:.1f} s).")
