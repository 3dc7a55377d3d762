"""A value the database cannot hold, should one get that far, is refused like any other input."""

import pytest
from django.db import DataError

from core.api import errors_in_one_shape

pytestmark = pytest.mark.django_db


def test_a_page_answers_422_with_a_sentence(client, settings):
    settings.ROOT_URLCONF = "tests.core.broken_urls"

    answer = client.get("/beyond/", headers={"accept-language": "en"})

    assert answer.status_code == 422
    assert "Nothing was saved" in answer.content.decode()


def test_the_api_answers_400_in_its_one_shape():
    answer = errors_in_one_shape(DataError("numeric field overflow"), {})

    assert answer is not None
    assert answer.status_code == 400
    assert set(answer.data) == {"detail", "code"}
    assert answer.data["code"] == "out_of_range"
