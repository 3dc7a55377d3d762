from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, to_locale

from core.navigation import Section, frame_for, navigation_for, palette_url_for, waiting_for

THEMES = ("auto", "light", "dark")


def shell(request: HttpRequest) -> dict[str, object]:
    """What every page's frame needs: language, theme (from its cookie, so nothing flashes), palette and navigation."""
    theme = request.COOKIES.get("theme", "auto")
    user = getattr(request, "user", None)
    role = getattr(user, "role", "")
    return {
        "html_lang": to_locale(get_language() or settings.LANGUAGE_CODE).replace("_", "-"),
        "theme": theme if theme in THEMES else "auto",
        "demo": settings.DEMO,
        "frame": frame_for(role),
        "palette_url": palette_url_for(role),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
    }


def _navigation(request: HttpRequest) -> list[Section]:
    """Asked for only where a frame shows it, so a fragment does not pay for the counts."""
    user = request.user
    return navigation_for(user.role, request.path, waiting_for(user, timezone.now())) if user.is_authenticated else []
