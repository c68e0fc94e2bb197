# SPDX-License-Identifier: Apache-2.0
"""What the lake holds: files of closed days and of their roll-ups, what was removed of them, and which days still moved."""

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


class LakeRollUp(models.Model):
    """The roll-ups of one width (minute, hour or day) of a civil day, in ``file``; made when its UTC days were closed.

    ``made_of`` is a digest over those days' digests: where it is another now, they are made anew. ``digest`` is the
    SHA-256 of the rows in canonical form (lake/rolled.py).
    """

    every = models.CharField(max_length=6)
    day = models.DateField()
    zone = models.CharField(max_length=64)
    file = models.CharField(max_length=120)
    rows = models.BigIntegerField()
    digest = models.BinaryField()
    made_of = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "observations_lake_rollup"
        ordering = ["day", "every"]
        constraints = [models.UniqueConstraint(fields=["every", "day"], name="observations_lake_rollup_one")]

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.every}"


class LakeRemoval(models.Model):
    """What retention took out of a file: rows of a ``kind`` of streams, their count, and the SHA-256 of what they were.

    ``what`` is "readings" (``day`` is a UTC day) or a width of roll-ups (a civil day). ``before`` is the digest of the file
    that they were part of, which the entry of its closing commits to.
    """

    what = models.CharField(max_length=8)
    day = models.DateField()
    kind = models.CharField(max_length=90)
    rows = models.BigIntegerField()
    digest = models.BinaryField()
    before = models.BinaryField()
    removed_at = models.DateTimeField()

    class Meta:
        db_table = "observations_lake_removal"
        ordering = ["id"]
        indexes = [models.Index(fields=["what", "kind", "day"], name="observations_lake_removal_what")]

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.what} {self.kind}"
