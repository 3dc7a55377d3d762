from datetime import date

import pytest

from community import services
from core.enums import Role
from tests.factories import NOW, make_group, make_leader, make_user

pytestmark = pytest.mark.django_db

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def spans(group):
    return [(one.leader.name, one.first_day, one.last_day) for one in group.assignments.order_by("span")]


def test_an_assignment_without_a_last_day_runs_until_further_notice():
    group, zhou, operator = make_group(), make_leader(name="周敏"), make_user(Role.OPERATOR)

    services.assign_leader(group=group, leader=zhou, first_day=MAY, by=operator, now=NOW)

    assert spans(group) == [("周敏", MAY, None)]


def test_the_last_day_is_still_part_of_an_assignment():
    group, zhou, xu, operator = (
        make_group(),
        make_leader(name="周敏"),
        make_leader(name="许诺"),
        make_user(Role.OPERATOR),
    )
    services.assign_leader(group=group, leader=zhou, first_day=MAY, last_day=JUNE, by=operator, now=NOW)

    with pytest.raises(services.GroupAlreadyLed, match="锦绣华城一群"):
        services.assign_leader(group=group, leader=xu, first_day=JUNE, by=operator, now=NOW)

    services.assign_leader(group=group, leader=xu, first_day=date(2026, 6, 2), by=operator, now=NOW)
    assert spans(group) == [("周敏", MAY, JUNE), ("许诺", date(2026, 6, 2), None)]


def test_a_leader_who_takes_over_ends_the_running_assignment_the_day_before():
    group = make_group()
    make_leader(group, name="周敏", first_day=MAY)
    xu, operator = make_leader(name="许诺"), make_user(Role.OPERATOR)

    services.assign_leader(group=group, leader=xu, first_day=JUNE, replacing=True, by=operator, now=NOW)

    assert spans(group) == [("周敏", MAY, date(2026, 5, 31)), ("许诺", JUNE, None)]


@pytest.mark.parametrize(
    ("first_day", "last_day"), [(MAY, None), (MAY, JULY)], ids=["one that begins that day", "one with a last day"]
)
def test_taking_over_never_erases_an_assignment(first_day, last_day):
    group = make_group()
    make_leader(group, name="周敏", first_day=first_day, last_day=last_day)
    xu, operator = make_leader(name="许诺"), make_user(Role.OPERATOR)

    with pytest.raises(services.GroupAlreadyLed):
        services.assign_leader(group=group, leader=xu, first_day=MAY, replacing=True, by=operator, now=NOW)

    assert spans(group) == [("周敏", first_day, last_day)]


def test_an_assignment_cannot_end_before_it_begins():
    group, zhou, operator = make_group(), make_leader(name="周敏"), make_user(Role.OPERATOR)

    with pytest.raises(services.AssignmentEndsBeforeItBegins):
        services.assign_leader(group=group, leader=zhou, first_day=JUNE, last_day=MAY, by=operator, now=NOW)

    assert spans(group) == []


def test_a_running_assignment_is_given_its_last_day():
    group = make_group()
    zhou, operator = make_leader(group, name="周敏", first_day=MAY), make_user(Role.OPERATOR)

    services.end_assignment(assignment=zhou.assignments.get(), last_day=JUNE, by=operator, now=NOW)

    assert spans(group) == [("周敏", MAY, JUNE)]


def test_an_assignment_is_not_prolonged_into_the_next_leaders_days():
    group = make_group()
    zhou = make_leader(group, name="周敏", first_day=MAY, last_day=date(2026, 5, 31))
    make_leader(group, name="许诺", first_day=JUNE)

    with pytest.raises(services.GroupAlreadyLed):
        services.end_assignment(assignment=zhou.assignments.get(), last_day=JULY, by=make_user(Role.OPERATOR), now=NOW)


def test_one_leader_may_lead_several_groups_at_once():
    zhou, operator = make_leader(make_group(), name="周敏"), make_user(Role.OPERATOR)

    services.assign_leader(group=make_group("平阳六村一群"), leader=zhou, first_day=MAY, by=operator, now=NOW)

    assert zhou.assignments.count() == 2
