"""What is said, for tests of content/."""

from content.enums import IPKind
from content.models import IP, ClickDay, Piece, Publication
from tests.factories import TODAY, make_campaign, make_group


def make_ip(name="邻里小厨", kind=IPKind.BRAND, **fields):
    return IP.objects.create(name=name, kind=kind, **fields)


def make_piece(title="草莓到了", *, ip=None, head="今早从丹东发出", **fields):
    return Piece.objects.create(ip=ip or make_ip(), title=title, head=head, **fields)


def make_publication(*, code, piece=None, group=None, campaign=None, day=TODAY, clicks=0):
    """A publication; with `clicks` its link was opened that often on its day."""
    group = group or make_group()
    publication = Publication.objects.create(
        piece=piece or make_piece(), group=group, campaign=campaign or make_campaign(group), day=day, code=code
    )
    if clicks:
        ClickDay.objects.create(publication=publication, day=day, clicks=clicks)
    return publication
