"""What the accounts of commissions are called on the pages of the books, and what their entries are about."""

from django.utils.translation import gettext_lazy as _

from community.queries import names_of_members
from ledger.memos import word_memo
from ledger.purposes import name_purpose
from referrals.enums import RewardStep
from referrals.services.bookings import APPROVED, EARNED, EXPENSE, HELD, PAYABLE
from referrals.services.payout_books import CLEARING, PAID_OUT, RETURNED, SENT, TAX, TAX_RETURNED, WITHHELD
from referrals.services.rewards import EXPENSE as REWARDS
from referrals.services.rewards import LOSSES, MEMOS, PENDING

name_purpose(EXPENSE, _("Commission earned by others"))
name_purpose(HELD, _("Commission not yet approved"), names=names_of_members)
name_purpose(PAYABLE, _("Commission owed"), names=names_of_members)

word_memo(EARNED, _("Commission %(period)s, run %(run)d"))
word_memo(APPROVED, _("Commission %(period)s approved, run %(run)d"))

name_purpose(CLEARING, _("Payouts with the bank"))
name_purpose(TAX, _("Income tax withheld"))

word_memo(SENT, _("Statement %(number)s sent to the bank"))
word_memo(WITHHELD, _("Statement %(number)s, tax kept back"))
word_memo(PAID_OUT, _("Statement %(number)s paid"))
word_memo(RETURNED, _("Statement %(number)s returned by the bank"))
word_memo(TAX_RETURNED, _("Statement %(number)s returned, no tax kept back"))

name_purpose(REWARDS, _("Rewards for referrals"))
name_purpose(PENDING, _("Rewards held back"), names=names_of_members)
name_purpose(LOSSES, _("Rewards lost after use"))

word_memo(MEMOS[RewardStep.GRANTED], _("Reward for order #%(order)d"))
word_memo(MEMOS[RewardStep.AVAILABLE], _("Reward for order #%(order)d made available"))
word_memo(MEMOS[RewardStep.TAKEN_BACK], _("Reward for order #%(order)d taken back"))
word_memo(MEMOS[RewardStep.LOST], _("Reward for order #%(order)d lost after use"))
word_memo(MEMOS[RewardStep.EXPIRED], _("Reward for order #%(order)d ran out"))
