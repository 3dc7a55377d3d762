import pytest

from community.models import Neighbourhood
from core.paging import page_by_key
from tests.factories import make_neighbourhood

pytestmark = pytest.mark.django_db


def walk(by, *, size=2):
    """All pages forwards, and all but the last backwards again."""
    rows, after, forwards = Neighbourhood.objects.all(), "", []
    while True:
        page = page_by_key(rows, by=by, after=after, size=size)
        forwards.append([row.name for row in page.rows])
        if page.after is None:
            break
        after = str(page.after)
    backwards = []
    while page.before is not None:
        page = page_by_key(rows, by=by, before=str(page.before), size=size)
        backwards.insert(0, [row.name for row in page.rows])
    return forwards, backwards


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("households", [["a", "c"], ["b", "d"], ["e"]]),
        ("-households", [["e", "d"], ["b", "c"], ["a"]]),
        ("pk", [["c", "a"], ["b", "e"], ["d"]]),
        ("-pk", [["d", "e"], ["b", "a"], ["c"]]),
    ],
)
def test_pages_follow_each_other_both_ways(by, order):
    for name, households in [("c", 2), ("a", 1), ("b", 2), ("e", 3), ("d", 2)]:
        make_neighbourhood(name, households=households)

    forwards, backwards = walk(by)

    assert forwards == order
    assert backwards == order[:-1]


def test_a_full_last_page_has_no_page_after_it():
    for name in "ab":
        make_neighbourhood(name)

    page = page_by_key(Neighbourhood.objects.all(), by="pk", size=2)

    assert (len(page.rows), page.before, page.after) == (2, None, None)


def test_the_row_the_key_names_may_have_left_the_list():
    first, second = make_neighbourhood("a"), make_neighbourhood("b")

    page = page_by_key(Neighbourhood.objects.exclude(pk=first.pk), by="pk", after=str(first.pk))

    assert [row.pk for row in page.rows] == [second.pk]
