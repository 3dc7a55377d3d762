import pytest

from community.rules.doors import tidy_door
from orders.rules.jielong.doors import normalise
from orders.rules.jielong.text import fold, show

DOORS = {
    "3-1701": "3-1701",
    "3栋1701": "3-1701",
    "3棟1701": "3-1701",
    "6号楼2单元301": "6-2-301",
    "6號樓2單元301室": "6-2-301",
    "5#602": "5-602",
    "B座1203": "B-1203",
    "12号 402": "12-402",
    "6-2-301室": "6-2-301",
    "6号楼2单元": "6-2",
}
OTHER_HYPHENS = {" ３－１７０１ ": "3-1701", "3–1701": "3-1701"}
AS_WRITTEN = ["H区", "云谷", "天目西路218弄5号602", "3栋", "东门", ""]


@pytest.mark.parametrize(("typed", "kept"), [*DOORS.items(), *OTHER_HYPHENS.items()])
def test_a_door_is_kept_as_building_unit_room(typed, kept):
    assert tidy_door(typed) == kept


@pytest.mark.parametrize("typed", AS_WRITTEN)
def test_areas_and_addresses_stay_as_written(typed):
    assert tidy_door(typed) == typed


@pytest.mark.parametrize("typed", [*DOORS, *AS_WRITTEN])
def test_a_typed_door_is_spelt_like_the_same_door_in_a_chain(typed):
    shown = show(typed)

    assert tidy_door(typed) == normalise(shown, fold(shown))


@pytest.mark.parametrize("kept", DOORS.values())
def test_tidying_twice_changes_nothing(kept):
    assert tidy_door(kept) == kept
