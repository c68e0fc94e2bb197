# SPDX-License-Identifier: Apache-2.0
"""The nouns of the duty desk: the desk, who was on it from when to when, what was handed over, the log, and calls.

A number of a report is never kept: it is counted from these rows and from what alarms went through. Who called is not kept
here at all; a resident who wants an answer becomes the reporter of a case, where names are sealed.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


class Desk(models.Model):
    """A place that somebody watches: the alarms of ``kinds`` (names of kinds of assets; none: of all).

    ``is_unbroken``: there is always somebody; such a desk is only ever handed over, never left.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    title = models.JSONField()
    kinds = models.JSONField(default=list)
    is_unbroken = models.BooleanField(default=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "duty_desk"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Text:
        return Text.read(self.title)


class Shift(models.Model):
    """Somebody on a desk. ``holder`` is the account's uid; ``after`` the shift that it was taken over from."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="shifts")
    holder = models.UUIDField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    after = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="next")

    class Meta:
        db_table = "duty_shift"
        ordering = ["-began_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["desk"], condition=models.Q(ended_at=None), name="duty_shift_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("began_at")),
                name="duty_shift_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid}"


class Answer(models.TextChoices):
    """What became of a hand-over that was offered."""

    WAITING = "waiting", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class HandOver(models.Model):
    """A shift that is offered to somebody, with what stands: ``standing`` is frozen when it is offered (``standing.py``).

    ``seen`` are the alarms (uids) that the successor said to have looked at, when it was accepted.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="hand_overs")
    to = models.UUIDField()
    note = models.CharField(max_length=2000, blank=True)
    standing = models.JSONField()
    offered_at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True)
    answer_note = models.CharField(max_length=1000, blank=True)
    seen = models.JSONField(default=list)

    class Meta:
        db_table = "duty_hand_over"
        ordering = ["-offered_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=models.Q(answer="waiting"), name="duty_hand_over_one_at_a_time"
            )
        ]


class What(models.TextChoices):
    """What a line of the log is about."""

    NOTE = "note", _("Note")
    DECISION = "decision", _("Decision")
    MESSAGE = "message", _("Message passed on")
    VISIT = "visit", _("Visit or patrol")


class LogLine(models.Model):
    """A line of the log of a shift. Never changed, never deleted: what was wrong is said in another line.

    ``at`` is when it happened, as its writer says; ``written_at`` when it was written.
    """

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="lines")
    what = models.CharField(max_length=12, choices=What)
    text = models.CharField(max_length=2000)
    at = models.DateTimeField()
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=120)

    class Meta:
        db_table = "duty_log_line"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["shift", "at"], name="duty_log_line_shift")]


class Call(models.Model):
    """A call that rang at the desk; never answered where ``answered_at`` is empty. ``case`` is the one that it led to."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="calls")
    rang_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    about = models.CharField(max_length=1000, blank=True)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "duty_call"
        ordering = ["rang_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_at=None) | models.Q(answered_at__gte=models.F("rang_at")),
                name="duty_call_order",
            )
        ]
        indexes = [models.Index(fields=["shift", "rang_at"], name="duty_call_shift")]
