"""Takes the demonstration away again, history and all."""

from django.apps import apps
from django.db import connection, transaction

from community.models import Neighbourhood
from core.append_only import emptying
from core.demo_logins import LOGINS
from core.errors import DomainError
from core.models import User

EMPTIED = ("insights", "content", "referrals", "orders", "community", "ledger")


class RealData(DomainError):
    """Somebody has begun to work with real neighbourhoods here."""


@transaction.atomic
def remove() -> int:
    """Empty the house if nothing but the demonstration lives in it; returns how many tables were emptied.

    What was tried out on the demonstration goes with it. Facts cannot be deleted one by one, so it is all or nothing.
    """
    if Neighbourhood.objects.filter(demo=False).exists():
        raise RealData(
            "There are neighbourhoods beside the demonstration's, and the facts of both stand in the same books. "
            "Nothing was removed. Start afresh with an empty database instead."
        )
    models = [model for label in EMPTIED for model in apps.get_app_config(label).get_models(include_auto_created=True)]
    models += list(apps.get_app_config("core").get_models())
    tables = {model._meta.db_table for model in models if model is not User and model._meta.managed}  # no views
    names = ", ".join(connection.ops.quote_name(table) for table in sorted(tables))
    with emptying(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")
    User.objects.filter(username__in=[login.username for login in LOGINS]).delete()
    return len(tables)
