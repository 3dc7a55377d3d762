from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from content import services
from content.enums import PieceState
from content.forms import PieceForm, PublicationForm
from content.models import Piece
from content.queries import with_clicks
from core.access import SignedInRequest, operator_or_admin
from core.http import render_page, say
from core.paging import page_by_key

WRITTEN = ("title", "ip", "campaign", "head", "waist", "legs")


@require_safe
@operator_or_admin
def piece_list(request: SignedInRequest) -> HttpResponse:
    """What there is to say, newest first, by how far it has come."""
    pieces = Piece.objects.visible_to(request.user).select_related("ip", "campaign")
    state = request.GET.get("state", "")
    if state in PieceState.values:
        pieces = pieces.filter(state=state)
    page = page_by_key(pieces, by="-pk", after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {"page": page, "state": state, "states": [("", _("All")), *PieceState.choices]}
    return render_page(request, "content/piece_list.html", context, fragment="list")


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def piece_create(request: SignedInRequest) -> HttpResponse:
    form = PieceForm(request.POST or None, user=request.user, initial={"ip": request.GET.get("ip")})
    if form.is_valid():
        piece = services.create_piece(**form.cleaned_data, by=request.user, now=now())
        say(request, _("Saved."))
        return redirect("content:piece_detail", piece.pk)
    return render(request, "content/piece_create.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def piece_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One piece: written, looked at as it will be read, moved on, published."""
    pieces = Piece.objects.visible_to(request.user).select_related("ip", "campaign")
    piece = get_object_or_404(pieces, pk=pk)
    form = PieceForm(
        request.POST or None, user=request.user, piece=piece, initial={name: getattr(piece, name) for name in WRITTEN}
    )
    if form.is_valid():
        services.change_piece(piece=piece, **form.cleaned_data, by=request.user, now=now())
        say(request, _("Saved."))
        return redirect("content:piece_detail", piece.pk)
    context = {
        "piece": piece,
        "form": form,
        "states": [(state.value, state.label, state == piece.state) for state in PieceState],
        "publish_form": PublicationForm(
            user=request.user, initial={"piece": piece, "day": localdate(), "campaign": piece.campaign_id}
        ),
        "publications": with_clicks(piece.publications.select_related("group")).order_by("-day", "-pk")[:20],
    }
    return render(request, "content/piece_detail.html", context, status=422 if form.is_bound else 200)


@require_POST
@operator_or_admin
def piece_move(request: SignedInRequest, pk: int) -> HttpResponse:
    piece = get_object_or_404(Piece.objects.visible_to(request.user), pk=pk)
    state = request.POST.get("state", "")
    if state not in PieceState.values:
        return HttpResponse(_("There is no such state. Nothing was moved."), status=422)
    services.move_piece(piece=piece, state=state, by=request.user, now=now())
    say(request, _("%(name)s: %(status)s") % {"name": piece.title, "status": PieceState(state).label})
    return redirect("content:piece_detail", piece.pk)
