import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from core.enums import Role
from tests import factories as make


def test_the_document_of_the_api_is_valid_and_complete():
    out = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)

    for path in ("groups", "members", "campaigns", "offers", "orders", "commission-entries"):
        assert f"/api/v1/{path}/" in out.getvalue()


def test_the_document_says_what_a_token_is_for_and_how_much_it_may_ask():
    out = StringIO()

    call_command("spectacular", "--format", "openapi-json", stdout=out)

    document = json.loads(out.getvalue())
    told = document["info"]["description"]
    for word in ("403 (`token_only_reads`)", "90 days", "600/min", "429", "`Retry-After`"):
        assert word in told
    assert document["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    assert document["paths"]["/api/v1/orders/"]["post"]["security"] == [{"token": []}]


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "status"), [(Role.OPERATOR, 200), (Role.ADMIN, 200), (Role.LEADER, 404)])
def test_operators_and_admins_read_how_to_use_the_api(client, role, status):
    client.force_login(make.make_user(role))

    assert client.get(reverse("api:docs")).status_code == status
    assert client.get(reverse("api:schema")).status_code == status
