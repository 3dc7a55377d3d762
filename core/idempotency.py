"""A write asked for twice is done once: the answer is kept in the same transaction as the effect.

Kept before the effect, a crash would leave the key locked; kept after it, the write would be done again.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.models import IdempotencyKey, User


class KeyUsedForAnotherRequest(DomainError):
    """The key already stands for a different request; answered with 422."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a write: HTTP status and JSON body; `repeated` when it was done by an earlier request."""

    status: int
    body: Any
    repeated: bool


def request_hash(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same request."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()


@transaction.atomic
def answer_once(*, user: User, key: str, request_hash: str, write: Callable[[], tuple[int, Any]]) -> Answer:
    """Do `write` (HTTP status and JSON body) the first time this user sends `key`, later give the same answer again.

    A request that comes while the first is still at work waits for it. When `write` raises, nothing is kept and the key
    is free. Raises KeyUsedForAnotherRequest when the key came with another request before.
    """
    if not _is_new(user, key, request_hash):
        kept = IdempotencyKey.objects.get(user=user, key=key)
        if kept.request_hash != request_hash:
            raise KeyUsedForAnotherRequest(
                _("This Idempotency-Key was already used for a different request. Use a new key for a new request.")
            )
        return Answer(kept.status, kept.body, repeated=True)
    status, body = write()
    IdempotencyKey.objects.filter(user=user, key=key).update(status=status, body=body)
    return Answer(status, json.loads(json.dumps(body)), repeated=False)


def _is_new(user: User, key: str, request_hash: str) -> bool:
    """Put the key down; an uncommitted one of another request is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_idempotencykey (user_id, key, request_hash, status, body) VALUES (%s, %s, %s, 0, '{}')
            ON CONFLICT (user_id, key) DO NOTHING
            """,
            [user.pk, key, request_hash],
        )
        return bool(cursor.rowcount)
