# SPDX-License-Identifier: Apache-2.0
"""The noun of activities: one thing that was done, as a pack declares it."""

from __future__ import annotations

from django.db import models

from belltower.kernel.identity import uuid7


class Activity(models.Model):
    """Something that was done at an instant, to an asset or in an area. Never changed, never deleted.

    ``activity`` is the declared name; ``fields`` what was noted, as the declaration has it. The same activity on the same
    subject at the same instant by the same party is one and the same, so that a file loaded twice counts once.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    activity = models.CharField(max_length=40)
    # Neither is ever deleted, and what is recorded was looked up: a constraint would ask again for each of millions.
    asset = models.ForeignKey(
        "places.Asset",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="activities",
    )
    area = models.ForeignKey(
        "places.Area",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="activities",
    )
    at = models.DateTimeField()
    by_party = models.ForeignKey(
        "places.Party",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="activities",
    )
    fields = models.JSONField(default=dict)
    source = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "activities_activity"
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(asset__isnull=True, area__isnull=False)
                | models.Q(asset__isnull=False, area__isnull=True),
                name="activities_asset_or_area",
            ),
            models.UniqueConstraint(
                fields=["activity", "asset", "at", "area", "by_party"], nulls_distinct=False, name="activities_once"
            ),
        ]
        indexes = [
            models.Index(fields=["asset", "-at"], condition=models.Q(asset__isnull=False), name="activities_of_asset"),
            models.Index(
                fields=["activity", "area", "-at"], condition=models.Q(area__isnull=False), name="activities_in_area"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.at}"
