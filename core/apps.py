from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Ground floor")

    def ready(self) -> None:
        """Get to know what every app declares: its kinds of jobs, what must always hold of its rows, what is kept."""
        import_module("core.jobs.housekeeping")
        import_module("core.append_only").keep_histories()
        import_module("core.quick_migrations").keep_models_at_triggers()
        autodiscover_modules("jobs", "invariants")
