# SPDX-License-Identifier: Apache-2.0
"""The nouns of past cases: a file that was taken in, and where each row of it went."""

from __future__ import annotations

from django.db import models

from belltower.core.cases.models import Case
from belltower.kernel.identity import uuid7


class Joined(models.TextChoices):
    """How a row came to its case."""

    OWN = "own"
    SAME_NUMBER = "same_number"
    SAME_MATTER = "same_matter"
    SAID = "said"


class Intake(models.Model):
    """One file: its digest, the mapping as it was read, and how far it is.

    ``rows`` were read and stored, each in one transaction with this number, so that a run that was ended goes on there.
    ``promises`` are minutes by the file's own kinds: what most of its rows were promised, on clocks of its zone.
    ``unknown`` are the points (as "lon lat") that many places share, and so stand for none.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    file = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    mapping = models.JSONField()
    promises = models.JSONField()
    unknown = models.JSONField()
    rows = models.IntegerField(default=0)
    kept_aside = models.IntegerField(default=0)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "intake_file"
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["digest"], name="intake_file_once")]

    def __str__(self) -> str:
        return f"{self.file} {self.at}"


class Origin(models.Model):
    """One row of a file as it told of a case: kept whichever case it was joined to. None: the case is still to be made.

    Instants are UTC. ``lon``, ``lat`` are degrees (WGS 84), None where the place is unknown, and then ``nowhere`` says
    why. ``place`` is what tells one place from another, empty where nothing does. ``state`` is a word of mapping.py.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, db_index=False, related_name="origins")
    row = models.IntegerField()
    number = models.CharField(max_length=80)
    kind_said = models.CharField(max_length=200)
    status_said = models.CharField(max_length=100)
    party_said = models.CharField(max_length=200)
    state = models.CharField(max_length=10)
    reported_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    nowhere = models.CharField(max_length=12)
    address = models.CharField(max_length=300)
    place = models.CharField(max_length=120)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="origins")
    joined = models.CharField(max_length=12, blank=True)

    class Meta:
        db_table = "intake_origin"
        ordering = ["intake_id", "row"]
        constraints = [models.UniqueConstraint(fields=["intake", "row"], name="intake_origin_row")]
        indexes = [
            models.Index(fields=["number"], name="intake_origin_number"),
            models.Index(fields=["place", "kind_said", "reported_at"], name="intake_origin_matter"),
            models.Index(
                fields=["intake", "reported_at", "row"],
                condition=models.Q(case__isnull=True),
                name="intake_origin_to_do",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intake_id} {self.row}"
