"""Where wake-ups travel. `REDIS_URL` is written as Celery reads it, or as other clients write a unix socket.

Nothing here needs Django: the courier reads it before the apps are loaded.
"""

DRAIN = "core.jobs.drain"
"""The one task there is: do what waits. It carries nothing, so losing or doubling it does no harm."""
QUEUE = "jobs"


def celery_url(url: str) -> str:
    """`unix:///path?db=1` → `redis+socket:///path?virtual_host=1`; everything else as it is."""
    if not url.startswith("unix://"):
        return url
    return url.replace("unix://", "redis+socket://", 1).replace("db=", "virtual_host=")
