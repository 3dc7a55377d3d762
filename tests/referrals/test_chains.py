"""The page of a chain: who is above and below, what each bought, opened branch by branch, and by whom it is seen."""

from decimal import Decimal
from typing import Any

import pytest

from community.models import Group, Member
from community.services import move_member
from core.enums import Role
from core.models import User
from orders.services import refund_quantity
from referrals import services
from referrals.models import Referral
from referrals.queries import branch_of, everybody_below, line_above
from referrals.queries import chains as queries
from tests.factories import (
    NOW,
    delivered,
    make_campaign,
    make_group,
    make_leader,
    make_member,
    make_offer,
    make_user,
    order_for,
)
from tests.referrals.test_payment_pages import signed_in, text, to

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return make_user(Role.OPERATOR)


@pytest.fixture
def group() -> Group:
    return make_group()


@pytest.fixture
def chain(group: Group, operator: User) -> list[Member]:
    """王芳 brought 李强, who brought 陈静, who brought 赵磊 and 孙丽; 陈静 bought for 30.00 and gave 10.00 back."""
    people = [make_member(name, group=group) for name in ("王芳", "李强", "陈静", "赵磊", "孙丽")]
    for referrer, referee in ((0, 1), (1, 2), (2, 3), (2, 4)):
        services.refer(referrer=people[referrer], referee=people[referee], reason="", by=None, now=NOW)
    order = order_for(people[2], (make_offer(make_campaign(group)), 3), group=group)
    delivered(order, by=operator)
    refund_quantity(line_id=order.lines.get().pk, quantity=Decimal(1), reason="坏了", by=operator, now=NOW)
    return people


def told(placed: list[Any]) -> list[tuple[int, str, int, int]]:
    return [(one.level, one.member.name, one.spent_fen, one.brought) for one in placed]


def test_above_stands_everybody_from_the_first_on_with_what_they_bought(chain: list[Member], operator: User) -> None:
    above, unknown = line_above(chain[3], user=operator)

    assert told(above) == [(3, "王芳", 0, 1), (2, "李强", 0, 1), (1, "陈静", 20_00, 2)]
    assert unknown == 0


def test_a_branch_has_whom_somebody_brought_themselves(chain: list[Member], operator: User) -> None:
    assert told(branch_of(chain[0], user=operator)[0]) == [(1, "李强", 0, 1)]
    assert {name for _level, name, *_rest in told(branch_of(chain[2], user=operator)[0])} == {"赵磊", "孙丽"}


def test_below_stands_everybody_level_by_level(chain: list[Member], operator: User) -> None:
    rows, number = everybody_below(chain[0], user=operator)

    assert told(rows) == [(1, "李强", 0, 1), (2, "陈静", 20_00, 2), (3, "赵磊", 0, 0), (3, "孙丽", 0, 0)]
    assert number == 4


def test_what_is_too_long_is_counted(chain: list[Member], operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "ROWS", 1)
    monkeypatch.setattr(queries, "REFEREES_SHOWN", 1)

    rows, number = everybody_below(chain[0], user=operator)
    branch, more = branch_of(chain[2], user=operator)
    assert (len(rows), number, len(branch), more) == (1, 4, 1, 1)


def test_a_leader_sees_the_own_people_and_what_they_bought_there(
    chain: list[Member], group: Group, operator: User
) -> None:
    theirs = make_group("别的群")
    move_member(membership=chain[1].memberships.get(), group=theirs, door="", by=operator, now=NOW)
    bought_there = order_for(chain[4], (make_offer(make_campaign(theirs)), 1), group=theirs)
    delivered(bought_there, by=operator)
    leader = make_leader(group)
    chain[1].memberships.filter(group=group).delete()  # as if 李强 had never been there

    above, unknown = line_above(chain[3], user=leader.user)
    assert (told(above), unknown) == ([(3, "王芳", 0, 0), (1, "陈静", 20_00, 2)], 1)
    rows, number = everybody_below(chain[0], user=leader.user)
    assert [name for _level, name, *_rest in told(rows)] == ["陈静", "赵磊", "孙丽"]
    assert number == 3
    assert told(rows)[-1][2] == 0  # what 孙丽 bought in the other group is none of theirs
    assert signed_in(leader.user).get(to("chain_detail", chain[1].pk)).status_code == 404


def test_a_member_moved_to_another_group_keeps_who_brought_them(
    chain: list[Member], group: Group, operator: User
) -> None:
    theirs = make_group("别的群")
    binding = Referral.objects.get(referee=chain[2])

    move_member(membership=chain[2].memberships.get(), group=theirs, door="8-802", by=operator, now=NOW)

    assert Referral.objects.get(referee=chain[2]) == binding
    order = order_for(chain[2], (make_offer(make_campaign(theirs)), 1), group=theirs)
    assert (order.referrer_1, order.referrer_2) == (chain[1], chain[0])
    assert [one.member for one in line_above(chain[2], user=operator)[0]] == chain[:2]


def test_the_page_opens_with_one_branch_and_brings_the_next_when_asked(chain: list[Member], operator: User) -> None:
    client = signed_in(operator)

    page = text(client.get(to("chain_detail", chain[0].pk)))
    assert "李强" in page
    assert "陈静" not in page
    assert to("chain_branch", chain[1].pk) in page
    below = text(client.get(to("chain_branch", chain[1].pk), headers={"hx-request": "true"}))
    assert "陈静" in below
    assert "¥20.00" in below
    assert "<html" not in below


def test_the_same_is_a_table(chain: list[Member], operator: User) -> None:
    page = text(signed_in(operator).get(f"{to('chain_detail', chain[0].pk)}?view=table"))

    assert all(name in page for name in ("李强", "陈静", "赵磊", "孙丽"))


@pytest.mark.parametrize(("view", "questions"), [("", 8), ("?view=table", 9)])
@pytest.mark.parametrize("others", [1, 3])
def test_the_page_asks_as_much_for_three_as_for_one(
    view: str, questions: int, others: int, group: Group, operator: User, django_assert_num_queries: Any
) -> None:
    first = make_member("王芳", group=group)
    for _one in range(others):
        services.refer(referrer=first, referee=make_member("邻居", group=group), reason="", by=None, now=NOW)
    client = signed_in(operator)
    client.get(to("chain_detail", first.pk))

    with django_assert_num_queries(questions):
        client.get(f"{to('chain_detail', first.pk)}{view}")
