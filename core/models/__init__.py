from core.models.api_token import ApiToken
from core.models.context import ChangeContext
from core.models.export import Export, ExportPart
from core.models.idempotency import IdempotencyKey
from core.models.job import Job, Shard
from core.models.named import Named, Spelled
from core.models.picture import Picture
from core.models.request_count import RequestCount
from core.models.saved_view import SavedView
from core.models.user import User

__all__ = [
    "ApiToken",
    "ChangeContext",
    "Export",
    "ExportPart",
    "IdempotencyKey",
    "Job",
    "Named",
    "Picture",
    "RequestCount",
    "SavedView",
    "Shard",
    "Spelled",
    "User",
]
