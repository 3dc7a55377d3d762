"""Reading what people enter: of catalogue, campaigns, orders and deliveries; on the public page, by hand."""

from orders.forms.campaigns import CampaignForm, CancelForm, MomentField
from orders.forms.catalogue import ProductFilterForm, ProductForm, SupplierForm
from orders.forms.delivery import MOST_TAPS, DeliveryLinkForm, NotTaps, ShortageForm, WeightForm, read_taps
from orders.forms.offers import OfferChangeForm, OfferForm
from orders.forms.orders import CorrectionForm, OrderFilterForm, RefundForm
from orders.forms.public import GoodsForm, PublicOrderForm
from orders.forms.quick import NewcomerForm, QuickOrderForm
from orders.forms.receiving import ArrivalCorrectionForm, ArrivalRow, ArrivalsForm
from orders.forms.sharing import SharingForm

__all__ = [
    "MOST_TAPS",
    "ArrivalCorrectionForm",
    "ArrivalRow",
    "ArrivalsForm",
    "CampaignForm",
    "CancelForm",
    "CorrectionForm",
    "DeliveryLinkForm",
    "GoodsForm",
    "MomentField",
    "NewcomerForm",
    "NotTaps",
    "OfferChangeForm",
    "OfferForm",
    "OrderFilterForm",
    "ProductFilterForm",
    "ProductForm",
    "PublicOrderForm",
    "QuickOrderForm",
    "RefundForm",
    "SharingForm",
    "ShortageForm",
    "SupplierForm",
    "WeightForm",
    "read_taps",
]
