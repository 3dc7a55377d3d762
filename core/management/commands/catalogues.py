"""Bring the message catalogues in `locale/` up to the source."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import catalogues


class Command(BaseCommand):
    help = "Gather every message of the source into locale/, take in locale/pending/*.tsv, derive traditional Chinese."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clear", action="store_true", help="empty locale/pending/ of what was taken in")

    def handle(self, *args: Any, clear: bool, **options: Any) -> None:
        catalogues.merge()
        for text in catalogues.untranslated(catalogues.SIMPLIFIED):
            self.stdout.write(f"not translated: {text}")
        if clear:
            for path in (catalogues.LOCALE / "pending").glob("*.tsv"):
                path.unlink()
