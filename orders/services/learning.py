"""What a group's chains teach: new people, how people sign, how goods are written."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from community.enums import Channel
from community.models import Group, Member, Membership
from core.rules.pinyin import index_of
from orders.models import MemberAlias, Offer, ProductAlias
from orders.rules.chain.people import alias_key
from orders.rules.chain.reading import Row
from orders.rules.jielong.text import same_name_key

ALIAS_LENGTH = 80


def take_in_newcomers(rows: Sequence[Row], *, group: Group, now: datetime) -> dict[str, int]:
    """Make members of those nobody knew, one for each name and door; answers by row key."""
    signatures = {row.key: (row.name, row.door) for row in rows if row.is_new}
    people = list(dict.fromkeys(signatures.values()))
    today = timezone.localdate(now)
    members = Member.objects.bulk_create(
        Member(name=name[:60], pinyin=index_of(name[:60])[:400], channel=Channel.CHAIN, joined_on=today)
        for name, _door in people
    )
    Membership.objects.bulk_create(
        Membership(group=group, member=member, door=door[:40], joined_on=today)
        for member, (_name, door) in zip(members, people, strict=True)
    )
    ids = dict(zip(people, (member.pk for member in members), strict=True))
    return {key: ids[signature] for key, signature in signatures.items()}


def learn(rows: Sequence[Row], members: Mapping[str, int], offers: Mapping[int, Offer], *, group: Group) -> None:
    """Remember the answers given for rows that were taken (`members` by row key), so as not to ask again."""
    taken = [row for row in rows if row.key in members]
    signed = {
        alias_key(row.name, row.written_door)[:ALIAS_LENGTH]: members[row.key]
        for row in taken
        if row.name and not row.is_new and row.match.person is None
    }
    written = {
        same_name_key(line.text)[:ALIAS_LENGTH]: offers[line.offer.offer_id].product_id
        for row in taken
        for line in row.lines
        if line.offer and line.asked and line.text
    }
    MemberAlias.objects.bulk_create(
        [MemberAlias(group=group, text=text, member_id=member_id) for text, member_id in signed.items()],
        update_conflicts=True,
        unique_fields=["group", "text"],
        update_fields=["member"],
    )
    ProductAlias.objects.bulk_create(
        [ProductAlias(group=group, text=text, product_id=product_id) for text, product_id in written.items()],
        update_conflicts=True,
        unique_fields=["group", "text"],
        update_fields=["product"],
    )
