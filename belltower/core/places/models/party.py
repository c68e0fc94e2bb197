# SPDX-License-Identifier: Apache-2.0
"""Parties (责任主体): who regulates, governs, owns, runs or checks something."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from belltower.core.places.columns import WordsField
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


class PartyKind(models.TextChoices):
    REGULATOR = "regulator", _("Regulator")
    GOVERNMENT = "territorial_government", _("Territorial government")
    ENTERPRISE = "enterprise", _("Enterprise")
    OWNER = "owner", _("Owner")
    CONTRACTOR = "contractor", _("Contractor")
    TEAM = "team", _("Team")
    ASSESSOR = "third_party_assessor", _("Third-party assessor")
    COMMITTEE = "committee", _("Standing committee")


class Party(models.Model):
    """One body. ``key`` is its natural key: the unified social credit code where known, else a stable short name."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=24, choices=PartyKind)
    name = models.JSONField()
    credit_code = models.CharField(max_length=18, blank=True)  # 统一社会信用代码, GB 32100
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    words = WordsField(null=True)

    class Meta:
        db_table = "places_party"
        ordering = ["key"]
        indexes = [GinIndex(fields=["words"], name="places_party_words")]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def title(self) -> Text:
        return Text.read(self.name)
