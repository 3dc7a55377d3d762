"""The courier: `celery -A config.celery worker`. What is to be done stands in PostgreSQL (core/jobs)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings  # noqa: E402 -- after the settings' name is known

from core.broker import QUEUE, celery_url  # noqa: E402

PATIENCE = 2
"""Seconds a broker gets to answer."""

app = Celery("linli")
app.conf.update(
    broker_url=celery_url(settings.REDIS_URL),
    broker_transport_options={"socket_timeout": PATIENCE + 3, "socket_connect_timeout": PATIENCE},
    broker_connection_timeout=PATIENCE,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_default_queue=QUEUE,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_concurrency=settings.JOB_WORKERS,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    timezone=settings.TIME_ZONE,
)
app.autodiscover_tasks()
