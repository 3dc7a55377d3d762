"""The API's addresses: every app brings its own doors."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication
from rest_framework.routers import SimpleRouter

from community.api import GroupViewSet, MemberViewSet
from core.access import roles
from core.enums import Role
from orders.api import CampaignViewSet, OfferViewSet, OrderViewSet
from referrals.api import CommissionEntryViewSet

router = SimpleRouter()
router.register("groups", GroupViewSet)
router.register("members", MemberViewSet)
router.register("campaigns", CampaignViewSet)
router.register("offers", OfferViewSet)
router.register("orders", OrderViewSet)
router.register("commission-entries", CommissionEntryViewSet, basename="commissionentry")

reader = roles(Role.OPERATOR, Role.ADMIN)
by_session = {"authentication_classes": [SessionAuthentication]}
how_to = {"url_name": "api:schema", **by_session}
# Swagger UI writes style attributes; no page of ours may.
may_style_itself = csp_replace({"style-src": [SELF, UNSAFE_INLINE]})

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(router.urls)),
    path("schema/", reader(SpectacularAPIView.as_view(**by_session)), name="schema"),
    path("docs/", reader(may_style_itself(SpectacularSwaggerSplitView.as_view(**how_to))), name="docs"),
]
