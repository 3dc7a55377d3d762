"""A WeChat bill as it is uploaded, and what somebody chose for the rows that were shown."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.models import User
from orders.rules.bill import Bill, Candidate, Match, NotABill, Problem, read_bill
from orders.services import BillRow

MOST_BYTES = 2_000_000
SALT = "orders.bill"
SHOWN_FOR = timedelta(hours=12)
"""So long a page that shows a bill can be confirmed; then the file is uploaded again."""

PROBLEMS = {
    Problem.ZIPPED: _("This is a zip file or a workbook. Unpack the zip; save a workbook as CSV. Nothing was read."),
    Problem.NOT_TEXT: _("This is no CSV file. Choose the one from the zip that WeChat mailed. Nothing was read."),
    Problem.NO_HEADER: _(
        "No line has 交易时间 and 交易单号: this is no WeChat Pay bill, or its head is missing. Nothing was read."
    ),
    Problem.TOO_LONG: _("The bill has more than 5,000 lines. Export a shorter span of days. Nothing was read."),
}


class BillForm(forms.Form):
    """The CSV file; `bill` is what it says."""

    file = forms.FileField(
        label=_("The bill (CSV)"),
        help_text=_("Up to 2 MB and 5,000 lines."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"empty": _("The file is empty.")},
    )
    bill: Bill

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 2 MB. Export a shorter span of days."))
        try:
            self.bill = read_bill(file.read())
        except NotABill as error:
            raise forms.ValidationError(PROBLEMS[error.problem]) from error
        return file


def sign_shown(rows: Sequence[tuple[Match, Sequence[Candidate]]], user: User) -> str:
    """What a page shows for somebody to choose from, so that only that can come back."""
    shown = [
        {
            "id": match.row.external_id,
            "fen": match.row.fen,
            "at": match.row.at.isoformat(),
            "payer": match.row.payer,
            "packet": match.row.red_packet,
            "orders": [
                [one.order.order_id, one.order.due_fen, one.packet.claim_id if one.packet else None]
                for one in candidates
            ],
        }
        for match, candidates in rows
    ]
    return signing.dumps({"user": user.pk, "rows": shown}, salt=SALT, compress=True)


class BookBillForm(forms.Form):
    """The rows that were shown, signed, and the order chosen for each; `chosen` and `left` are read from it."""

    shown = forms.CharField(widget=forms.HiddenInput)
    chosen: list[BillRow]
    left: int

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            shown = signing.loads(data.get("shown", ""), salt=SALT, max_age=SHOWN_FOR)
        except signing.SignatureExpired as error:
            raise forms.ValidationError(
                _("This page is older than 12 hours. Nothing was booked; upload the bill again.")
            ) from error
        except signing.BadSignature as error:
            raise self.not_as_shown() from error
        if shown["user"] != self.user.pk:
            raise self.not_as_shown()
        picked = [self.picked(index, row) for index, row in enumerate(shown["rows"])]
        self.chosen = [row for row in picked if row]
        self.left = len(picked) - len(self.chosen)
        return data

    def picked(self, index: int, row: dict[str, Any]) -> BillRow | None:
        """The row with its order, None when none of those shown was chosen."""
        answer = self.data.get(f"row-{index}", "")
        if not answer:
            return None
        for order_id, due_fen, claim_id in row["orders"]:
            if answer == str(order_id):
                return BillRow(
                    external_id=row["id"],
                    amount_fen=row["fen"],
                    paid_at=datetime.fromisoformat(row["at"]),
                    payer=row["payer"],
                    red_packet=row["packet"],
                    order_id=order_id,
                    due_fen=due_fen,
                    claim_id=claim_id,
                )
        raise self.not_as_shown()

    @staticmethod
    def not_as_shown() -> forms.ValidationError:
        return forms.ValidationError(_("That is not what was shown. Nothing was booked; upload the bill again."))
