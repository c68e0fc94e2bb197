# SPDX-License-Identifier: Apache-2.0
"""The nouns of learning: an exam that was set, and a sitting of it with the questions as they were on its day."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


class Exam(models.Model):
    """What is asked, of whom, and when. Open from ``opens_at`` until before ``closes_at``.

    Asked are the clauses in force of ``documents`` (ids), about ``sectors`` (packs) and answered for in
    ``answered_by`` (roles of responsibility); an empty list is all. It is for who belongs to one of ``party_ids``, or to
    a party below one, and holds one of ``roles``; empty is everybody. ``pass_percent`` is of the questions.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    title = models.JSONField()
    documents = models.JSONField(default=list)
    sectors = models.JSONField(default=list)
    answered_by = models.JSONField(default=list)
    questions = models.IntegerField()
    pass_percent = models.IntegerField()
    minutes = models.IntegerField()
    attempts = models.IntegerField(default=1)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    # Parties are never deleted, and whom an exam is for is asked by an array operator of a row policy.
    party_ids = ArrayField(models.BigIntegerField(), default=list)
    roles = models.JSONField(default=list)
    set_by = models.CharField(max_length=120)
    set_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "learning_exam"
        ordering = ["-opens_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(closes_at__gt=models.F("opens_at")), name="learning_exam_span"),
            models.CheckConstraint(
                condition=models.Q(questions__gte=1, minutes__gte=1, attempts__gte=1, pass_percent__range=(1, 100)),
                name="learning_exam_numbers",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)

    @property
    def name(self) -> Text:
        """What it is called."""
        return Text.read(self.title)


class Sitting(models.Model):
    """One person's turn at an exam: what was drawn with the values of ``day``, what was answered, what came of it.

    ``questions`` is written once, at the beginning (drawing.py says how). ``answers`` has the number of the answer chosen
    for each question, null where none was. Until it is handed in, ``points`` and ``is_passed`` are not known.
    ``party`` is the unit that the person belonged to then. ``certificate`` is the number of a passed sitting's certificate.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="sittings")
    person = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="sittings")
    party = models.ForeignKey("places.Party", null=True, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    day = models.DateField()
    seed = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    questions = models.JSONField()
    answers = models.JSONField()
    pass_percent = models.IntegerField()
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)
    is_timed_out = models.BooleanField(default=False)
    points = models.IntegerField(null=True)
    is_passed = models.BooleanField(null=True)
    certificate = models.CharField(max_length=20, null=True, unique=True)

    class Meta:
        db_table = "learning_sitting"
        ordering = ["-begun_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["exam", "person", "number"], name="learning_sitting_number"),
            models.UniqueConstraint(
                fields=["exam", "person"], condition=models.Q(handed_in_at=None), name="learning_sitting_open"
            ),
            models.CheckConstraint(
                condition=models.Q(handed_in_at=None, points=None, is_passed=None, certificate=None)
                | models.Q(handed_in_at__isnull=False, points__isnull=False, is_passed__isnull=False),
                name="learning_sitting_result",
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], condition=models.Q(handed_in_at=None), name="learning_sitting_ends")
        ]

    def __str__(self) -> str:
        return str(self.uid)

    @property
    def is_open(self) -> bool:
        """Whether it was not handed in; its time may be over all the same (rules.is_overdue)."""
        return self.handed_in_at is None
