# SPDX-License-Identifier: Apache-2.0
"""Classes of parts and matters by an official standard (GB/T 47678.5), loaded from files, never from migrations."""

from __future__ import annotations

from django.db import models


class CodeKind(models.TextChoices):
    PART = "part"  # 管理部件
    MATTER = "matter"  # 管理事项


class Code(models.Model):
    """One class. Parts and matters reuse the same numbers, so the key is (standard, kind, code)."""

    standard = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=CodeKind)
    code = models.CharField(max_length=5)
    name = models.JSONField()
    verified = models.CharField(max_length=200, blank=True)  # where seen, how far verified

    class Meta:
        db_table = "places_code"
        ordering = ["standard", "kind", "code"]
        constraints = [models.UniqueConstraint(fields=["standard", "kind", "code"], name="places_code_once")]


class Numbering(models.Model):
    """The last sequence number given in a district and class, so that 17-digit codes are never given twice."""

    prefix = models.CharField(max_length=11, primary_key=True)
    last = models.PositiveIntegerField()

    class Meta:
        db_table = "places_numbering"
