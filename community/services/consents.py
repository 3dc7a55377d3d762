from datetime import datetime

from django.db import transaction

from community.consent import Wording
from community.models import Consent, ConsentText, Member


@transaction.atomic
def record_consent(*, member: Member, wording: Wording, now: datetime) -> Consent:
    """Keep for ever that the member agreed, to which words and when."""
    said = {"version": wording.version, "language": wording.language, "text": wording.text}
    text, _is_new = ConsentText.objects.get_or_create(digest=wording.digest, defaults=said)
    return Consent.objects.create(member=member, text=text, at=now)
