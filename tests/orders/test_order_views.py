"""Views of the list of orders: an address with a name, of one's own or shared."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.html import escape

from core import saved_views
from core.models import SavedView
from tests import factories as make

pytestmark = pytest.mark.django_db

LIST, NEW = "/orders/", "/views/orders:order_list/new/"


@pytest.fixture
def colleague():
    return make.make_user(name="陆一鸣")


def save(browser, name: str, query: str = "state=placed", **fields: str):
    return browser.post(f"{NEW}?{query}", {"name": name, **fields})


def named(browser, query: str = "") -> list[tuple[str, bool]]:
    """The views above the list, and which of them is looked at."""
    views = browser.get(f"{LIST}?{query}").context["views"]
    return [(str(option["text"]), bool(option["current"])) for option in views.options]


def test_what_the_list_was_asked_for_gets_a_name_and_stands_above_it(signed_in, operator):
    browser = signed_in(operator)

    answer = save(browser, "没送的", "state=placed&columns=note&columns=door&sort=placed_at&q=")

    assert answer.url == f"{LIST}?state=placed&sort=placed_at&columns=door%2Cnote"
    assert named(browser, "columns=door,note&sort=placed_at&state=placed") == [("All", False), ("没送的", True)]
    assert named(browser) == [("All", True), ("没送的", False)]
    assert f'href="{escape(answer.url)}"' in browser.get(LIST).text


def test_a_view_keeps_only_what_the_list_knows(signed_in, operator):
    save(signed_in(operator), "没送的", "state=placed&after=17&next=//evil.example&page=2&columns=secret,note")

    assert SavedView.objects.get().query == "state=placed&columns=note"


def test_the_link_to_save_is_there_once_something_is_chosen_and_has_no_name_yet(signed_in, operator, auditor):
    browser = signed_in(operator)
    save(browser, "没送的")

    urls = [browser.get(f"{LIST}?{query}").context["views"].save_url for query in ("", "state=placed", "q=王")]

    assert urls == ["", "", f"{NEW}?q=%E7%8E%8B"]
    assert signed_in(auditor).get(f"{LIST}?q=王").context["views"].save_url == ""


def test_the_own_view_alone_is_renamed_and_deleted(signed_in, operator, colleague):
    browser = signed_in(operator)
    save(browser, "没送的", shared="on")
    url = reverse("core:saved_view_change", args=[SavedView.objects.get().pk])
    delete = reverse("core:saved_view_delete", args=[SavedView.objects.get().pk])

    theirs = [
        signed_in(colleague).post(url, {"name": "我的"}).status_code,
        signed_in(colleague).post(delete).status_code,
    ]
    renamed = browser.post(url, {"name": "还没送的"})
    after_renaming = named(browser)
    deleted = browser.post(delete)

    assert theirs == [404, 404]
    assert after_renaming == [("All", True), ("还没送的", False)]
    assert renamed.url == deleted.url == f"{LIST}?state=placed"
    assert named(browser) == []


def test_operators_see_what_an_operator_shares_and_nobody_else_does(signed_in, operator, colleague, admin, leader):
    save(signed_in(operator), "没送的", shared="on")
    save(signed_in(operator), "只给我", "state=cancelled")

    assert [text for text, _current in named(signed_in(colleague))] == ["All", "没送的 · 沈嘉宁"]
    assert named(signed_in(admin)) == named(signed_in(leader.user)) == []


@pytest.mark.parametrize("who", ["admin", "leader"])
def test_only_an_operator_shares(signed_in, request, who):
    user = request.getfixturevalue(who)
    browser = signed_in(user.user if who == "leader" else user)

    save(browser, "没送的", shared="on")
    page = saved_views.page_named("orders:order_list")
    asked = saved_views.save_view(page=page, name="还没送的", query="", shared=True, by=SavedView.objects.get().owner)

    assert [view.shared for view in SavedView.objects.all()] == [False, False]
    assert asked.shared is False
    assert 'name="shared"' not in browser.get(NEW).text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("没送的", "You call another view of this list so. Choose another name."),
        (" 没送的\u200b ", "You call another view of this list so. Choose another name."),
        ("", "This field is required."),
        ("长" * 41, "Ensure this value has at most 40 characters (it has 41)."),
    ],
)
def test_a_name_that_does_not_do_is_refused_with_what_was_typed(signed_in, operator, name, sentence):
    browser = signed_in(operator)
    save(browser, "没送的")

    answer = save(browser, name, "q=王")

    assert answer.status_code == 422
    assert sentence in answer.text
    assert SavedView.objects.count() == 1


def test_two_people_may_choose_the_same_name(signed_in, operator, colleague):
    assert [save(signed_in(user), "没送的").status_code for user in (operator, colleague)] == [302, 302]


def test_there_is_room_for_twenty_views_of_a_list(signed_in, operator):
    browser = signed_in(operator)
    for number in range(saved_views.MOST):
        save(browser, f"第{number}个")

    answer = save(browser, "再一个")

    assert answer.status_code == 422
    assert "You have 20 views of this list. Delete one that you don" in answer.text
    assert SavedView.objects.count() == 20


def test_the_database_keeps_the_names_apart(operator):
    SavedView.objects.create(owner=operator, page="orders:order_list", name="没送的")

    for name, constraint in (("没送的", "view_has_a_name_of_its_own"), ("", "view_has_a_name")):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            SavedView.objects.create(owner=operator, page="orders:order_list", name=name)


def test_a_list_nobody_declared_has_no_views(signed_in, operator):
    assert signed_in(operator).get("/views/orders:nothing/new/").status_code == 404


def test_many_views_cost_the_list_one_query(signed_in, operator, colleague, django_assert_num_queries):
    for user in (operator, colleague):
        for number in range(3):
            save(signed_in(user), f"第{number}个", f"q={number}", shared="on")
    browser = signed_in(operator)

    # session, user, side bar, views, orders; campaigns, groups, leaders and products to choose from
    with django_assert_num_queries(9):
        browser.get(LIST)
