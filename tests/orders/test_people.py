import pytest

from orders.rules.chain.people import Directory, Doubt, Person, alias_key

WANG = Person(1, "王姐", "6-1201")
OTHER_WANG = Person(2, "王姐", "3-502")
LI = Person(3, "李建国", "3-502")
NO_DOOR = Person(4, "老周", "")


@pytest.mark.parametrize(
    ("people", "name", "door", "person", "doubt"),
    [
        ([WANG], "王姐", "6-1201", WANG, None),
        ([WANG], "王 姐", "", WANG, None),
        ([WANG, OTHER_WANG], "王姐", "3-502", OTHER_WANG, None),
        ([WANG, OTHER_WANG], "王姐", "", None, Doubt.SEVERAL),
        ([WANG], "王姐", "9-901", None, Doubt.OTHER_DOOR),
        ([LI], "建国", "3-502", None, Doubt.DOOR_OF_OTHERS),
        ([NO_DOOR], "老周", "7-801", NO_DOOR, None),
        ([WANG], "小新", "8-101", None, None),
        ([WANG], "小新", "", None, Doubt.NEW_WITHOUT_DOOR),
        ([WANG], None, "6-1201", None, Doubt.NO_NAME),
    ],
    ids=[
        "name and door",
        "name alone, only one of it",
        "namesakes told apart by door",
        "namesakes without a door",
        "known at another door",
        "somebody else's door",
        "a member whose door is not known yet",
        "new with a door",
        "new without a door",
        "no name",
    ],
)
def test_who_a_signature_is(people, name, door, person, doubt):
    match = Directory(people, {}).match(name, door)

    assert (match.person, match.doubt) == (person, doubt)


def test_a_settled_signature_is_remembered_with_its_door():
    directory = Directory([LI], {alias_key("建国", "3-502"): LI.member_id})

    assert directory.match("建国", "3-502").person == LI
    assert directory.match("建国", "4-404").person is None


def test_a_member_who_left_is_not_found_by_an_old_signature():
    assert Directory([], {alias_key("建国", ""): LI.member_id}).match("建国", "").person is None


def test_traditional_and_full_width_names_are_the_same_name():
    assert Directory([Person(5, "陈Amy", "2-603")], {}).match("陳Ａmy", "2-603").person is not None
