# SPDX-License-Identifier: Apache-2.0
"""The nouns of plans: what is asked, a run that computes, the plan with its certificate, and an adopted one with its sites.

A plan is a file that anybody can check (``belltower certify``); its digest is in the ledger. Whom rows are about (areas,
parties, assets, jobs) is never deleted, and was looked up: there are no constraints to check again.
"""

from __future__ import annotations

import zlib

from django.db import models

from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


class Question(models.Model):
    """What is to be planned: things of ``kind`` in an area (None: the whole city). ``asked`` is asking.Asked.as_json."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    title = models.JSONField()
    kind = models.CharField(max_length=40)
    area = models.ForeignKey("places.Area", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    asked = models.JSONField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "plans_question"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.uid}"

    @property
    def name(self) -> Text:
        return Text.read(self.title)


class Run(models.Model):
    """A search for an answer, of at most so many seconds, with its seed. ``told``: [second, value, bound] as they got better."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="runs")
    seconds = models.IntegerField()
    seed = models.IntegerField()
    job_uid = models.UUIDField(null=True)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    told = models.JSONField(default=list)

    class Meta:
        db_table = "plans_run"
        ordering = ["-id"]


class Plan(models.Model):
    """A plan as the planner gave it. ``packed`` is its file, ``digest`` SHA-256 of that; ``says`` what pages show of it.

    ``stage`` of ``stages``: of a plan built over years. ``checked_at`` is when the checker last said that it stands,
    ``is_proof`` whether the certificate alone closes the bound.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="plans")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="plans")
    stage = models.SmallIntegerField(default=1)
    stages = models.SmallIntegerField(default=1)
    status = models.CharField(max_length=12)
    value = models.BigIntegerField()
    bound = models.BigIntegerField()
    says = models.JSONField()
    packed = models.BinaryField()
    digest = models.CharField(max_length=64)
    problem_digest = models.CharField(max_length=80)
    is_proof = models.BooleanField()
    made_at = models.DateTimeField()
    checked_at = models.DateTimeField()

    class Meta:
        db_table = "plans_plan"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["run", "stage"], name="plans_plan_stage")]

    def __str__(self) -> str:
        return f"{self.uid}"

    @property
    def text(self) -> str:
        """The plan's file."""
        return zlib.decompress(bytes(self.packed)).decode()

    @property
    def gap(self) -> float:
        """How far it may be from the best, as a share of the bound."""
        return abs(self.bound - self.value) / max(1, abs(self.bound))


class Adoption(models.Model):
    """That a plan is what will be built, by ``party``, from a day on. ``void_because``: why it is not true any more ({zh, en} each)."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="adoption")
    party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    first_day = models.DateField()
    adopted_by = models.CharField(max_length=120)
    adopted_at = models.DateTimeField()
    checked_at = models.DateTimeField()
    void_at = models.DateTimeField(null=True)
    void_because = models.JSONField(default=list)
    reached_now = models.BigIntegerField(null=True)

    class Meta:
        db_table = "plans_adoption"
        ordering = ["-id"]


class Site(models.Model):
    """A site that an adopted plan opens: ``number`` in the plan's file, and its asset. What is to be built has days.

    ``promised_on`` is the day of the adoption; ``due_on`` the one that holds now, after its slips.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    adoption = models.ForeignKey(Adoption, on_delete=models.PROTECT, related_name="sites")
    number = models.IntegerField()
    asset = models.ForeignKey("places.Asset", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    promised_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    reached_on = models.DateField(null=True)
    reached_by = models.CharField(max_length=120, blank=True)
    case_uid = models.UUIDField(null=True)

    class Meta:
        db_table = "plans_site"
        ordering = ["due_on", "number"]
        constraints = [models.UniqueConstraint(fields=["adoption", "number"], name="plans_site_once")]


class Slip(models.Model):
    """That a site is to be built on another day: who said so, when and why. Never changed."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="slips")
    from_day = models.DateField()
    to_day = models.DateField()
    reason = models.CharField(max_length=1000)
    moved_by = models.CharField(max_length=120)
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "plans_slip"
        ordering = ["site", "id"]
