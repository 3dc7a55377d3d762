from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    DecimalField = models.DecimalField[Any, Any]
else:
    DecimalField = models.DecimalField


class QuantityField(DecimalField):
    """How much of something, kept to a thousandth: 1.5 斤, 二两 = 0.2 斤."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 12, "decimal_places": 3, **kwargs})
