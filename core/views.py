from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Too many failed logins from here: say for how long, keep nothing else."""
    return render(request, "core/locked_out.html", status=429)
