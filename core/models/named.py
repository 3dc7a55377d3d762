from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.rules.pinyin import index_of


class Spelled(models.Model):
    """Something found by the pinyin kept beside its Chinese name, which stands in the field that `spelled` names."""

    pinyin = models.CharField(max_length=400, editable=False, db_index=True)

    spelled: ClassVar[str] = "name"

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is None or self.spelled in update_fields:
            self.pinyin = index_of(getattr(self, self.spelled))[:400]
            update_fields = None if update_fields is None else {*update_fields, "pinyin"}
        super().save(*args, update_fields=update_fields, **kwargs)


class Named(Spelled):
    """Something with a Chinese name: sorted and found by the pinyin kept beside it."""

    name = models.CharField(_("name"), max_length=60)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.name = self.name.strip()
