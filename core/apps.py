from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Ground floor")

    def ready(self) -> None:
        """Get to know what every app declares: its kinds of jobs and what must always hold of its rows."""
        import_module("core.jobs.housekeeping")
        autodiscover_modules("jobs", "invariants")
