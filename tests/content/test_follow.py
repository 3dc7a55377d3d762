import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from content.models import ClickDay
from tests.content.factories import make_publication

pytestmark = pytest.mark.django_db

WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50"


def test_a_short_link_leads_to_the_campaign_and_is_counted_today(client):
    publication = make_publication(code="abcdefg")

    response = client.get("/p/abcdefg", headers={"User-Agent": WECHAT})

    assert response.status_code == 302
    assert response.url == f"/c/{publication.campaign.code}/?via=abcdefg&group={publication.group_id}"
    assert list(ClickDay.objects.values_list("publication", "day", "clicks")) == [(publication.pk, localdate(), 1)]


def test_a_link_typed_in_capitals_works(client):
    make_publication(code="abcdefg")

    assert client.get("/p/ABCDEFG").url.partition("?")[2].startswith("via=abcdefg&")


@pytest.mark.parametrize(
    ("method", "headers"),
    [("head", {"User-Agent": WECHAT}), ("get", {"User-Agent": "Twitterbot/1.0"}), ("get", {"Sec-Purpose": "prefetch"})],
    ids=["HEAD", "a link preview", "a prefetching browser"],
)
def test_who_does_not_look_is_led_on_without_being_counted(client, method, headers):
    publication = make_publication(code="abcdefg")

    response = getattr(client, method)("/p/abcdefg", headers=headers)

    assert response.url == f"/c/{publication.campaign.code}/?via=abcdefg&group={publication.group_id}"
    assert not ClickDay.objects.exists()


def test_nothing_about_who_came_is_kept(client):
    make_publication(code="abcdefg")

    response = client.get("/p/abcdefg", headers={"User-Agent": WECHAT})

    assert not response.cookies
    assert "no-store" in response["Cache-Control"]
    assert {field.name for field in ClickDay._meta.get_fields()} == {"id", "publication", "day", "clicks"}


def test_an_unknown_link_says_so_in_a_friendly_page(client):
    response = client.get("/p/nothere")

    assert response.status_code == 404
    assert "content/link_unknown.html" in [template.name for template in response.templates]
    assert not response.cookies


def test_a_short_link_takes_one_query_and_no_login(client, django_assert_num_queries):
    make_publication(code="abcdefg")

    with django_assert_num_queries(1):
        client.get(reverse("content:follow", args=["abcdefg"]))


def test_a_link_is_followed_not_posted_to(client):
    assert client.post("/p/abcdefg").status_code == 405
