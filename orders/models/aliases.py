from django.db import models

from community.models import Group, Member
from orders.models.catalogue import Product


class MemberAlias(models.Model):
    """How a member signs in one group's chains, learned from what the leader settled. Text is normalised."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="member_aliases")
    text = models.CharField(max_length=80)
    member = models.ForeignKey(Member, models.PROTECT, related_name="aliases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "text"], name="group_reads_a_name_one_way")]

    def __str__(self) -> str:
        return self.text


class ProductAlias(models.Model):
    """How a product is written in one group's chains, learned likewise; it outlives the campaign."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="product_aliases")
    text = models.CharField(max_length=80)
    product = models.ForeignKey(Product, models.PROTECT, related_name="learned_aliases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "text"], name="group_reads_a_product_one_way")]

    def __str__(self) -> str:
        return self.text
