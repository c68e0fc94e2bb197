# SPDX-License-Identifier: Apache-2.0
"""What the lake holds: the file of each day that was closed, and which days were written to while they were being closed."""

from __future__ import annotations

from django.db import models


class LakeDay(models.Model):
    """A UTC day whose readings lie in ``file`` (below the lake's folder), verified before their partition was dropped.

    ``digest`` is the SHA-256 of the file's rows in canonical form (lake/rows.py). Revisions with an id greater than
    ``revised_to`` are laid over the file when it is read. This row, not what lies in the folder, says what is read.
    """

    day = models.DateField(unique=True)
    file = models.CharField(max_length=120)
    rows = models.BigIntegerField()
    digest = models.BinaryField()
    has_equal_instants = models.BooleanField()
    revised_to = models.BigIntegerField()
    closed_at = models.DateTimeField()

    class Meta:
        db_table = "observations_lake_day"
        ordering = ["day"]

    def __str__(self) -> str:
        return self.day.isoformat()


class LakeMark(models.Model):
    """A row was written to this day after its closing began: what was read is no longer all of it."""

    day = models.DateField()

    class Meta:
        db_table = "observations_lake_mark"
