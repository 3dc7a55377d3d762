from django import template
from django.utils.functional import Promise

from core.jobs.registry import title_of

register = template.Library()


@register.filter
def kind_title(name: str) -> str | Promise:
    """What people call a kind of job."""
    return title_of(name)
