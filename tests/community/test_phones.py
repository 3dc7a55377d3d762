"""Phone numbers: how they are read, that one belongs to one member, and where they are seen."""

import pytest
from django.db import IntegrityError, transaction

from community import services
from community.models import Member
from community.rules.phones import NotAPhone, masked, tidy_phone
from core.enums import Role
from tests.factories import NOW, make_group, make_member, make_user


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13800000000", "13800000000"),
        (" 138-0000 0000 ", "13800000000"),
        ("+86 138 0000 0000", "13800000000"),
        ("0086 13800000000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("+852 9123 4567", "85291234567"),
        ("853 6612 3456", "85366123456"),
        ("+886 0912-345-678", "886912345678"),
    ],
)
def test_a_mobile_number_is_kept_as_digits(written, kept):
    assert tidy_phone(written) == kept


@pytest.mark.parametrize(
    "written", ["12800000000", "1380000000", "138000000000", "021-12345678", "abc", "+1 212 555 0100"]
)
def test_what_is_no_mobile_number_is_refused(written):
    with pytest.raises(NotAPhone):
        tidy_phone(written)


def test_a_number_is_shown_without_its_middle():
    assert (masked("13812340000"), masked("")) == ("138****0000", "")


@pytest.mark.django_db
def test_the_database_keeps_a_phone_to_one_member_and_any_number_without_one():
    make_member(phone="13800000000")
    make_member()
    make_member()

    with pytest.raises(IntegrityError, match="phone_belongs_to_one_member"), transaction.atomic():
        make_member(phone="13800000000")


@pytest.mark.django_db
def test_the_database_takes_mobile_numbers_only():
    with pytest.raises(IntegrityError, match="member_phone_is_a_mobile_number"), transaction.atomic():
        make_member(phone="911")


@pytest.mark.django_db
def test_the_history_keeps_no_copy_of_a_phone():
    member = make_member("王芳", phone="13812345678")
    services.change_member(
        member=member, name="黄方", channel="chain", phone="13912345678", by=make_user(Role.OPERATOR), now=NOW
    )

    events = Member.pgh_event_model.objects.filter(pgh_obj=member)
    assert events.count() == 2
    assert "12345678" not in str(list(events.values()))


@pytest.mark.django_db
def test_an_operator_reads_the_whole_number_only_where_it_is_written(client):
    client.force_login(make_user(Role.OPERATOR))
    member = make_member(group=make_group(), phone="13812345678")

    seen = client.get(f"/members/{member.pk}/").text
    written = client.get(f"/members/{member.pk}/change/").text

    assert "138****5678" in seen
    assert "13812345678" not in seen
    assert 'value="13812345678"' in written


@pytest.mark.django_db
def test_somebody_elses_number_is_refused_with_a_sentence(client):
    client.force_login(make_user(Role.OPERATOR))
    make_member(phone="13812345678")
    member = make_member("李雷")
    body = {"name": "李雷", "channel": "chain", "phone": "138 1234 5678"}

    answer = client.post(f"/members/{member.pk}/change/", body, headers={"Accept-Language": "en"})

    assert answer.status_code == 422
    assert "Another member has this phone number." in answer.text
    member.refresh_from_db()
    assert member.phone == ""
