"""A statement on paper: what its page says, as a PDF with the letters it uses embedded."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from importlib import resources
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout
from fpdf.fonts import FontFace

from core.money import format_yuan
from referrals.models import Statement
from referrals.queries import campaigns_on

FONT = "Noto Sans SC"
FONT_FILE = resources.files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"
"""Noto Sans SC 2.004, SIL Open Font License 1.1."""
INK, GREY = (34, 34, 34), (96, 96, 96)
MARGIN = 18
"""Millimetres."""
TEXT, SMALL, LARGE = 10, 8, 18
"""Points."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one campaign brings: its title, day and number of orders, for what, and the sum in yuan."""

    campaign: str
    day: str
    orders: int
    rules: str
    amount: str


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything one statement says, in the language and time zone it was read in."""

    number: str
    period: str
    earner: str
    state: str
    sums: list[list[str]]
    """What, and how much or who: label and value."""
    lines: list[list[Any]]
    """Each a Line as a list."""
    sha256: str


def paper_of(statement: Statement) -> Paper:
    """Load the statement with its period, its earner and who issued and approved it; three queries."""
    sums = [
        [_("Carried over"), _yuan(statement.carried_fen)],
        [_("Earned"), _yuan(statement.earned_fen)],
        [_("To be paid"), _yuan(statement.payable_fen)],
        [_("Carried on"), _yuan(statement.carries_on_fen)],
        [_("Issued by"), f"{statement.issued_by}, {_moment(statement.issued_at)}"],
    ]
    if statement.approved_by and statement.approved_at:
        sums.append([_("Approved by"), f"{statement.approved_by}, {_moment(statement.approved_at)}"])
    lines = [
        Line(
            campaign=one.campaign.title,
            day=date_format(one.campaign.delivers_on, "SHORT_DATE_FORMAT"),
            orders=one.orders,
            rules=" · ".join(f"{rule} {format_yuan(fen)}" for rule, fen in one.by_rule),
            amount=_yuan(one.total_fen),
        )
        for one in campaigns_on(statement)
    ]
    return Paper(
        number=statement.number,
        period=str(statement.period),
        earner=str(statement.earner),
        state=statement.get_state_display(),
        sums=sums,
        lines=[list(astuple(line)) for line in lines],
        sha256=statement.sha256,
    )


def _yuan(fen: int) -> str:
    return f"¥{format_yuan(fen)}" if fen >= 0 else f"−¥{format_yuan(-fen)}"


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


class _Document(FPDF):
    """A4; every page says at its foot which statement it belongs to."""

    def __init__(self, made_at: datetime) -> None:
        super().__init__(format="A4")
        self.number = ""
        self.creation_date = made_at
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.set_line_width(0.1)
        self.set_draw_color(*GREY)
        self.add_font(FONT, fname=str(FONT_FILE))

    def begin(self, number: str) -> None:
        """A statement begins on a page of its own; the foot of the page before still says the one before."""
        self.add_page()
        self.number = number

    def footer(self) -> None:
        self.set_y(-MARGIN + 4)
        self.write_line(self.number, SMALL, GREY)

    def write_line(self, text: str, points: int = TEXT, color: tuple[int, int, int] = INK) -> None:
        self.set_font(FONT, size=points)
        self.set_text_color(*color)
        self.multi_cell(0, points * 0.6, text, align=Align.L, new_x="LMARGIN", new_y="NEXT")


def printed(papers: Iterable[Paper], *, made_at: datetime) -> bytes:
    """One file of these statements, each on pages of its own."""
    pdf = _Document(made_at)
    pdf.set_title(_("Statement"))
    for paper in papers:
        _print(pdf, paper)
    return bytes(pdf.output())


def _print(pdf: _Document, paper: Paper) -> None:
    pdf.begin(paper.number)
    pdf.write_line(f"{_('Statement')} {paper.period}", LARGE)
    pdf.write_line(f"{paper.earner} · {paper.number} · {paper.state}", TEXT, GREY)
    pdf.ln(4)
    pdf.set_text_color(*INK)
    with pdf.table(
        paper.sums,
        col_widths=(30, 70),
        text_align=(Align.L, Align.L),
        borders_layout=TableBordersLayout.NONE,
        first_row_as_headings=False,
        line_height=6,
    ):
        pass
    pdf.ln(4)
    with pdf.table(
        col_widths=(46, 14, 80, 30),
        text_align=(Align.L, Align.R, Align.L, Align.R),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="", color=GREY),
        line_height=6,
        padding=1,
    ) as table:
        table.row([_("Campaign"), _("Orders"), _("For what"), _("Amount")])
        for line in (Line(*cells) for cells in paper.lines):
            table.row([f"{line.campaign}\n{line.day}", str(line.orders), line.rules, line.amount])
    pdf.ln(4)
    if paper.sha256:
        pdf.write_line(_("Fingerprint of all lines: %(hash)s") % {"hash": paper.sha256}, SMALL, GREY)
    pdf.ln(8)
    pdf.write_line(_("Signature: ____________"))
