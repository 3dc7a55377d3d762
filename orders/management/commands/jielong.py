"""Reads a chain from stdin and prints what was understood as JSON: for support and tests. Needs no database."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from orders.rules.jielong import MessageUnreadable, Offer, Options, PlusOne, TextTooLong, parse
from orders.rules.jielong.contract import OffersUnreadable, as_values, read_offers
from orders.wording import unreadable

_WRONG_INPUT = 2


class Command(BaseCommand):
    help = "Read a 接龙 text from stdin and print orders, changes and skipped lines as JSON."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--offers", required=True, metavar="FILE.json", help="the campaign's offers")
        parser.add_argument(
            "--plus-one",
            default=PlusOne.ADD.value,
            choices=[meaning.value for meaning in PlusOne],
            help="what +1 means",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        offers = _offers_in(Path(options["offers"]))
        text = _text_on_stdin()
        try:
            parsed = parse(text, offers, Options(plus_one=PlusOne(options["plus_one"])))
        except (TextTooLong, MessageUnreadable) as error:
            raise CommandError(unreadable(error), returncode=_WRONG_INPUT) from error
        self.stdout.write(json.dumps(as_values(parsed), ensure_ascii=False, indent=2))


def _offers_in(path: Path) -> tuple[Offer, ...]:
    try:
        return read_offers(json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        message = _("The offers file %(file)s cannot be read: %(reason)s.") % {"file": path, "reason": error.strerror}
    except UnicodeDecodeError:
        message = _("The offers file %(file)s is not UTF-8 text.") % {"file": path}
    except (json.JSONDecodeError, RecursionError):
        message = _("The offers file %(file)s is not JSON.") % {"file": path}
    except OffersUnreadable as error:
        message = str(error)
    raise CommandError(message, returncode=_WRONG_INPUT)


def _text_on_stdin() -> str:
    if sys.stdin is None:
        raise CommandError(_("There is no text on stdin: it is closed."), returncode=_WRONG_INPUT)
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(_("The text on stdin is not UTF-8."), returncode=_WRONG_INPUT) from error
