"""Who changed what, who may log in, and the tokens programs use in a person's name."""

from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import SignedInRequest, admin_only, money_reader, roles
from core.changes import SHOWN, changes, tracked
from core.enums import Role
from core.forms import TokenForm, UserForm
from core.http import render_page, say
from core.models import ApiToken, User

token_holder = roles(Role.OPERATOR, Role.ADMIN)


@require_safe
@money_reader
def history(request: SignedInRequest) -> HttpResponse:
    """Every change of a tracked row, newest first, by kind of thing."""
    tables = tracked()
    label = request.GET.get("of", "")
    label = label if label in tables else ""
    found = changes(label=label, after=request.GET.get("after", ""), limit=SHOWN + 1)
    page = reverse("core:history")
    older = {"of": label, "after": found[SHOWN - 1].cursor} if len(found) > SHOWN else {}
    kinds = [(name, model.pgh_tracked_model._meta.verbose_name) for name, model in tables.items()]  # type: ignore[attr-defined]
    context = {
        "changes": found[:SHOWN],
        "kinds": kinds,
        "chosen": label,
        "next_url": f"{page}?{urlencode(older)}" if older else "",
    }
    return render_page(request, "core/history.html", context, fragment="list")


@require_safe
@admin_only
def user_list(request: SignedInRequest) -> HttpResponse:
    """Everybody with a login."""
    users = User.objects.order_by("-is_active", "role", "name")
    return render_page(request, "core/user_list.html", {"users": users})


@require_http_methods(["GET", "HEAD", "POST"])
@admin_only
def user_create(request: SignedInRequest) -> HttpResponse:
    """Give somebody a login; the password is set on the next page."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        user.set_unusable_password()
        user.save()
        return redirect("core:user_password", user.pk)
    return render_page(request, "core/user_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_only
def user_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change name and role, or switch a login off. Nobody switches their own off."""
    user = get_object_or_404(User, pk=pk)
    form = UserForm(request.POST or None, instance=user, own=user == request.user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user.save(update_fields=form.changed_fields())
            if {"role", "is_active"} & set(form.changed_data):
                ApiToken.objects.filter(user=user).delete()  # They were given for what this person might do then.
        say(request, _("Saved."))
        return redirect("core:user_list")
    context = {"form": form, "person": user}
    return render_page(request, "core/user_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_only
def user_password(request: SignedInRequest, pk: int) -> HttpResponse:
    """Set a first or a new password for somebody."""
    user = get_object_or_404(User, pk=pk)
    form = SetPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        say(request, _("The password is set. Tell it to them in person."))
        return redirect("core:user_list")
    context = {"form": form, "person": user}
    return render_page(request, "core/user_password.html", context, status=422 if form.errors else 200)


@require_safe
@token_holder
def token_list(request: SignedInRequest) -> HttpResponse:
    """The programs that may act in my name."""
    return show_tokens(request)


@require_POST
@token_holder
def token_create(request: SignedInRequest) -> HttpResponse:
    """A new token; it is shown this once and kept only as a hash."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return show_tokens(request, form)
    _row, secret = ApiToken.objects.create(user=request.user, scope=form.cleaned_data["scope"])
    return show_tokens(request, secret=secret)


@require_POST
@token_holder
def token_revoke(request: SignedInRequest, key: str) -> HttpResponse:
    """End a token at once."""
    get_object_or_404(ApiToken, user=request.user, token_key=key).delete()
    say(request, _("The token is revoked; programs that use it are refused from now on."))
    return redirect("core:token_list")


def show_tokens(request: SignedInRequest, refused: TokenForm | None = None, *, secret: str = "") -> HttpResponse:
    context = {
        "tokens": ApiToken.objects.filter(user=request.user).order_by("-created"),
        "form": refused or TokenForm(),
        "secret": secret,
        "days": settings.TOKEN_DAYS,
    }
    response = render_page(request, "core/token_list.html", context, status=422 if refused else 200)
    response["Cache-Control"] = "no-store"
    return response
