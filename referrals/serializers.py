from rest_framework import serializers

from referrals.models import CommissionEntry


class CommissionEntrySerializer(serializers.ModelSerializer[CommissionEntry]):
    """One entry and what it was reckoned from; money in fen, rates in parts per million."""

    beneficiary_name = serializers.CharField(source="beneficiary.name")

    class Meta:
        model = CommissionEntry
        fields = [
            "period",
            "run",
            "order",
            "line",
            "beneficiary",
            "beneficiary_name",
            "rule",
            "level",
            "seq",
            "kind",
            "amount_fen",
            "due_fen",
            "rate_ppm",
            "order_base_fen",
            "order_amount_fen",
            "line_base_fen",
            "line_amount_fen",
            "refunded_fen",
            "plan_version",
            "clock_day",
            "made_at",
        ]
