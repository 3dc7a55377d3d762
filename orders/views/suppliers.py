"""供应商: whom the house buys from."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access import SignedInRequest, operator_only, operator_or_admin
from core.http import render_page, say
from core.paging import page_by_key
from orders.forms import SupplierForm
from orders.models import Supplier
from orders.queries import suppliers_matching, with_goods_count


@require_safe
@operator_or_admin
def supplier_list(request: SignedInRequest) -> HttpResponse:
    """Suppliers by name: searched by name, pinyin or contact."""
    retired = request.GET.get("state") == "retired"
    suppliers = with_goods_count(Supplier.objects.visible_to(request.user).filter(active=not retired))
    after, before = (request.GET.get(cursor, "") for cursor in ("after", "before"))
    context = {
        "page": page_by_key(
            suppliers_matching(suppliers, request.GET.get("q", "")), by="pinyin", after=after, before=before
        ),
        "text": request.GET.get("q", ""),
        "retired": retired,
        "views": [(_("Bought from"), "", not retired), (_("Former"), "retired", retired)],
    }
    return render_page(request, "orders/supplier_list.html", context, fragment="list")


@require_http_methods(["GET", "HEAD", "POST"])
@operator_only
def supplier_create(request: SignedInRequest) -> HttpResponse:
    return supplier_page(request, SupplierForm(request.POST or None))


@require_http_methods(["GET", "HEAD", "POST"])
@operator_only
def supplier_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a supplier; lists that name them show the new phone, the goods stay theirs."""
    supplier = get_object_or_404(Supplier.objects.visible_to(request.user), pk=pk)
    return supplier_page(request, SupplierForm(request.POST or None, instance=supplier))


def supplier_page(request: SignedInRequest, form: SupplierForm) -> HttpResponse:
    """A new or a known supplier."""
    known = Supplier.objects.filter(pk=form.instance.pk).first()
    if form.is_valid():
        supplier = form.save()
        say(request, _("“%(supplier)s” is saved.") % {"supplier": supplier.name})
        return redirect("orders:supplier_list")
    context = {"form": form, "supplier": known}
    return render_page(request, "orders/supplier_form.html", context, status=422 if form.errors else 200)
