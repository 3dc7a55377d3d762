from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.rules.pinyin import index_of


class Named(models.Model):
    """Something with a Chinese name: sorted and found by the pinyin kept beside it."""

    name = models.CharField(_("name"), max_length=60)
    pinyin = models.CharField(max_length=400, editable=False, db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is None or "name" in update_fields:
            self.pinyin = index_of(self.name)[:400]
            update_fields = None if update_fields is None else {*update_fields, "pinyin"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def clean(self) -> None:
        super().clean()
        self.name = self.name.strip()
