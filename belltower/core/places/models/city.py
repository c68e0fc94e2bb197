# SPDX-License-Identifier: Apache-2.0
"""The one city of this installation."""

from __future__ import annotations

from django.db import models


class City(models.Model):
    """The profile in force, as data (kernel.city reads it). There is one row, kept so by the constraint."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    profile = models.JSONField()
    chosen_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "places_city"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="places_one_city")]
