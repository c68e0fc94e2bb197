# SPDX-License-Identifier: Apache-2.0
"""The ledger's nouns: what is committed of a table, entries, batches, leaves in their order, and signed heads.

The database itself writes all of them but the heads (migrations/0001_initial.py); nobody may change one.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

# The anchors' and the outbox's nouns are files of their own.
from belltower.core.ledger import anchor_models as anchor_models
from belltower.core.ledger import event_models as event_models
from belltower.kernel.identity import uuid7


class Operation(models.TextChoices):
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    NOTE = "note"  # nothing was written: somebody signed in, or looked at personal data


class Form(models.Model):
    """Which columns of a table are committed to, in which order. A new column is a new version; old ones stay."""

    id = models.SmallAutoField(primary_key=True)
    table = models.CharField(max_length=63)
    version = models.SmallIntegerField()
    columns = ArrayField(models.CharField(max_length=63))

    class Meta:
        db_table = "ledger_form"
        managed = False  # made by SQL: what is in it comes from migrations, and is never flushed
        constraints = [models.UniqueConstraint(fields=["table", "version"], name="ledger_form_once")]


class Entry(models.Model):
    """One statement's change of one table: who, what, when, which row, and commitments to it before and after.

    A statement that changed several rows is one entry with ``row`` None; its rows are in the Batch, and ``after`` is the
    root of their tree.
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    what = models.CharField(max_length=80)
    action = models.UUIDField(default=uuid7)
    form = models.ForeignKey(Form, models.PROTECT, null=True, db_constraint=False, db_index=False)
    operation = models.CharField(max_length=6, choices=Operation)
    rows = models.IntegerField()
    row = models.BigIntegerField(null=True)
    before = models.BinaryField(null=True)
    after = models.BinaryField(null=True)
    subject = models.CharField(max_length=200, blank=True)
    about = models.JSONField(null=True)

    class Meta:
        db_table = "ledger_entry"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["form", "row"], name="ledger_entry_row", condition=models.Q(row__isnull=False)),
            models.Index(fields=["what", "-id"], name="ledger_entry_what"),
            models.Index(fields=["actor", "-id"], name="ledger_entry_actor"),
        ]


class Batch(models.Model):
    """The rows of an entry about many, in the order of their ids: 32 bytes of commitment each, before and after."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, db_constraint=False)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    ids = ArrayField(models.BigIntegerField())
    befores = models.BinaryField(null=True)
    afters = models.BinaryField(null=True)

    class Meta:
        db_table = "ledger_batch"


class Waiting(models.Model):
    """An entry that has no place in the log yet."""

    entry_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "ledger_pending"


class Leaf(models.Model):
    """An entry's place in the log, given by the one sequencer; ``hash`` is RFC 9162's leaf hash."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, db_constraint=False, related_name="leaf")
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_leaf"
        ordering = ["position"]


class Node(models.Model):
    """The root of a full subtree of 256 (level 8), 65,536 (level 16) ... leaves, kept so that proofs are quick."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_node"
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="ledger_node_once")]


class Head(models.Model):
    """A signed tree head: at this instant the log had ``size`` leaves and this root."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    at = models.DateTimeField()
    algorithm = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    signature = models.BinaryField()

    class Meta:
        db_table = "ledger_head"
        ordering = ["-size"]
