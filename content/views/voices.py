from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from content import services
from content.forms import IPForm
from content.models import IP
from core.access import SignedInRequest, operator_or_admin
from core.http import render_page, say
from core.paging import page_by_key


@require_safe
@operator_or_admin
def ip_list(request: SignedInRequest) -> HttpResponse:
    """The voices people come to know, and how much each has to say."""
    voices = IP.objects.visible_to(request.user).select_related("person").annotate(piece_count=Count("pieces"))
    page = page_by_key(voices, by="pinyin", after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    return render_page(request, "content/ip_list.html", {"page": page}, fragment="list")


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def ip_create(request: SignedInRequest) -> HttpResponse:
    form = IPForm(request.POST or None, user=request.user)
    if form.is_valid():
        ip = services.create_ip(**form.cleaned_data, by=request.user, now=now())
        say(request, _("%(name)s has a voice. Give it something to say.") % {"name": ip.name})
        return redirect("content:ip_list")
    return render(request, "content/ip_create.html", {"form": form}, status=422 if form.is_bound else 200)
