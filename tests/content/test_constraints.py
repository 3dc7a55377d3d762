"""What the database refuses in content/, tried in plain SQL."""

import pytest
from django.db import IntegrityError, connection

from tests.content.factories import make_piece, make_publication

pytestmark = pytest.mark.django_db


def execute(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def test_a_piece_is_published_once_a_day_in_a_group():
    publication = make_publication(code="abcdefg")

    with pytest.raises(IntegrityError, match="piece_is_published_once_a_day_in_a_group"):
        execute(
            "insert into content_publication (piece_id, group_id, campaign_id, day, code)"
            " select piece_id, group_id, campaign_id, day, 'bcdefgh' from content_publication where id = %s",
            publication.pk,
        )


def test_two_publications_never_share_a_code():
    make_publication(code="abcdefg")
    other = make_publication(code="bcdefgh")

    with pytest.raises(IntegrityError, match="content_publication_code"):
        execute("update content_publication set code = 'abcdefg' where id = %s", other.pk)


def test_clicks_are_one_number_a_day():
    publication = make_publication(code="abcdefg", clicks=1)

    with pytest.raises(IntegrityError, match="clicks_are_counted_by_day"):
        execute(
            "insert into content_clickday (publication_id, day, clicks) values (%s, %s, 1)",
            publication.pk,
            publication.day,
        )


def test_a_piece_is_in_a_known_state():
    piece = make_piece()

    with pytest.raises(IntegrityError, match="piece_state_is_known"):
        execute("update content_piece set state = 'viral' where id = %s", piece.pk)
