from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.db.models.lookups import LessThanOrEqual

from core.append_only import APPEND_ONLY
from core.rules.pictures import LARGE_BYTES, SMALL_BYTES


def octets(field: str) -> Func:
    return Func(F(field), function="octet_length", output_field=models.IntegerField())


DIGEST_OF_LARGE = Func(
    Func(F("large"), function="sha256", output_field=models.BinaryField()),
    Value("hex"),
    function="encode",
    output_field=models.CharField(),
)


class Picture(models.Model):
    """A picture as the house drew it, addressed by what it shows; never changed, never deleted.

    Both versions are WebP, `small` a square. Who may see it is decided by what it belongs to. Rows that have a picture
    keep its address: lists never load the bytes.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    """SHA-256 of `large`, hexadecimal."""
    large = models.BinaryField()
    small = models.BinaryField()
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(digest=DIGEST_OF_LARGE), name="picture_is_what_its_address_says"),
            models.CheckConstraint(
                condition=LessThanOrEqual(octets("large"), LARGE_BYTES) & LessThanOrEqual(octets("small"), SMALL_BYTES),
                name="picture_is_small_enough_to_keep",
            ),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return self.digest[:12]
