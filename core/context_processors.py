from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, object]:
    """What every page's frame needs: theme from its cookie (no flash), whether this is a demonstration."""
    theme = request.COOKIES.get("theme", "auto")
    return {"theme": theme if theme in {"light", "dark", "auto"} else "auto", "demo": settings.DEMO}
