from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from content import services
from content.models import Publication
from core.links import is_opened_by_a_person


@require_safe
@never_cache
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """A short link: count a person's click, lead to the campaign. Public; sets no cookie, keeps nothing of who came.

    HEAD, link previews, crawlers and prefetching browsers are led on without being counted.
    """
    code = code.lower()
    if is_opened_by_a_person(request):
        found = services.count_click(code=code, now=now())
    else:
        led = Publication.objects.filter(code=code).values_list("campaign__code", "group_id").first()
        found = led and services.Destination(*led)
    if found is None:
        # Nothing on that page is sent back: without a CSRF token it sets no cookie either.
        return render(request, "content/link_unknown.html", {"csrf_token": ""}, status=404)
    campaign, group = found
    return redirect(
        f"{reverse('orders:public_campaign', args=[campaign])}?{urlencode({'via': code, 'group': str(group)})}"
    )
