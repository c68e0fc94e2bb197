# SPDX-License-Identifier: Apache-2.0
"""The nouns of the hazard ledger: sheets, rows of them that could not be read, and hazards. How a hazard stands is its case's."""

from __future__ import annotations

from django.db import models

from belltower.core.cases.models import Case
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


class Sheet(models.Model):
    """One file that was imported: which, by which columns, and what came of its rows. ``known`` were imported before."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    file = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    columns = models.JSONField()
    rows = models.IntegerField(default=0)
    taken = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    kept_aside = models.IntegerField(default=0)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "hazards_sheet"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.file


class KeptAside(models.Model):
    """A row that could not be read: its number in the file, why, and its cells."""

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="aside")
    row = models.IntegerField()
    reason = models.JSONField()
    values = models.JSONField()

    class Meta:
        db_table = "hazards_kept_aside"
        ordering = ["sheet_id", "row"]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.row}"

    @property
    def why(self) -> Text:
        return Text.read(self.reason)


class Hazard(models.Model):
    """A hazard as it was found, never changed and never deleted. What is done about it are the steps of ``case``.

    ``number`` is the sheet's own (empty: it gave none), ``category`` its own word for the kind of hazard. ``grade`` is general
    or major; ``rule`` says by which clause or rule that was judged, ``because`` in words of both languages.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="hazards")
    row = models.IntegerField()
    number = models.CharField(max_length=60, blank=True)
    category = models.CharField(max_length=60)
    text = models.TextField()
    place = models.CharField(max_length=300, blank=True)
    found_on = models.DateField()
    enterprise = models.ForeignKey("places.Party", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    area = models.ForeignKey("places.Area", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    grade = models.CharField(max_length=8)
    rule = models.CharField(max_length=120)
    because = models.JSONField()
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="hazard")

    class Meta:
        db_table = "hazards_hazard"
        ordering = ["-found_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "number"], condition=~models.Q(number=""), name="hazards_hazard_number"
            )
        ]

    def __str__(self) -> str:
        return self.number or str(self.uid)

    @property
    def why(self) -> Text:
        return Text.read(self.because)
