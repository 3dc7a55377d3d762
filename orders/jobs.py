"""What the clock does with campaigns, and files too long to be read or written at once."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.columns import ASKED, chosen_columns
from core.exports import finish_export, keep_part
from core.jobs import Work, daily, every, job
from core.models import Export, User
from orders.enums import CampaignState, ClaimState
from orders.models import Campaign, Import, Order, PaymentClaim
from orders.queries import ORDER_COLUMNS, file_rows, with_people
from orders.services import (
    cut_off_due,
    expire_claims,
    forget_forms,
    forget_imports,
    forget_pastes,
    take_part,
)

EXPORT_ORDERS = "export_orders"


def some_cut_off_is_due(now: datetime) -> bool:
    return Campaign.objects.filter(state=CampaignState.OPEN, cuts_off_at__lte=now).exists()


@job("cut_off_due", title=_("Cut off what is due"), schedule=every(minutes=1), when=some_cut_off_is_due)
def cut_off_campaigns(work: Work) -> dict[str, int]:
    """Cut off what is due by the database's clock. A minute that was missed is made up for by the next."""
    return {"cut_off": cut_off_due(now=work.now)}


def some_packet_ran_out(now: datetime) -> bool:
    return PaymentClaim.objects.filter(state=ClaimState.OPEN, expires_at__lte=now).exists()


@job("expire_claims", title=_("Let red packets run out"), schedule=every(minutes=5), when=some_packet_ran_out)
def expire_packets(work: Work) -> dict[str, int]:
    """WeChat returns a red packet nobody opened for a day; what was claimed of it is over."""
    return {"expired": expire_claims(now=work.now)}


@job("forget_forms", title=_("Forget forms of the public page"), schedule=daily("03:45"))
def forget_old_forms(work: Work) -> dict[str, int]:
    """The orders stay; what told a form sent twice from a new one, and how many came from where, goes."""
    return {"forgotten": forget_forms(now=work.now)}


@job("forget_pastes", title=_("Forget texts of pasted chains"), schedule=daily("03:50"))
def forget_old_pastes(work: Work) -> dict[str, int]:
    """A chain names people and doors; after a month only what it ordered is kept."""
    return {"forgotten": forget_pastes(now=work.now)}


@job(EXPORT_ORDERS, title=_("Export of orders"), finish=finish_export)
def export_orders(work: Work) -> None:
    """The rows of some orders, of what whoever asked may see by now, in their language."""
    owner = Export.objects.select_related("owner").defer("file").get(job=work.job_id).owner
    visible = Order.objects.visible_to(owner)
    ids = work.shard["ids"]
    found = with_people(visible.filter(pk__in=ids)).in_bulk()
    columns = chosen_columns(ORDER_COLUMNS, work.arguments[ASKED])
    with override(work.arguments["language"]):
        keep_part(work=work, rows=file_rows((found[pk] for pk in ids if pk in found), columns))


@job("import_orders", title=_("Take in the orders of a file"))
def import_orders(work: Work) -> None:
    """A part of the file; what it does and the progress are committed together."""
    take_part(
        brought_in=Import.objects.get(pk=work.arguments["import"]),
        start=work.shard["start"],
        with_doubtful=work.arguments["with_doubtful"],
        by=User.objects.get(pk=work.arguments["by"]),
        now=work.now,
    )


@job("forget_imports", title=_("Forget files brought in long ago"), schedule=daily("03:55"))
def forget_old_imports(work: Work) -> dict[str, int]:
    """What was taken in stays; the rows with names and phones, and drafts nobody confirmed, go."""
    return {"forgotten": forget_imports(now=work.now)}
