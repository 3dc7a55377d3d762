"""The catalogue: what can be offered, with how people write it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access import SignedInRequest, operator_only, operator_or_admin
from core.http import render_page, say
from core.paging import page_by_key
from orders.forms import ProductFilterForm, ProductForm
from orders.models import Product
from orders.queries import products_matching


@require_safe
@operator_or_admin
def product_list(request: SignedInRequest) -> HttpResponse:
    """The catalogue by name: searched by name, pinyin or what it is also written as, or one supplier's goods."""
    retired = request.GET.get("state") == "retired"
    filters = ProductFilterForm(request.GET, user=request.user)
    products = Product.objects.visible_to(request.user).filter(active=not retired, **filters.conditions())
    after, before = (request.GET.get(cursor, "") for cursor in ("after", "before"))
    context = {
        "page": page_by_key(
            products_matching(products.select_related("supplier"), request.GET.get("q", "")),
            by="pinyin",
            after=after,
            before=before,
        ),
        "filters": filters,
        "text": request.GET.get("q", ""),
        "retired": retired,
        "views": [(_("In the catalogue"), "", not retired), (_("Retired"), "retired", retired)],
    }
    return render_page(request, "orders/product_list.html", context, fragment="list")


@require_http_methods(["GET", "HEAD", "POST"])
@operator_only
def product_create(request: SignedInRequest) -> HttpResponse:
    return product_page(request, ProductForm(request.POST or None, request.FILES or None, user=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@operator_only
def product_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a product. Campaigns that offer it already keep what they froze."""
    product = get_object_or_404(Product.objects.visible_to(request.user), pk=pk)
    return product_page(
        request, ProductForm(request.POST or None, request.FILES or None, instance=product, user=request.user)
    )


def product_page(request: SignedInRequest, form: ProductForm) -> HttpResponse:
    """A new or a known product."""
    known = Product.objects.filter(pk=form.instance.pk).first()
    if form.is_valid():
        product = form.save()
        say(request, _("“%(product)s” is saved.") % {"product": product.name})
        return redirect("orders:product_list")
    context = {"form": form, "product": known}
    return render_page(request, "orders/product_form.html", context, status=422 if form.errors else 200)
