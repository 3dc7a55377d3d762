"""Reading what people enter: of catalogue, campaigns, orders and deliveries; on the public page, by hand."""

from orders.forms.bills import BillForm, BookBillForm, sign_shown
from orders.forms.campaigns import CampaignForm, CancelForm, MomentField
from orders.forms.catalogue import ProductFilterForm, ProductForm, SupplierForm
from orders.forms.complaints import ComplaintForm, RefuseForm
from orders.forms.delivery import MOST_TAPS, DeliveryLinkForm, NotTaps, ShortageForm, WeightForm, read_taps
from orders.forms.imports import ColumnsForm, GoodsAnswersForm, UploadForm
from orders.forms.offers import OfferChangeForm, OfferForm
from orders.forms.orders import CorrectionForm, HowMuchForm, OrderFilterForm, RefundForm
from orders.forms.payments import (
    AmountForm,
    BalanceCorrectionForm,
    CollectForm,
    CouponForm,
    HandOverForm,
    PaymentForm,
    TopUpForm,
)
from orders.forms.public import GoodsForm, PublicOrderForm, VisitorForm
from orders.forms.quick import NewcomerForm, QuickOrderForm
from orders.forms.receiving import ArrivalCorrectionForm, ArrivalRow, ArrivalsForm
from orders.forms.sharing import SharingForm

__all__ = [
    "AmountForm",
    "ArrivalCorrectionForm",
    "ArrivalRow",
    "ArrivalsForm",
    "BalanceCorrectionForm",
    "BillForm",
    "BookBillForm",
    "CampaignForm",
    "CancelForm",
    "CollectForm",
    "ColumnsForm",
    "ComplaintForm",
    "CorrectionForm",
    "CouponForm",
    "DeliveryLinkForm",
    "GoodsAnswersForm",
    "GoodsForm",
    "HandOverForm",
    "HowMuchForm",
    "MOST_TAPS",
    "MomentField",
    "NewcomerForm",
    "NotTaps",
    "OfferChangeForm",
    "OfferForm",
    "OrderFilterForm",
    "PaymentForm",
    "ProductFilterForm",
    "ProductForm",
    "PublicOrderForm",
    "QuickOrderForm",
    "RefundForm",
    "RefuseForm",
    "SharingForm",
    "ShortageForm",
    "SupplierForm",
    "TopUpForm",
    "UploadForm",
    "VisitorForm",
    "WeightForm",
    "read_taps",
    "sign_shown",
]
