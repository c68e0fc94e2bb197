# SPDX-License-Identifier: Apache-2.0
"""The noun of answers: a template."""

from __future__ import annotations

from django.db import models

from belltower.kernel.identity import uuid7


class AnswerTemplate(models.Model):
    """Words for an answer, in one language. ``kind`` is the kind of case it is for, "" for every kind.

    ``text`` names what comes from the case in braces: ``{number}``, ``{address}`` (rules.PLACEHOLDERS). Earlier wordings are the
    entries of the ledger; ``number`` counts them. What is withdrawn stays, and is offered to nobody.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=8, default="zh")
    text = models.CharField(max_length=2000)
    number = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        db_table = "answers_template"
        ordering = ["kind", "name", "id"]

    def __str__(self) -> str:
        return self.name
