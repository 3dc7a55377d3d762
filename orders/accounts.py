"""What the accounts of collected money are called on the pages of the books, and what their entries are about."""

from django.utils.translation import gettext_lazy as _

from community.queries import names_of_members
from ledger.memos import word_memo
from ledger.purposes import name_purpose
from orders.services.balances import CORRECTED, CORRECTIONS, TOPPED_UP
from orders.services.payments import BALANCE, COUPONS, GIVEN_BACK, HELD, HOUSE, PAID, RECEIVED, TAKEN_BACK
from orders.services.settlements import HAND_OVER_BACK, HANDED_OVER

name_purpose(RECEIVED, _("Paid for orders"), names=names_of_members)
name_purpose(HELD, _("Held by leaders"), names=names_of_members)
name_purpose(HOUSE, _("Money of the house"))
name_purpose(BALANCE, _("Prepaid balances"), names=names_of_members)
name_purpose(COUPONS, _("Coupons not used"), names=names_of_members)
name_purpose(CORRECTIONS, _("Corrections of balances"))

word_memo(PAID, _("Order #%(order)d paid"))
word_memo(GIVEN_BACK, _("Order #%(order)d, money given back"))
word_memo(TAKEN_BACK, _("Order #%(order)d, payment taken back"))
word_memo(HANDED_OVER, _("Hand-over %(number)s"))
word_memo(HAND_OVER_BACK, _("Hand-over %(number)s takes one back"))
word_memo(TOPPED_UP, _("Balance of member #%(member)d topped up"))
word_memo(CORRECTED, _("Balance of member #%(member)d corrected"))
