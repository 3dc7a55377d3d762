"""Who leads a group beside its leader, and for which share."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from community import services
from community.forms import EndAssignmentForm, ShareForm
from community.models import CoLeader, Group
from community.views.groups import group_page
from core.access import SignedInRequest, operator_or_admin
from core.errors import DomainError
from core.http import say


@require_POST
@operator_or_admin
def share_give(request: SignedInRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(Group.objects.visible_to(request.user), pk=pk)
    form = ShareForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            services.give_share(group=group, **form.cleaned_data, by=request.user)
        except services.AssignmentEndsBeforeItBegins as error:
            form.add_error("last_day", str(error))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            told = {"member": form.cleaned_data["member"].name, "group": group.name}
            say(request, _("%(member)s leads %(group)s too.") % told)
            return redirect("community:group_detail", group.pk)
    return group_page(request, pk, shares=form)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def share_end(request: SignedInRequest, pk: int) -> HttpResponse:
    shares = CoLeader.objects.visible_to(request.user).select_related("group", "member")
    share = get_object_or_404(shares, pk=pk)
    form = EndAssignmentForm(request.POST or None, initial={"last_day": share.last_day or localdate()})
    if form.is_valid():
        try:
            services.end_share(share=share, last_day=form.cleaned_data["last_day"], by=request.user)
        except DomainError as error:
            form.add_error("last_day", str(error))
        else:
            say(request, _("Saved."))
            return redirect("community:group_detail", share.group_id)
    return render(
        request, "community/share_end.html", {"share": share, "form": form}, status=422 if form.is_bound else 200
    )
