from rest_framework import serializers

from community.models import Group, Member, Membership


class GroupSerializer(serializers.ModelSerializer[Group]):
    """A WeChat group of a neighbourhood."""

    neighbourhood = serializers.CharField(source="neighbourhood.name")

    class Meta:
        model = Group
        fields = ["id", "name", "neighbourhood", "capacity", "purpose", "opened_on"]


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    """Where a member lives and orders."""

    class Meta:
        model = Membership
        fields = ["group", "door", "joined_on"]


class MemberSerializer(serializers.ModelSerializer[Member]):
    """A member with the groups they are in and the caller may see."""

    memberships = MembershipSerializer(many=True, source="visible_memberships")

    class Meta:
        model = Member
        fields = ["id", "name", "channel", "joined_on", "memberships"]
