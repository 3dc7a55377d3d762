import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.invariants import Finding, check


class Command(BaseCommand):
    help = "Checks what must always hold of the data. Exit code 1 and the list of what is broken when something is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check()
        self.stdout.write(json.dumps([asdict(one) for one in findings]) if options["json"] else table_of(findings))
        broken = sum(finding.count > 0 for finding in findings)
        if broken:
            raise CommandError(f"{broken} of {len(findings)} invariants are broken")


def table_of(findings: list[Finding]) -> str:
    """A line for each invariant, and under it what breaks it."""
    lines = []
    for finding in findings:
        lines.append(f"{'ok' if not finding.count else 'BROKEN':<8}{finding.count:>6}  {finding.title}")
        lines += [f"{'':16}{example}" for example in finding.examples]
    return "\n".join(lines)
