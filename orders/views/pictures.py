"""Pictures of products, for everybody who sees a page they stand on."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.pictures import FOR_EVER, picture_answer
from orders.models import Product


@require_safe
def product_picture(request: HttpRequest, digest: str, size: str) -> HttpResponse:
    """The picture of a product. Its address is what it shows: nobody guesses it, and a browser keeps it for ever."""
    if not Product.objects.filter(picture=digest).exists():
        raise Http404
    return picture_answer(request, digest, size, cached=FOR_EVER)
