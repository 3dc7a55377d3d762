from celery import shared_task

from core.broker import DRAIN
from core.jobs.worker import drain as drain_shards


@shared_task(name=DRAIN)  # type: ignore[untyped-decorator]
def drain() -> None:
    """Do what waits."""
    drain_shards()
