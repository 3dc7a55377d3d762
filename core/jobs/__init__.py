"""Work that outlasts a request: PostgreSQL remembers it, Celery only carries wake-ups.

An app writes a job's row with `enqueue` in the transaction of what it is about (queue), declares what doing it means
with `@job` in its `jobs.py` (registry) and, when the clock starts it, a `schedule`. `manage.py beat` writes the rows of
the clock (beat), `manage.py relay` wakes the workers (relay), and they claim and do (worker). Why it is built so:
docs/decisions/006-postgresql-remembers-celery-carries.md.
"""

from core.jobs.queue import enqueue
from core.jobs.registry import Work, job
from core.jobs.schedule import daily, every
from core.jobs.worker import drain_all

__all__ = ["Work", "daily", "drain_all", "enqueue", "every", "job"]
