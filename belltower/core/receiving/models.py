# SPDX-License-Identifier: Apache-2.0
"""What a reporter said after the report. The report itself is a noun of cases."""

from __future__ import annotations

from django.db import models

from belltower.core.cases.models import Report
from belltower.kernel.identity import uuid7


class Comment(models.Model):
    """Something that a reporter added: ``text_sealed`` under the report's key, so that erasing the reporter erases it."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="comments")
    text_sealed = models.BinaryField()
    at = models.DateTimeField()
    is_contest = models.BooleanField(default=False)

    class Meta:
        db_table = "receiving_comment"
        ordering = ["report", "id"]

    @property
    def field(self) -> str:
        """The field that its text is sealed as."""
        return f"comment:{self.uid}"
