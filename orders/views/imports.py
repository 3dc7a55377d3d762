"""导入: a file becomes orders or products. Upload, name its columns, look at the rows, confirm; undo for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import SignedInRequest, leader_or_operator, operator_only
from core.enums import JobState
from core.errors import DomainError
from core.http import render_page, say
from core.models import User
from core.money import amount_of, format_yuan
from core.spreadsheets import Sheet, xlsx_answer
from orders import services
from orders.enums import ImportKind, ImportState
from orders.forms import ColumnsForm, GoodsAnswersForm, UploadForm
from orders.import_wording import sentences, why_not_taken
from orders.models import Import
from orders.rules.imports.orders import ReadOrder
from orders.rules.imports.outcome import Standing, Why
from orders.rules.imports.products import ReadProduct
from orders.services.importing import REASON
from orders.views.chains import chains_for

UPLOAD, COLUMNS, PREVIEW, DONE = (f"orders/import_{page}.html" for page in ("upload", "columns", "preview", "done"))
STEPS = [gettext_lazy("File"), gettext_lazy("Columns"), gettext_lazy("Check"), gettext_lazy("Done")]
SHOWN = {Standing.BAD: 60, Standing.DOUBTFUL: 40, Standing.ASIDE: 15, Standing.GOOD: 15}
"""Of each kind so many are shown: the page stays small, the workbook of the bad ones has them all."""
ASKED = 30
"""Unknown goods that are asked about at once."""


@require_http_methods(["GET", "HEAD", "POST"])
@leader_or_operator
def order_import(request: SignedInRequest) -> HttpResponse:
    """Bring in a list of orders as another program exports it."""
    chains = {chain.key: chain for chain in chains_for(request.user, timezone.now())}
    choices = [(key, f"{one.campaign.title} · {one.group.name}") for key, one in chains.items()]
    form = UploadForm(
        request.POST or None, request.FILES or None, chains=choices, initial={"chain": request.GET.get("chain")}
    )
    if form.is_valid():
        chain = chains[form.cleaned_data["chain"]]
        return keep_file(request, form, ImportKind.ORDERS, campaign=chain.campaign, group=chain.group)
    return show_upload(request, form, ImportKind.ORDERS, can_start=bool(chains))


@require_http_methods(["GET", "HEAD", "POST"])
@operator_only
def product_import(request: SignedInRequest) -> HttpResponse:
    """Bring in a list of goods for the catalogue."""
    form = UploadForm(request.POST or None, request.FILES or None, chains=None)
    if form.is_valid():
        return keep_file(request, form, ImportKind.PRODUCTS)
    return show_upload(request, form, ImportKind.PRODUCTS)


def keep_file(request: SignedInRequest, form: UploadForm, kind: ImportKind, **where: Any) -> HttpResponse:
    file = form.cleaned_data["file"]
    try:
        brought_in = services.start_import(
            kind=kind, file_name=file.name, data=file.read(), by=request.user, now=timezone.now(), **where
        )
    except DomainError as error:
        form.add_error("file", str(error))
        return show_upload(request, form, kind)
    return redirect("orders:import_columns", brought_in.pk)


def show_upload(
    request: SignedInRequest, form: UploadForm, kind: ImportKind, *, can_start: bool = True
) -> HttpResponse:
    mine = Import.objects.visible_to(request.user).filter(kind=kind, brought_by=request.user)
    recent = (
        mine.exclude(state=ImportState.UNDONE).select_related("campaign", "group").defer("rows").order_by("-pk")[:5]
    )
    context = {
        "form": form,
        "kind": kind,
        "steps": STEPS,
        "recent": recent,
        "can_start": can_start,
        "back": start_of(kind),
    }
    return render_page(request, UPLOAD, context, status=422 if form.errors else 200)


def start_of(kind: str) -> str:
    return reverse("orders:product_list" if kind == ImportKind.PRODUCTS else "orders:order_list")


@require_http_methods(["GET", "HEAD", "POST"])
@leader_or_operator
def import_columns(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say which column is what; remembered for the next file with the same headers."""
    brought_in = visible_import(request.user, pk)
    if brought_in.state != ImportState.DRAFT:
        return redirect("orders:import_detail", pk)
    form = ColumnsForm(request.POST or None, brought_in=brought_in)
    if form.is_valid():
        try:
            services.map_columns(brought_in=brought_in, columns=form.columns(), by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("orders:import_detail", pk)
    context = {"form": form, "brought_in": brought_in, "steps": STEPS, "again": again_of(brought_in)}
    return render_page(request, COLUMNS, context, status=422 if form.errors else 200)


@require_safe
@leader_or_operator
def import_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """How the file reads, bad rows first; later how far it is and what it did."""
    return show_import(request, visible_import(request.user, pk))


@require_POST
@leader_or_operator
def import_goods(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say which offers the unknown goods are."""
    brought_in = visible_import(request.user, pk, kind=ImportKind.ORDERS)
    form = GoodsAnswersForm(request.POST, brought_in=brought_in, shown=request.POST.getlist("text")[:ASKED])
    if not form.is_valid():
        return show_import(request, brought_in, goods_form=form)
    try:
        asked = asked_about(read(brought_in), brought_in)
        answers = {text: answer for text, answer in form.answers().items() if text in asked}
        services.answer_goods(brought_in=brought_in, answers=answers)
    except DomainError as error:
        return show_import(request, brought_in, refusal=str(error))
    return redirect("orders:import_detail", pk)


@require_POST
@leader_or_operator
def import_apply(request: SignedInRequest, pk: int) -> HttpResponse:
    """Confirm: the good rows are taken in, the doubtful ones if they were left ticked."""
    brought_in = visible_import(request.user, pk)
    confirm = services.confirm_products if brought_in.kind == ImportKind.PRODUCTS else services.confirm_orders
    try:
        confirm(
            brought_in=brought_in,
            with_doubtful="with_doubtful" in request.POST,
            by=request.user,
            now=timezone.now(),
        )
    except DomainError as error:
        return show_import(request, visible_import(request.user, pk), refusal=str(error))
    return redirect("orders:import_detail", pk)


@require_POST
@leader_or_operator
def import_undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back what the file put in."""
    brought_in = visible_import(request.user, pk)
    try:
        if brought_in.kind == ImportKind.PRODUCTS:
            stay = services.undo_products(brought_in=brought_in, by=request.user, now=timezone.now())
        else:
            stay = 0
            services.undo_orders(brought_in=brought_in, by=request.user, now=timezone.now())
    except DomainError as error:
        return show_import(request, brought_in, refusal=str(error))
    said = _("The import is undone.")
    if stay:
        said = ngettext(
            "The import is undone. %(n)d product was changed since and stays.",
            "The import is undone. %(n)d products were changed since and stay.",
            stay,
        ) % {"n": stay}
    say(request, said)
    return redirect("orders:import_detail", pk)


@require_safe
@leader_or_operator
def import_bad(request: SignedInRequest, pk: int) -> HttpResponse:
    """The rows that are not taken in, as a workbook with the reason in the last column: correct, bring in again."""
    brought_in = visible_import(request.user, pk)
    if brought_in.state == ImportState.DRAFT:
        why = {
            row: " ".join(sentences(one.remarks))
            for one in read(brought_in)
            if one.standing is Standing.BAD
            for row in rows_of(one)
        }
    else:
        why = {kept["row"]: why_not_taken(kept) for kept in brought_in.outcome.get("bad", [])}
    rows = [[*brought_in.rows[row], why[row]] for row in sorted(why) if row < len(brought_in.rows)]
    if not rows:
        raise Http404
    return xlsx_answer(f"import-{pk}.xlsx", [Sheet(_("To correct"), [*brought_in.header, _(REASON)], rows)])


def visible_import(user: User, pk: int, *, kind: str = "") -> Import:
    found = Import.objects.visible_to(user).select_related("campaign", "group", "job")
    return get_object_or_404(found.filter(kind=kind) if kind else found, pk=pk)


def read(brought_in: Import) -> Sequence[ReadOrder | ReadProduct]:
    if brought_in.kind == ImportKind.PRODUCTS:
        return services.read_products_of(brought_in)
    return services.read_import(brought_in)


def rows_of(one: ReadOrder | ReadProduct) -> tuple[int, ...]:
    return (one.row,) if isinstance(one, ReadProduct) else one.rows


def asked_about(found: Sequence[ReadOrder | ReadProduct], brought_in: Import) -> list[str]:
    """The goods an offer is chosen for: what is not known yet first, then what has been answered."""
    unknown = (text for one in found if isinstance(one, ReadOrder) for text in one.unknown)
    return list(dict.fromkeys([*unknown, *brought_in.answers]))


def again_of(brought_in: Import) -> Import | None:
    """When this very file was taken in before."""
    return services.taken_in_before(brought_in)


@dataclass(frozen=True, slots=True)
class Shown:
    """A row, or the rows of one order, as the page shows it."""

    number: str
    who: str
    door: str
    goods: str
    amount: str
    is_new: bool
    note: str
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one standing: how many there are, and the first of them."""

    rows: int
    entries: int
    shown: list[Shown]

    @property
    def more(self) -> int:
        return self.entries - len(self.shown)


def section(found: Sequence[ReadOrder | ReadProduct], standing: Standing, brought_in: Import) -> Section:
    some = [one for one in found if one.standing is standing]
    offers = {offer.pk: offer for offer in brought_in.campaign.offers.all()} if brought_in.campaign else {}
    return Section(
        sum(len(rows_of(one)) for one in some),
        len(some),
        [
            shown_product(one) if isinstance(one, ReadProduct) else shown_order(one, brought_in, offers)
            for one in some[: SHOWN[standing]]
        ],
    )


def shown_order(one: ReadOrder, brought_in: Import, offers: dict[int, Any]) -> Shown:
    goods = " · ".join(
        f"{offers[o].name} ×{quantity.normalize():f}{offers[o].unit}" for o, quantity in one.quantities.items()
    )
    fen = sum(amount_of(quantity, offers[o].price_fen) for o, quantity in one.quantities.items())
    takes = one.standing in {Standing.GOOD, Standing.DOUBTFUL}
    return Shown(
        number=numbered(one.rows),
        who=one.name,
        door=one.door,
        goods=goods if takes else written(one.rows, brought_in),
        amount=format_yuan(fen) if fen and takes else "",
        is_new=one.member_id is None and takes,
        note=one.note,
        sentences=sentences(one.remarks),
    )


def shown_product(one: ReadProduct) -> Shown:
    values = one.values
    price = values.get("price_fen")
    kept = (values.get("spec"), values.get("unit"), values.get("category"), values.get("supplier"))
    return Shown(
        number=numbered((one.row,)),
        who=str(values.get("name", "")),
        door="",
        goods=" · ".join(str(part) for part in kept if part),
        amount=format_yuan(price) if isinstance(price, int) else "",
        is_new=one.product_id is None and one.standing is not Standing.BAD,
        note="",
        sentences=sentences(one.remarks),
    )


def numbered(rows: tuple[int, ...]) -> str:
    """The rows as people count them in the file below its header: 3, or 3–4."""
    first, last = rows[0] + 1, rows[-1] + 1
    return str(first) if first == last else f"{first}–{last}"


def written(rows: tuple[int, ...], brought_in: Import) -> str:
    """The goods as the file writes them."""
    places = [brought_in.columns[name] for name in ("goods", "spec", "quantity") if name in brought_in.columns]
    texts = (" ".join(filter(None, (brought_in.rows[row][place] for place in places))) for row in rows[:4])
    return " · ".join(filter(None, texts))


def show_import(
    request: SignedInRequest, brought_in: Import, *, refusal: str = "", goods_form: GoodsAnswersForm | None = None
) -> HttpResponse:
    """The import in the state it is in: how it reads, how far it is, what it did."""
    status = 422 if refusal or goods_form else 200
    context: dict[str, Any] = {"brought_in": brought_in, "steps": STEPS, "refusal": refusal}
    if brought_in.state != ImportState.DRAFT:
        context |= done(brought_in, timezone.now())
        return render_page(request, DONE, context, fragment="done", status=status)
    found = read(brought_in)
    context |= {standing.value: section(found, standing, brought_in) for standing in Standing}
    if brought_in.kind == ImportKind.ORDERS:
        shown = asked_about(found, brought_in)[:ASKED]
        context["goods_form"] = goods_form or GoodsAnswersForm(brought_in=brought_in, shown=shown) if shown else None
        context["goods_texts"] = list(goods_form.texts.values()) if goods_form else shown
    context["again"] = again_of(brought_in)
    context["before"] = sum(len(rows_of(one)) for one in found if any(r.why is Why.TAKEN_BEFORE for r in one.remarks))
    context["confirm"] = context["good"].entries + context["doubtful"].entries
    return render_page(request, PREVIEW, context, status=status)


def done(brought_in: Import, now: datetime) -> dict[str, Any]:
    bad = brought_in.outcome.get("bad", [])
    return {
        "can_undo": brought_in.can_be_undone(now),
        "bad": [(kept["row"] + 1, why_not_taken(kept)) for kept in bad[:30]],
        "bad_rows": len(bad),
        "given_up": brought_in.job is not None and brought_in.job.state == JobState.DEAD,
        "next": reverse("orders:product_import" if brought_in.kind == ImportKind.PRODUCTS else "orders:order_import"),
        "list": start_of(brought_in.kind),
    }
