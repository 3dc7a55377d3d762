import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from referrals.rules.checks import NotCalculable
from referrals.rules.commission import entries, totals
from referrals.rules.reading import read


class Command(BaseCommand):
    """Commission from JSON to JSON, without a database. docs/algorithms/commission.md has the form of both."""

    help = "Calculate commission: a plan and delivered orders as JSON on stdin, entries and totals as JSON on stdout."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if sys.stdin is None:
            raise CommandError("input: stdin is closed", returncode=2)
        try:
            plan, orders = read(sys.stdin.buffer.read())
        except NotCalculable as error:
            raise CommandError(str(error), returncode=2) from error
        told = list(entries(plan, orders))
        answer = {"entries": [entry._asdict() for entry in told], "totals": totals(told)}
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
