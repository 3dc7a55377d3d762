"""State machines over the services: what every one of them needs."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis.stateful import RuleBasedStateMachine

from core.errors import DomainError


class Machine(RuleBasedStateMachine):
    """An example is one transaction that is taken back; `now` moves on with every thing somebody tries."""

    now: datetime
    told: Counter[str] = Counter()
    """How often what was done or refused, over all examples of all machines."""

    def begin(self) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is checked at a commit is checked at once

    def at_the_end(self) -> None:
        """What has to hold when nobody does anything any more."""

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            try:
                self.at_the_end()
            finally:
                transaction.set_rollback(True)
                self.undo.__exit__(None, None, None)

    @contextmanager
    def expecting(self, what: str, *, accepted: bool, unless: tuple[type[DomainError], ...] = ()) -> Iterator[None]:
        """Refuse when it should and only then; a refusal leaves everything as it was, which the invariants look at.

        `unless` are refusals for reasons the model does not know; they are raised.
        """
        self.now += timedelta(seconds=1)
        refused = ""
        try:
            with transaction.atomic():
                yield
        except unless as refusal:
            self.note(f"{what} refused: {type(refusal).__name__}")
            raise
        except DomainError as refusal:
            refused = str(refusal)
        assert bool(refused) != accepted, f"{what} was {f'refused: {refused}' if refused else 'let through'}"
        self.note(f"{what} refused" if refused else what)

    def note(self, what: str) -> None:
        event(what)
        self.told[what] += 1


def quick(examples: int, steps: int) -> settings:
    """So many stories of so many steps; a failing one is not made shorter (with Phase.shrink it is, after minutes)."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
