# SPDX-License-Identifier: Apache-2.0
"""What proves that nothing was lost: counts by source and hour, what was refused, and each batch that was stored."""

from __future__ import annotations

from django.db import models

from belltower.kernel.identity import uuid7


class Count(models.Model):
    """What came from a source in an hour. Read the sum over ``shard``: writers count apart, so none waits for another.

    For a source that is asked (polled) rather than heard, ``polls_due`` = ``polls_answered`` + ``polls_timed_out``.
    """

    pk = models.CompositePrimaryKey("source", "hour", "shard")
    source = models.CharField(max_length=120)
    hour = models.DateTimeField()
    shard = models.SmallIntegerField()
    received = models.BigIntegerField(default=0, db_default=0)
    stored = models.BigIntegerField(default=0, db_default=0)
    duplicates = models.BigIntegerField(default=0, db_default=0)
    refused = models.BigIntegerField(default=0, db_default=0)
    late = models.BigIntegerField(default=0, db_default=0)
    polls_due = models.BigIntegerField(default=0, db_default=0)
    polls_answered = models.BigIntegerField(default=0, db_default=0)
    polls_timed_out = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "observations_count"


class RefusalCount(models.Model):
    """How much was refused of a source in an hour, by reason; read the sum over ``shard``."""

    pk = models.CompositePrimaryKey("source", "hour", "reason", "shard")
    source = models.CharField(max_length=120)
    hour = models.DateTimeField()
    reason = models.CharField(max_length=60)
    shard = models.SmallIntegerField()
    refused = models.BigIntegerField()

    class Meta:
        db_table = "observations_refusal_count"


class KeptAside(models.Model):
    """A frame (or row) that was refused, as it came, with the reason; ``replayed_at`` is when it was taken after all."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    source = models.CharField(max_length=120)
    at = models.DateTimeField()
    reason = models.CharField(max_length=60)
    sentence = models.JSONField()
    frame = models.BinaryField()
    about = models.JSONField(default=dict)
    rows = models.IntegerField(default=1)
    replayed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "observations_kept_aside"
        ordering = ["id"]
        indexes = [models.Index(fields=["source", "at"], name="observations_aside_source")]


class Landing(models.Model):
    """A stored batch on its way to the alarm engine, which deletes it in the transaction that keeps its state.

    The columns are numpy arrays as bytes, little-endian, equally long: int64 streams, int64 microseconds, float64
    values (NaN: no number), int16 qualities. Within a row they are in the order of (stream, at).
    """

    streams = models.BinaryField()
    ats = models.BinaryField()
    values = models.BinaryField()
    qualities = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "observations_landing"


class StoredBatch(models.Model):
    """One call of store(): ids ``first_id`` to ``first_id + rows - 1``, and the SHA-256 of its canonical rows (proving.py).

    ``sealed_by`` is the entry of the ledger that commits to it.
    """

    source = models.CharField(max_length=120)
    received_at = models.DateTimeField()
    first_id = models.BigIntegerField()
    rows = models.IntegerField()
    digest = models.BinaryField()
    since = models.DateTimeField()  # the first and last phenomenon time in it
    until = models.DateTimeField()
    sealed_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "observations_batch"
        indexes = [
            models.Index(fields=["first_id"], name="observations_batch_first"),
            models.Index(fields=["id"], name="observations_batch_open", condition=models.Q(sealed_by=None)),
            models.Index(fields=["source", "received_at"], name="observations_batch_source"),
        ]
