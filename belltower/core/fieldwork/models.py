# SPDX-License-Identifier: Apache-2.0
"""The noun of work outside: one act as a telephone told it, and what came of it."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from belltower.core.cases.models import Case
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


class Outcome(StrEnum):
    """What came of an act."""

    ACCEPTED = "accepted"
    CONFLICT = "conflict"

    @property
    def text(self) -> Text:
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.ACCEPTED: Text(zh="已办理", en="Done"),
    Outcome.CONFLICT: Text(zh="有冲突，未办理", en="Conflict: not done"),
}


class Act(models.Model):
    """One step that somebody took outside. Nothing of it is lost where the case went on in the meantime.

    ``key`` is the telephone's own UUID of it: told twice, it is done once. ``said_case`` is the case as it was told, ``case``
    the same where whoever acted saw it. ``based_on`` is the number of the last step that they had seen (None: it follows
    another act, ``follows``, that was refused itself). ``happened_at`` is when it was done, as far as that can be
    (``rules.happened``), ``said_at`` as the telephone told it. ``number`` is the step that it became. ``why`` says
    in both languages why it is in conflict, and ``seen_at`` when its author has laid that aside.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    key = models.UUIDField()
    person = models.UUIDField()
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="acts")
    said_case = models.CharField(max_length=40)
    step = models.CharField(max_length=12)
    text = models.CharField(max_length=2000, blank=True)
    based_on = models.IntegerField(null=True)
    follows = models.UUIDField(null=True)
    said_at = models.DateTimeField(null=True)
    happened_at = models.DateTimeField()
    came_at = models.DateTimeField()
    outcome = models.CharField(max_length=10)
    number = models.IntegerField(null=True)
    why = models.JSONField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "fieldwork_act"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="fieldwork_act_once")]

    @property
    def reference(self) -> str:
        """The act as attachments and entries name it."""
        return f"fieldwork.act:{self.uid}"
