# SPDX-License-Identifier: Apache-2.0
"""The nouns of campaigns and of action plans. No number of progress is kept here, but in the report of a campaign that is closed.

Whom rows are about (clauses, areas, parties) is never deleted, and was looked up: there are no constraints to check again.
"""

from __future__ import annotations

from django.db import models

from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


class Campaign(models.Model):
    """A set of clauses and areas with a first and a last day, both of them in it, and targets (``targets.Target.as_json``).

    Without an area it is about the whole city. ``made_by`` and ``closed_by`` are Actor.reference; ``remark`` is what was
    said at its close. Nothing but the close ever changes it.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    title = models.JSONField()
    purpose = models.JSONField(default=dict)
    first_day = models.DateField()
    last_day = models.DateField()
    targets = models.JSONField(default=list)
    is_simulated = models.BooleanField(default=False)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=120, blank=True)
    remark = models.CharField(max_length=1000, blank=True)

    class Meta:
        db_table = "campaigns_campaign"
        ordering = ["-first_day", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="campaigns_campaign_days"
            )
        ]

    def __str__(self) -> str:
        return f"{self.uid}"

    @property
    def name(self) -> Text:
        return Text.read(self.title)


class CampaignClause(models.Model):
    """A clause that a campaign is about; ``kind`` is the kind of asset that it was about then, empty where that is areas."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="clauses")
    clause = models.ForeignKey(
        "standards.KeptClause", on_delete=models.PROTECT, db_constraint=False, related_name="campaigns"
    )
    kind = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "campaigns_clause"
        ordering = ["clause__key"]
        constraints = [models.UniqueConstraint(fields=["campaign", "clause"], name="campaigns_clause_once")]


class CampaignArea(models.Model):
    """An area that a campaign is about, with all below it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="areas")
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, db_constraint=False, related_name="campaigns")

    class Meta:
        db_table = "campaigns_area"
        ordering = ["area__code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "area"], name="campaigns_area_once")]


class Report(models.Model):
    """What a campaign came to when it was closed, as it is printed (``reporting.frozen``); never changed, never deleted.

    ``digest`` is SHA-256 of the numbers; the row is an entry of the ledger, so that nobody can say other numbers later.
    """

    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="report")
    numbers = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        db_table = "campaigns_report"


class ActionPlan(models.Model):
    """Projects over years towards one end. ``party`` leads it."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    title = models.JSONField()
    purpose = models.JSONField(default=dict)
    first_day = models.DateField()
    last_day = models.DateField()
    party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    is_simulated = models.BooleanField(default=False)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_plan"
        ordering = ["-first_day", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last_day__gte=models.F("first_day")), name="campaigns_plan_days")
        ]

    def __str__(self) -> str:
        return f"{self.uid}"

    @property
    def name(self) -> Text:
        return Text.read(self.title)


class Project(models.Model):
    """One undertaking of a plan. ``party`` carries it out; ``number`` is its place in the plan."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    plan = models.ForeignKey(ActionPlan, on_delete=models.PROTECT, related_name="projects")
    number = models.IntegerField()
    title = models.JSONField()
    party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="projects"
    )

    class Meta:
        db_table = "campaigns_project"
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="campaigns_project_number")]

    def __str__(self) -> str:
        return f"{self.uid}"

    @property
    def name(self) -> Text:
        return Text.read(self.title)


class Milestone(models.Model):
    """What a project is to have reached on a day. ``due_on`` is the day that holds now; where it was before, its slips tell.

    ``reached_on`` is the day on which it was reached, as ``reached_by`` reported it.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="milestones")
    title = models.JSONField()
    due_on = models.DateField()
    reached_on = models.DateField(null=True)
    reached_by = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "campaigns_milestone"
        ordering = ["project", "due_on", "id"]

    def __str__(self) -> str:
        return f"{self.uid}"

    @property
    def name(self) -> Text:
        return Text.read(self.title)


class Slip(models.Model):
    """That a milestone was moved: who, when, why, from which day to which. Never changed, never deleted."""

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="slips")
    from_day = models.DateField()
    to_day = models.DateField()
    reason = models.CharField(max_length=1000)
    moved_by = models.CharField(max_length=120)
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "campaigns_slip"
        ordering = ["milestone", "id"]

    @property
    def days(self) -> int:
        """By how many days it was moved: later is more, earlier less than none."""
        return (self.to_day - self.from_day).days
