"""The products of a file: read beside the catalogue, taken in, and taken back for half an hour."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from core.models import User
from core.rules.pinyin import index_of
from core.violations import refusing
from orders.enums import ImportState
from orders.models import UNDO_WITHIN, Import, ImportedProduct, Product, Supplier
from orders.rules.imports.outcome import Standing
from orders.rules.imports.products import ReadProduct, Values, read_products
from orders.services.import_orders import NothingToTake
from orders.services.importing import NoDraft, locked_draft
from orders.services.undoing import TooLateToUndo

PLAIN = (
    "name",
    "spec",
    "unit",
    "category",
    "aliases",
    "code",
    "cost_fen",
    "price_fen",
    "counted",
    "weighed",
    "pack_name",
)
CHANGED = [*PLAIN, "pack_size", "supplier", "pinyin", "active"]


def read_products_of(brought_in: Import) -> list[ReadProduct]:
    """The file's rows as they read beside the catalogue now. Changes nothing."""
    catalogue = {
        (product.name, product.spec): (product.pk, values_of(product))
        for product in Product.objects.filter(active=True).select_related("supplier")
    }
    suppliers = set(Supplier.objects.filter(active=True).values_list("name", flat=True))
    # A product's supplier that is bought from no more is no new one.
    suppliers |= {str(values["supplier"]) for _pk, values in catalogue.values()}
    return read_products(brought_in.rows, brought_in.columns, catalogue=catalogue, suppliers=suppliers)


def values_of(product: Product) -> Values:
    size = product.pack_size
    values: Values = {name: getattr(product, name) for name in PLAIN}
    values["pack_size"] = None if size is None else f"{size.normalize():f}"
    return values | {"supplier": product.supplier.name if product.supplier else ""}


@transaction.atomic
def confirm_products(*, brought_in: Import, with_doubtful: bool, by: User, now: datetime) -> Import:
    """Take a draft's products in: new ones, and what differs of known ones, in a fixed number of statements.

    Campaigns that offer one already keep what they froze. Raises NoDraft, NothingToTake; then nothing was saved.
    """
    brought_in = locked_draft(brought_in)
    known = list(Product.objects.select_for_update(of=("self",)).filter(active=True).order_by("pk"))
    read = read_products_of(brought_in)
    takes = {Standing.GOOD, Standing.DOUBTFUL} if with_doubtful else {Standing.GOOD}
    kept = [one for one in read if one.standing in takes]
    if not kept:
        raise NothingToTake(_("No row of this file can be taken in as it is."))
    twice = NoDraft(_("The catalogue has just changed. Look at the rows once more, then confirm again."))
    with (
        pghistory.context(user=by.pk),
        refusing({"product_is_in_the_catalogue_once": twice, "supplier_is_known_once": twice}),
    ):
        suppliers = take_in_suppliers(kept)
        products = {product.pk: product for product in known}
        old = [products[one.product_id] for one in kept if one.product_id]
        for one in kept:
            if one.product_id:
                write(products[one.product_id], one.values, suppliers)
        Product.objects.bulk_update(old, CHANGED, batch_size=500)
        new = [one for one in kept if not one.product_id]
        made = Product.objects.bulk_create([write(Product(), one.values, suppliers) for one in new])
    pairs = [*zip(new, made, strict=True), *((one, products[one.product_id]) for one in kept if one.product_id)]
    ImportedProduct.objects.bulk_create(
        ImportedProduct(brought_in=brought_in, product=product, before=one.before, after=one.values)
        for one, product in pairs
    )
    waiting = [one for one in read if one.standing not in takes and one.standing is not Standing.ASIDE]
    brought_in.outcome = {
        "rows": len(kept),
        "new": len(made),
        "changed": len(old),
        "aside": sum(1 for one in read if one.standing is Standing.ASIDE),
        "bad": [{"row": one.row, "remarks": [[r.why, r.words] for r in one.remarks]} for one in waiting],
    }
    brought_in.state, brought_in.applied_at = ImportState.APPLIED, now
    brought_in.save(update_fields=["state", "applied_at", "outcome"])
    return brought_in


def take_in_suppliers(kept: Sequence[ReadProduct]) -> dict[str, Supplier]:
    """The suppliers the rows name, by name; those nobody knew are noted."""
    named = dict.fromkeys(str(one.values["supplier"]) for one in kept if one.values["supplier"])
    # One that is bought from comes last, and wins.
    known = {one.name: one for one in Supplier.objects.filter(name__in=named).order_by("active", "pk")}
    new = Supplier.objects.bulk_create(Supplier(name=n, pinyin=index_of(n)[:400]) for n in named if n not in known)
    return known | {one.name: one for one in new}


def write(product: Product, values: Values, suppliers: dict[str, Supplier]) -> Product:
    for name in PLAIN:
        setattr(product, name, values[name])
    product.pinyin = index_of(product.name)[:400]
    product.pack_size = Decimal(str(values["pack_size"])) if values["pack_size"] else None
    product.supplier = suppliers.get(str(values["supplier"]))
    return product


@transaction.atomic
def undo_products(*, brought_in: Import, by: User, now: datetime) -> int:
    """Give the catalogue back what it had before, within half an hour; what was new is retired, and suppliers stay.

    Answers how many products stay as they are, because somebody has changed them since. Raises NoDraft, TooLateToUndo.
    """
    brought_in = Import.objects.select_for_update().get(pk=brought_in.pk)
    if brought_in.state != ImportState.APPLIED or brought_in.applied_at is None:
        raise NoDraft(_("There is nothing to undo: this file is not taken in."))
    if now - brought_in.applied_at > UNDO_WITHIN:
        raise TooLateToUndo(_("An import can be undone for 30 minutes. Correct the products one by one instead."))
    entries = {entry.product_id: entry for entry in brought_in.products.all()}
    products = Product.objects.select_for_update(of=("self",)).filter(pk__in=entries).select_related("supplier")
    as_left = [one for one in products.order_by("pk") if one.active and values_of(one) == entries[one.pk].after]
    earlier = {str(before["supplier"]) for one in as_left if (before := entries[one.pk].before)}
    suppliers = {one.name: one for one in Supplier.objects.filter(name__in=earlier).order_by("active", "pk")}
    for product in as_left:
        before = entries[product.pk].before
        if before is None:
            product.active = False
        else:
            write(product, before, suppliers)
    with pghistory.context(user=by.pk):
        Product.objects.bulk_update(as_left, CHANGED, batch_size=500)
    brought_in.state, brought_in.undone_at = ImportState.UNDONE, now
    brought_in.save(update_fields=["state", "undone_at"])
    return len(entries) - len(as_left)
