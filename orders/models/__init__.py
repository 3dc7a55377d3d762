from orders.models.aliases import MemberAlias, ProductAlias
from orders.models.arrival import Arrival
from orders.models.campaign import Campaign, GroupStock, Offer, PriceStep
from orders.models.catalogue import Product, Supplier
from orders.models.chain import UNDO_WITHIN, ChainEntry, Paste, PasteChange
from orders.models.complaint import Complaint, ComplaintDecision
from orders.models.coupon import Coupon
from orders.models.delivery_link import DeliveryLink
from orders.models.imports import ColumnMapping, Import, ImportedOrder, ImportedProduct
from orders.models.order import Order, OrderLine, SaleFact
from orders.models.payment import (
    UNOPENED_FOR_HOURS,
    Balance,
    BalanceMove,
    Holding,
    Payment,
    PaymentClaim,
    Settlement,
)
from orders.models.public import FormCount, SentForm
from orders.models.quick import QuickEntry
from orders.models.tick import Tick

__all__ = [
    "Arrival",
    "Balance",
    "BalanceMove",
    "Campaign",
    "ChainEntry",
    "ColumnMapping",
    "Complaint",
    "ComplaintDecision",
    "Coupon",
    "DeliveryLink",
    "FormCount",
    "GroupStock",
    "Holding",
    "Import",
    "ImportedOrder",
    "ImportedProduct",
    "MemberAlias",
    "Offer",
    "Order",
    "OrderLine",
    "Paste",
    "PasteChange",
    "Payment",
    "PaymentClaim",
    "PriceStep",
    "Product",
    "ProductAlias",
    "QuickEntry",
    "SaleFact",
    "SentForm",
    "Settlement",
    "Supplier",
    "Tick",
    "UNDO_WITHIN",
    "UNOPENED_FOR_HOURS",
]
