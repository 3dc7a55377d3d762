"""From a constraint the database refused to break to the sentence a person can act on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from core.errors import DomainError


def violated(error: IntegrityError) -> str:
    """The name of the constraint that was violated; empty when the driver does not say."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


@contextmanager
def refusing(refusals: Mapping[str, DomainError]) -> Iterator[None]:
    """Run a block atomically; a violated constraint named in `refusals` is raised as its DomainError."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = refusals.get(violated(error))
        if refusal is None:
            raise
        # The same refusal may be raised again and again; its earlier tracebacks would pile up.
        raise refusal.with_traceback(None) from error
