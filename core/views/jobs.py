"""Jobs and what must always hold, as pages: how far, what went wrong, try it again."""

from typing import Any, cast

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access import SignedInRequest, admin_only, money_reader, signed_in
from core.enums import JobState
from core.errors import DomainError
from core.http import render_page, say, wants_fragment
from core.invariants import Finding
from core.jobs.housekeeping import CHECK
from core.jobs.queue import enqueue, retry
from core.models import Export, Job
from core.spreadsheets import XLSX

SHOWN = 100
"""Jobs, or shards of one."""
PDF = "application/pdf"


@require_safe
@signed_in
def job_list(request: SignedInRequest) -> HttpResponse:
    """The newest jobs, by state."""
    visible = Job.objects.visible_to(request.user)
    state = request.GET.get("state", "")
    chosen = visible.filter(state=state) if state in JobState.values else visible
    files = Export.objects.visible_to(request.user).to_fetch(now()).filter(job=OuterRef("pk"))
    chosen = chosen.annotate(export_id=Subquery(files.values("pk")))
    jobs = list(chosen.select_related("created_by").order_by("-pk")[: SHOWN + 1])
    context = {
        "jobs": jobs[:SHOWN],
        "more": len(jobs) > SHOWN,
        "state": state,
        "options": _options(visible, state),
        "working": any(job.is_under_way for job in jobs),
    }
    return render_page(request, "core/job_list.html", context, fragment="list")


def _options(visible: QuerySet[Job], chosen: str) -> list[dict[str, object]]:
    """The choice of states, each with how many there are."""
    counts = dict(visible.order_by().values_list("state").annotate(Count("pk")))
    page = reverse("core:job_list")
    every = {"text": _("All"), "url": page, "current": chosen not in JobState.values, "count": sum(counts.values())}
    return [every] + [
        {"text": state.label, "url": f"{page}?state={state}", "current": state == chosen, "count": counts.get(state, 0)}
        for state in JobState
    ]


@require_safe
@signed_in
def job_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _job_detail(request, get_object_or_404(Job.objects.visible_to(request.user), pk=pk))


def _job_detail(request: SignedInRequest, job: Job, refusal: str = "") -> HttpResponse:
    """How far one job is and what went wrong; while it is under way the page asks again every second."""
    shards = list(job.shards.order_by("number")[: SHOWN + 1])
    context = {
        "job": job,
        "shards": shards[:SHOWN],
        "more": len(shards) > SHOWN,
        "troubled": job.shards.exclude(error="").order_by("number")[:SHOWN],
        "may_retry": request.user.is_admin and job.state == JobState.DEAD,
        "retried": cast(Any, job).events.order_by("-pgh_id")[:5],
        "refusal": refusal,
        "export": Export.objects.visible_to(request.user).filter(job=job).defer("file").first(),
        "now": now(),
    }
    return render_page(request, "core/job_detail.html", context, fragment="job", status=422 if refusal else 200)


@require_safe
@signed_in
def job_progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """The bar alone, for pages about what the job does: include `core/job_detail.html#progress` with `job`."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not wants_fragment(request):
        return redirect("core:job_detail", pk)
    return render_page(request, "core/job_detail.html", {"job": job}, fragment="progress")


@require_safe
@signed_in
def export_file(request: SignedInRequest, pk: int) -> HttpResponse:
    """The file a job made, for whoever asked for it, until it runs out."""
    export = get_object_or_404(Export.objects.visible_to(request.user).to_fetch(now()), pk=pk)
    answer = HttpResponse(
        bytes(cast(bytes, export.file)), content_type=PDF if export.file_name.endswith(".pdf") else XLSX
    )
    answer["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@admin_only
def job_retry(request: SignedInRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    try:
        retry(job=job, by=request.user)
    except DomainError as error:
        return _job_detail(request, job, refusal=str(error))
    say(request, _("It is tried again; what was done before is kept."))
    return redirect("core:job_detail", pk)


@require_safe
@money_reader
def invariants(request: SignedInRequest) -> HttpResponse:
    """What the last check found."""
    checks = Job.objects.filter(kind=CHECK).order_by("-pk")
    last = checks.filter(state=JobState.DONE).first()
    findings = [Finding(**found) for found in last.result["findings"]] if last else []
    context = {
        "job": last,
        "under_way": checks.filter(state__in=(JobState.QUEUED, JobState.RUNNING)).first(),
        "findings": sorted(findings, key=lambda finding: finding.count == 0),
        "broken": sum(finding.count > 0 for finding in findings),
    }
    return render_page(request, "core/invariants.html", context)


@require_POST
@admin_only
def invariants_check(request: SignedInRequest) -> HttpResponse:
    """Have everything checked now; asked for twice within a minute it is done once."""
    minute = now().isoformat(timespec="minutes")
    job = enqueue(key=f"{CHECK}:asked:{minute}", kind=CHECK, arguments={}, by=request.user)
    return redirect("core:job_detail", job.pk)
