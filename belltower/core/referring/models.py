# SPDX-License-Identifier: Apache-2.0
"""That a message of the board is handled as a case."""

from __future__ import annotations

from django.db import models

from belltower.core.cases.models import Case
from belltower.core.messages.models import Message


class Referral(models.Model):
    """A message and its case. ``is_joined``: the case was there already, of a message that says the same."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="referral")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    is_joined = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "referring_referral"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.message_id} {self.case_id}"
