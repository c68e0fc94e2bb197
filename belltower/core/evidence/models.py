# SPDX-License-Identifier: Apache-2.0
"""Evidence: one attachment beside one step of a case. Its verdict is derived each time (``showing``), never stored."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from belltower.core.attachments.models import Attachment
from belltower.core.cases.models import Case, CaseStep
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


class Role(StrEnum):
    """What it shows: how it was, how it is after the work, or what a check found."""

    BEFORE = "before"
    AFTER = "after"
    CHECK = "check"

    @property
    def text(self) -> Text:
        return _ROLES[self]


_ROLES = {
    Role.BEFORE: Text(zh="处理前", en="Before"),
    Role.AFTER: Text(zh="处理后", en="After"),
    Role.CHECK: Text(zh="核查", en="Check"),
}


class Evidence(models.Model):
    """``taken_at``, ``lon``, ``lat`` (degrees, WGS 84) and ``uncertainty_m`` (metres) are what its sender's phone said; None
    where it said nothing. What the file says of itself stands in the attachment. ``by`` is Actor.reference.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    step = models.ForeignKey(CaseStep, on_delete=models.PROTECT, related_name="evidence")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="evidence")
    role = models.CharField(max_length=8)
    taken_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    uncertainty_m = models.FloatField(null=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "evidence_evidence"
        ordering = ["case", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lon__isnull=True, lat__isnull=True) | models.Q(lon__isnull=False, lat__isnull=False),
                name="evidence_point",
            ),
        ]
