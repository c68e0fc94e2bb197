# SPDX-License-Identifier: Apache-2.0
"""Responsibility (责任链条): who answers for which kind, where, in which role, since when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from belltower.kernel.identity import uuid7


class Role(models.TextChoices):
    TERRITORY = "territory", _("Territory")  # 属地
    SECTOR = "sector", _("Sector")  # 行业
    ENTERPRISE = "enterprise", _("Enterprise")  # 企业主体
    OWNER = "owner", _("Owner")  # 权属


class Responsibility(models.Model):
    """One rule. No ``kind`` means every kind, no ``area`` the whole city; the narrowest rule decides (rules.py)."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    party = models.ForeignKey("places.Party", on_delete=models.PROTECT, related_name="responsibilities")
    role = models.CharField(max_length=12, choices=Role)
    kind = models.CharField(max_length=40, blank=True)
    area = models.ForeignKey("places.Area", null=True, on_delete=models.PROTECT, related_name="responsibilities")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    basis = models.CharField(max_length=300, blank=True)  # the document that says so

    class Meta:
        db_table = "places_responsibility"
        ordering = ["id"]
        indexes = [models.Index(fields=["role", "kind"], name="places_resp_role_kind")]
