"""Own service, level 1 and level 2 of every earner over a period: the sums, the page and its file."""

from typing import Any

import pytest

from referrals.queries import Shares, shares_in, together
from tests.factories import make_group
from tests.referrals.sales import delivered_sale
from tests.referrals.signalling import Bindings
from tests.referrals.test_payment_pages import signed_in, text, to

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Bindings:
    """100.00 to 李强: 4.00 for 周敏 who leads, 10.00 for 王芳 who brought him, 5.00 for 何老师 who brought her."""
    books = Bindings()
    books.bought(100_00)
    return books


def shares(books: Bindings) -> dict[str, tuple[int, int, int]]:
    found = shares_in(books.march, user=books.preparer)
    return {member.name: (one.service_fen, one.level_1_fen, one.level_2_fen) for member, one in found}


def test_everybody_is_there_once_with_service_and_levels_apart(books: Bindings) -> None:
    # 王芳 leads a group, too: 4 % of 50.00 for her service beside what she gets for having brought 李强.
    delivered_sale(make_group("王芳的群"), 50_00, leader=books.wang)
    books.run_march()

    assert shares(books) == {"王芳": (2_00, 10_00, 0), "何老师": (0, 0, 5_00), "周敏": (4_00, 0, 0)}
    assert list(shares(books)) == ["王芳", "何老师", "周敏"]  # who earned most first
    assert together(shares_in(books.march, user=books.preparer)) == Shares(6_00, 10_00, 5_00)
    assert shares_in(books.april, user=books.preparer) == []


def test_parts_are_shares_of_the_whole() -> None:
    assert [ppm for _fen, ppm in Shares(2_00, 10_00, 0).parts] == [166_667, 833_333, 0]  # 2 and 10 of 12


@pytest.mark.parametrize("fens", [(0, 0, 0), (5, -6, 0), (-5, 6, 0)])
def test_below_nothing_there_is_no_share(fens: tuple[int, int, int]) -> None:
    assert [ppm for _fen, ppm in Shares(*fens).parts] == [None, None, None]


def test_the_page_says_shares_and_leads_to_the_entries_of_that_one_earner(books: Bindings) -> None:
    books.run_march()
    admin = signed_in(books.approver)

    page = text(admin.get(f"{to('share_list')}?period={books.march.pk}"))
    assert f"{to('entry_list')}?period={books.march.pk}&amp;member={books.wang.pk}" in page
    assert "¥19.00" in page
    entries = admin.get(f"{to('entry_list')}?period={books.march.pk}&member={books.wang.pk}")
    assert [entry.amount_fen for entry in entries.context["page"].rows] == [10_00]


def test_the_file_has_yuan_and_percent(books: Bindings) -> None:
    delivered_sale(make_group("王芳的群"), 50_00, leader=books.wang)
    books.run_march()

    answer = signed_in(books.approver).get(to("shares_csv", books.march.pk))
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert lines[1] == "王芳,2.00,10.00,0.00,12.00,16.67,83.33,0.00"
    assert len(lines) == 4


@pytest.mark.parametrize("others", [0, 2])
def test_the_page_asks_as_much_for_three_earners_as_for_more(
    books: Bindings, others: int, django_assert_num_queries: Any
) -> None:
    for person in books.bring(others):
        delivered_sale(books.group, 10_00, member=books.li, leader=person)
    books.run_march()
    client = signed_in(books.approver)
    client.get(to("share_list"))

    with django_assert_num_queries(7):
        assert len(client.get(f"{to('share_list')}?period={books.march.pk}").context["shares"]) == 3 + others
