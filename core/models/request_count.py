from django.db import models

from core.models.user import User


class RequestCount(models.Model):
    """How many requests somebody's programs have sent in the time that is being counted, one row a person.

    The table is not logged: a crash of the database forgets the counts, and counting waits for no disk.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()
    requests = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.requests}"
