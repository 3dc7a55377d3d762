"""Rows of long lists: what people wrote stays text, and a name nobody gave is an error."""

from types import SimpleNamespace

import pytest
from django.template import engines
from django.utils.translation import override
from jinja2 import UndefinedError


def rows(source: str, **context: object) -> str:
    return engines["rows"].from_string(source).render(context)


def test_what_people_wrote_is_text_and_no_markup() -> None:
    member = SimpleNamespace(name='<b onclick="x">王芳</b>')

    text = rows('<td title="{{ member.name }}">{{ member.name }}</td>', member=member)

    assert "<b" not in text
    assert text.count("&lt;b onclick=&#34;x&#34;&gt;") == 2


def test_a_name_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rows("{{ order.nam }}", order={})


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "还差¥0.05"), ("en", "¥0.05 due")])
def test_a_sentence_is_in_the_language_of_the_moment(language: str, said: str) -> None:
    with override(language):
        text = rows('{{ _("%(amount)s due")|format(amount=fen|money) }}', fen=5)

    assert text.replace(" ", "").replace("\u200b", "") == said.replace(" ", "")
