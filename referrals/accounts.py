"""What the accounts of commissions are called on the pages of the books, and what their entries are about."""

from django.utils.translation import gettext_lazy as _

from community.queries import names_of_members
from ledger.memos import word_memo
from ledger.purposes import name_purpose
from referrals.services.bookings import APPROVED, EARNED, EXPENSE, HELD, PAYABLE

name_purpose(EXPENSE, _("Commission earned by others"))
name_purpose(HELD, _("Commission not yet approved"), names=names_of_members)
name_purpose(PAYABLE, _("Commission owed"), names=names_of_members)

word_memo(EARNED, _("Commission %(period)s, run %(run)d"))
word_memo(APPROVED, _("Commission %(period)s approved, run %(run)d"))
