# SPDX-License-Identifier: Apache-2.0
"""Readings (读数), the newest of each stream, what SensorThings knows of one beyond its number, and what was changed later.

storing.py writes them; nobody writes a partition by the ORM.
"""

from __future__ import annotations

from django.db import models


class Reading(models.Model):
    """One reading of a closed or open UTC day, in the hot store: a table that is partitioned by day.

    ``at`` is the phenomenon time (its start). ``value`` is NULL where the result is no number; it is in Detail then.
    ``quality``: 0 good, 1 uncertain, 2 bad. ``flags``: LATE, HAS_DETAIL, NO_RESULT_TIME
    (none was given; ``result_at`` is ``at`` then).
    """

    LATE, HAS_DETAIL, NO_RESULT_TIME = 1, 2, 4

    id = models.BigAutoField(primary_key=True)
    stream = models.ForeignKey(
        "observations.Datastream", on_delete=models.DO_NOTHING, db_column="stream", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    result_at = models.DateTimeField()
    value = models.FloatField(null=True)
    quality = models.SmallIntegerField(default=0)
    flags = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "observations_reading"


class Latest(models.Model):
    """The newest reading of a stream, and the instant of its first; made with the stream, empty until there is one.

    Writers lock these rows, in the order of streams, so that one reading is never stored twice.
    """

    stream = models.OneToOneField(
        "observations.Datastream", primary_key=True, on_delete=models.CASCADE, db_column="stream", related_name="latest"
    )
    at = models.DateTimeField(null=True)
    result_at = models.DateTimeField(null=True)
    value = models.FloatField(null=True)
    quality = models.SmallIntegerField(null=True)
    reading = models.BigIntegerField(null=True)
    received_at = models.DateTimeField(null=True)
    first_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "observations_latest"


class Detail(models.Model):
    """What is known of a reading beyond stream, instants, number and quality; ``id`` is the reading's."""

    id = models.BigIntegerField(primary_key=True)
    stream = models.ForeignKey(
        "observations.Datastream", on_delete=models.CASCADE, db_column="stream", db_index=False, related_name="details"
    )
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    result_quality = models.JSONField(null=True)
    parameters = models.JSONField(null=True)
    feature = models.ForeignKey("observations.Feature", null=True, on_delete=models.SET_NULL, related_name="details")

    class Meta:
        db_table = "observations_detail"
        indexes = [models.Index(fields=["stream", "at"], name="observations_detail_stream")]


class RevisionKind(models.TextChoices):
    CHANGED = "changed"
    DELETED = "deleted"


class Revision(models.Model):
    """A reading that was changed or deleted: ``row`` is what it is now (None: deleted), ``was`` what it was, where known.

    Of a reading in the hot store the database writes it by itself. What lies in the lake stays as it is, and this is laid
    over it.
    """

    reading = models.BigIntegerField()
    stream = models.BigIntegerField()
    at = models.DateTimeField()
    what = models.CharField(max_length=8, choices=RevisionKind)
    row = models.JSONField(null=True)
    was = models.JSONField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "observations_revision"
        indexes = [
            models.Index(fields=["reading"], name="observations_revision_reading"),
            models.Index(fields=["stream", "at"], name="observations_revision_stream"),
        ]
