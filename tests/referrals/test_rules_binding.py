"""Which of the links somebody opened says who brought them, and why it names nobody."""

from datetime import timedelta

import pytest

from referrals.enums import Refusal, TouchRule
from referrals.rules.binding import Joiner, Terms, Touch, decide
from tests.factories import NOW

FIRST, LAST = Terms(TouchRule.FIRST, 30), Terms(TouchRule.LAST, 30)
NEW = Joiner(member=100, is_new=True, is_referred=False)
KNOWN = Joiner(member=100, is_new=False, is_referred=False)


def touch(link: int, *, days_ago: float = 0, of: int = 0) -> Touch:
    """A link of the member with the same number, unless it is `of` another."""
    return Touch(link, of or link, NOW - timedelta(days=days_ago))


@pytest.mark.parametrize(
    ("terms", "touches", "link"),
    [
        (LAST, [touch(1, days_ago=3), touch(2)], 2),
        (FIRST, [touch(1, days_ago=3), touch(2)], 1),
        (FIRST, [touch(2), touch(1, days_ago=3)], 1),  # by the clock, not by the order they are told in
        (FIRST, [touch(1, days_ago=31), touch(2, days_ago=30), touch(3)], 2),  # the first of those within the window
        (LAST, [touch(1, days_ago=3)], 1),
    ],
)
def test_the_first_or_the_last_link_within_the_window_decides(terms, touches, link):
    decision = decide(touches, NEW, terms, now=NOW)

    assert (decision.touch.link, decision.refusal) == (link, "")


@pytest.mark.parametrize(("days_ago", "refusal"), [(30, ""), (30.001, Refusal.WINDOW_OVER)])
def test_the_window_is_over_to_the_second(days_ago, refusal):
    assert decide([touch(1, days_ago=days_ago)], NEW, LAST, now=NOW).refusal == refusal


def test_of_links_that_are_all_too_old_one_is_named_all_the_same():
    assert decide([touch(1, days_ago=90), touch(2, days_ago=60)], NEW, LAST, now=NOW).touch.link == 2


@pytest.mark.parametrize(
    ("joiner", "terms", "of", "refusal"),
    [
        (KNOWN, LAST, 1, Refusal.ALREADY_MEMBER),
        (KNOWN, Terms(new_members_only=False), 1, ""),
        (Joiner(100, is_new=False, is_referred=True), Terms(new_members_only=False), 1, Refusal.ALREADY_REFERRED),
        (KNOWN, Terms(new_members_only=False), 101, Refusal.JOINED_LATER),
        (KNOWN, Terms(new_members_only=False), 100, Refusal.SELF),
        (KNOWN, LAST, 100, Refusal.SELF),  # what a reviewer wants to know comes first
    ],
)
def test_who_cannot_have_been_brought_is_told_apart_by_reason(joiner, terms, of, refusal):
    assert decide([touch(1, of=of)], joiner, terms, now=NOW).refusal == refusal
