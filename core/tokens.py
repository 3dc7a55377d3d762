"""The tokens programs show: whose name they act in, and what they were given for."""

from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from core.enums import TokenScope
from core.models import ApiToken, User


class ScopedTokenAuthentication(TokenAuthentication):
    """Lets a program in that shows a token, and no further than the token goes, whatever the door asks for itself."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        found: tuple[User, ApiToken] | None = super().authenticate(request)  # type: ignore[no-untyped-call]
        if found and found[1].scope != TokenScope.WRITE and request.method not in SAFE_METHODS:
            raise PermissionDenied(
                _("This token may only read. Nothing was saved; use one that may also write."), code="token_only_reads"
            )
        return found
