"""The doors of the house, and two pages that show every component at once: /components/desk/ and /components/phone/."""

from pathlib import Path

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils.translation import get_language

from core.charts import PAST, SECOND, HeatCell, HeatRow, Kpi, LineChart, Series, change, panel
from core.http import VARY
from core.rules.geometry import heat_step

app_name = "components"

GMV_FEN = [118_000_00, 126_400_00, 131_050_00, 119_900_00, 128_700_00, 152_300_00, 160_800_00, 186_420_00]
LAST_YEAR_FEN = [104_000_00, 109_000_00, 111_000_00, 108_500_00, 112_000_00, 121_000_00, 133_000_00, 137_000_00]
REPURCHASE_PPM = [331_000, 338_000, 345_000, 340_000, 362_000, 381_000, 402_000, 418_000]
WEEKS = ["9/28", "10/5", "10/12", "10/19", "10/26", "11/2", "11/9", "11/16"]
KEPT = [[43, 39, 37, 32, 28, 25, 23], [48, 39, 37, 32, 30, 26], [48, 41, 39, 34, 30], [45, 44, 37, 34], [49, 45, 38]]


class SampleForm(forms.Form):
    """One field of every kind a page uses."""

    title = forms.CharField(label="Title", help_text="Members read this first.")
    price = forms.CharField(label="Price", help_text="In yuan, 12.80")
    unit = forms.ChoiceField(label="Unit", choices=[("box", "盒"), ("jin", "斤")])
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    closes = forms.DateTimeField(label="Cut-off", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    weighed = forms.BooleanField(label="Weighed", required=False)
    way = forms.ChoiceField(label="Payment", choices=[("cash", "现金"), ("wechat", "微信")], widget=forms.RadioSelect)
    picture = forms.FileField(label="Picture", required=False)


def chart() -> LineChart:
    def yuan(values: list[int]) -> list[str]:
        return [f"¥{value // 100:,}" for value in values]

    money = panel(
        Series("GMV", GMV_FEN, yuan(GMV_FEN)),
        Series("去年同期" if _chinese() else "Last year", LAST_YEAR_FEN, yuan(LAST_YEAR_FEN), PAST),
        tick=lambda fen: f"{fen / 100:,.0f}",
    )
    rates = [f"{value / 10_000:.1f}%" for value in REPURCHASE_PPM]
    repurchase = panel(
        Series("复购率" if _chinese() else "Repurchase", REPURCHASE_PPM, rates, SECOND),
        tick=lambda ppm: f"{ppm / 10_000:.0f}%",
        low=200_000,
        high=500_000,
        steps=2,
    )
    return LineChart(tuple(WEEKS), (money, repurchase))


def cohorts() -> list[HeatRow]:
    return [
        HeatRow(week, 166, [HeatCell(f"{share}%", heat_step(share, 18, 50)) for share in shares] + [None] * index)
        for index, (week, shares) in enumerate(zip(WEEKS, KEPT, strict=False))
    ]


def kpis() -> list[Kpi]:
    chinese = _chinese()
    against = "较上周" if chinese else "vs last week"
    return [
        Kpi("本周 GMV" if chinese else "GMV this week", "186,420", "¥", delta=change(1124, 1000), note=against,
            url="#gmv", trend=GMV_FEN),
        Kpi("有效订单" if chinese else "Valid orders", "2,318", delta=change(1081, 1000), note=against,
            url="#orders", trend=GMV_FEN),
        Kpi("复购率" if chinese else "Repurchase rate", "41.8", after="%", delta=change(418, 410), note=against,
            url="#repurchase", trend=REPURCHASE_PPM),
        Kpi("活跃群" if chinese else "Active groups", "29", after="/38", delta=change(29, 31), note=against,
            trend=[33, 32, 31, 29], trend_is_worse=True),
        Kpi("待付佣金" if chinese else "Commission due", "9,321", "¥",
            note="4 份报表待复核" if chinese else "4 reports to review"),
    ]  # fmt: skip


def show(request: HttpRequest, name: str) -> HttpResponse:
    """One of the two pages; `?say=` puts a sentence into a toast."""
    if "say" in request.GET:
        messages.success(request, request.GET["say"], extra_tags="/undo/")
    form = SampleForm(request.POST if request.method == "POST" else None)
    text = Path(__file__).with_name(f"{name}.html").read_text()
    words = {
        "zh": _chinese(), "kpis": kpis(), "chart": chart(), "cohorts": cohorts(), "form": form,
        "weeks": range(1, 8), "rows": range(1, 6), "moved": request.GET.get("moved"),
    }  # fmt: skip
    status = 422 if form.is_bound and not form.is_valid() else 200
    response = HttpResponse(engines["django"].from_string(text).render(words, request), status=status)
    response["Vary"] = ", ".join(VARY)
    return response


def _chinese() -> bool:
    return get_language() != "en"


urlpatterns = [path("components/<slug:name>/", show, name="components"), path("", include("config.urls"))]
