# SPDX-License-Identifier: Apache-2.0
"""The noun of what left the house: a signed head that somebody outside holds, or a try to hand it over that failed."""

from __future__ import annotations

from django.db import models

from belltower.core.ledger.anchor_rules import Way


class Anchor(models.Model):
    """One head by one way. While ``made_at`` is empty it is being tried; once made, the database lets nobody change it.

    A made anchor is an entry too ("ledger.anchor_head"), so this table has no entries of its own: tries are progress.
    """

    way = models.CharField(max_length=10, choices=[(way.value, way.value) for way in Way])
    size = models.BigIntegerField()
    attempts = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    # What the other side calls it: the file's name, the letter's Message-ID, the authority's address. Never a person's.
    reference = models.CharField(max_length=300, blank=True)
    # The answer of a time-stamping authority, DER as RFC 3161 has it.
    receipt = models.BinaryField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        app_label = "ledger"
        db_table = "ledger_anchor"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["way"], condition=models.Q(made_at=None), name="ledger_anchor_one_open")
        ]
        indexes = [
            models.Index(fields=["way", "-id"], name="ledger_anchor_way"),
            models.Index(fields=["size"], name="ledger_anchor_size"),
        ]
