"""Invitation links: by which rule they bind, how often they were opened, and what became of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core.models import User
from referrals.enums import Refusal, VersionState
from referrals.models import BindingRule, Joining, Plan, PlanVersion, ReferralLink, TouchDay
from referrals.rules.binding import Terms


def binding_rules() -> QuerySet[BindingRule]:
    """Those set for the plan that pays, else for the oldest, each with who set it; the first of them is in force."""
    pays = Exists(PlanVersion.objects.filter(plan=OuterRef("pk"), state=VersionState.PUBLISHED))
    plan = Plan.objects.order_by(pays.desc(), "pk").values("pk")[:1]
    return BindingRule.objects.filter(plan=Subquery(plan)).select_related("set_by").order_by("-pk")


def terms_in_force() -> Terms:
    return terms_of(binding_rules().first())


def terms_of(rule: BindingRule | None) -> Terms:
    """Without a rule the last link opened within thirty days counts, for new members only."""
    return Terms(rule.touch, rule.window_days, rule.new_members_only) if rule else Terms()


def with_touches(links: QuerySet[ReferralLink]) -> QuerySet[ReferralLink]:
    """Links with `touches`, how often they were opened in all."""
    days = TouchDay.objects.filter(link=OuterRef("pk")).order_by().values("link")
    return links.annotate(touches=Coalesce(Subquery(days.annotate(n=Sum("clicks")).values("n")), 0))


def times_opened(link: ReferralLink) -> int:
    return TouchDay.objects.filter(link=link).aggregate(n=Coalesce(Sum("clicks"), 0))["n"]  # type: ignore[no-any-return]


@dataclass(slots=True)
class Outcome:
    """What became of those for whom a link decided: how many were bound to its member, how many not, by reason."""

    bound: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def joined(self) -> int:
        return self.bound + sum(self.refused.values())

    @property
    def why_not(self) -> list[tuple[str, int]]:
        """The reasons in words, the most frequent first."""
        by_number = sorted(self.refused.items(), key=lambda one: (-one[1], one[0]))
        return [(str(Refusal(why).label), number) for why, number in by_number]


def outcomes_of(links: Collection[ReferralLink], *, user: User) -> Mapping[int, Outcome]:
    """By link id, for those anybody joined through; one query."""
    found: dict[int, Outcome] = defaultdict(Outcome)
    joinings = Joining.objects.visible_to(user).filter(credited__in=[link.pk for link in links])
    for link, refusal, number in joinings.values_list("credited", "refusal").annotate(n=Count("pk")).order_by():
        if refusal:
            found[link].refused[refusal] = number
        else:
            found[link].bound = number
    return found
