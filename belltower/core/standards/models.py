# SPDX-License-Identifier: Apache-2.0
"""The nouns of kept standards: documents, clauses and their revisions, exemptions, and what the city makes of them.

``clauses.Clause`` is a revision as it is judged; here it is kept as it was written (revisions.py goes from one to the other).
Whom rows are about (assets, areas, parties) is never deleted, and was looked up: there are no constraints to check again.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from belltower.core.places.models import Role
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


class Origin(models.TextChoices):
    PACK = "pack", _("Pack")
    CONSOLE = "console", _("Console")


class KeptDocument(models.Model):
    """A standard: what it is called and who issued it. ``key`` is its id, ``pack.name``; ``source`` where it was taken from.

    ``laid_down`` is SHA-256 of a pack's file as it was last brought into the city; empty for the bureau's own.
    """

    key = models.CharField(max_length=81, unique=True)
    title = models.JSONField()
    issued_by = models.JSONField()
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.PACK)
    source = models.CharField(max_length=300, blank=True, default="", db_default="")
    laid_down = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        db_table = "standards_document"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class KeptClause(models.Model):
    """One sentence of a document, whatever its revisions say. ``key`` is its id, ``pack.name``."""

    key = models.CharField(max_length=81, unique=True)
    document = models.ForeignKey(KeptDocument, on_delete=models.PROTECT, related_name="clauses")

    class Meta:
        db_table = "standards_clause"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class RevisionState(models.TextChoices):
    """``in_force`` is approved: it holds from its day ``since``. ``superseded`` and ``withdrawn`` held until ``until``."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    IN_FORCE = "in_force", _("In force")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


HELD = (RevisionState.IN_FORCE, RevisionState.SUPERSEDED, RevisionState.WITHDRAWN)
"""States of revisions that are, will be or were in force; their days say when."""


class Revision(models.Model):
    """A clause as somebody wrote it. ``body`` is what YAML would read: a mapping of texts, numbers, truths and lists.

    It holds on the days from ``since`` until before ``until``. Once approved nothing of it is ever edited; ``digest`` is
    SHA-256 of the body. ``remark`` is what the reviewer said who returned it. ``written_by`` and ``reviewed_by`` are
    Actor.reference; a pack's own revisions are approved by the installation of the pack. ``withdrawn_by`` is empty where it
    was withdrawn because its pack no longer has it.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    clause = models.ForeignKey(KeptClause, on_delete=models.PROTECT, related_name="revisions")
    number = models.IntegerField()
    state = models.CharField(max_length=12, choices=RevisionState, default=RevisionState.DRAFT)
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    origin = models.CharField(max_length=8, choices=Origin)
    remark = models.CharField(max_length=1000, blank=True)
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=120, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=120, blank=True, default="", db_default="")

    class Meta:
        db_table = "standards_revision"
        ordering = ["clause", "number"]
        constraints = [
            models.UniqueConstraint(fields=["clause", "number"], name="standards_revision_number"),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(since__isnull=False, until__gte=models.F("since")),
                name="standards_revision_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause_id}/{self.number}"


class Exemption(models.Model):
    """Who is spared a clause, until when, who granted it and why: one asset, or everything in an area and below it.

    It holds on the days from ``since`` until before ``until``; one that was ended early has its ``until`` moved.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    clause = models.ForeignKey(KeptClause, on_delete=models.PROTECT, related_name="exemptions")
    asset = models.ForeignKey(
        "places.Asset", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="exemptions"
    )
    area = models.ForeignKey(
        "places.Area", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="exemptions"
    )
    reason = models.CharField(max_length=1000)
    granted_by = models.CharField(max_length=120)
    granted_at = models.DateTimeField()
    since = models.DateField()
    until = models.DateField()

    class Meta:
        db_table = "standards_exemption"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(asset__isnull=True, area__isnull=False)
                | models.Q(asset__isnull=False, area__isnull=True),
                name="standards_exempt_asset_or_area",
            ),
            models.CheckConstraint(condition=models.Q(until__gte=models.F("since")), name="standards_exemption_days"),
        ]


class Assessment(models.Model):
    """What a clause came to on a civil day: its counts by area as they stood at ``at``, the last time it was judged then.

    A full pass writes it; the day's incremental passes move it on. ``subjects`` are those of the last pass.
    """

    class Kind(models.TextChoices):
        FULL = "full", _("Full")
        INCREMENTAL = "incremental", _("Incremental")

    clause = models.ForeignKey(KeptClause, on_delete=models.PROTECT, related_name="assessments")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    applies_to = models.CharField(max_length=40, blank=True)
    day = models.DateField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind)
    subjects = models.BigIntegerField(default=0)
    took_ms = models.IntegerField()

    class Meta:
        db_table = "standards_assessment"
        ordering = ["clause", "-day"]
        constraints = [models.UniqueConstraint(fields=["clause", "day"], name="standards_assessment_day")]


class Count(models.Model):
    """How many of a clause's subjects in an area hold, break it, are not known, and are exempt; no ``area``: in none.

    The area is the one that the asset itself lies in, the deepest: those above it are summed by who asks.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="counts", db_index=False)
    area = models.ForeignKey("places.Area", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    holds = models.BigIntegerField(default=0)
    broken = models.BigIntegerField(default=0)
    unknown = models.BigIntegerField(default=0)
    exempt = models.BigIntegerField(default=0)

    class Meta:
        db_table = "standards_count"
        constraints = [
            models.UniqueConstraint(fields=["assessment", "area"], nulls_distinct=False, name="standards_count_area")
        ]


class FindingState(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class FindingOutcome(models.TextChoices):
    BROKEN = "broken", _("Broken")
    UNKNOWN = "unknown", _("Not known")


class Because(models.TextChoices):
    """Why a finding was closed."""

    HOLDS = "holds", _("The clause holds again")
    EXEMPT = "exempt", _("Exempt")
    NOT_MEANT = "not_meant", _("The clause no longer means it")
    NOT_IN_FORCE = "not_in_force", _("The clause is no longer in force")


class Finding(models.Model):
    """A clause is broken by a subject since ``opened_at``: an asset, or where ``asset`` is empty an area.

    It opens when the subject is found broken; it becomes unknown, and never closes, while that cannot be known any more.
    ``holds_since`` is since when the clause holds again, while its declared time runs. ``evidence`` is a copy of the values
    and rows that decided, as they last were; ``area`` is the subject's own. ``kind`` is the kind of asset that the clause
    is about; ``seen_at`` when anything of this was last otherwise than before. ``party`` answers in ``role`` by the rule
    ``responsibility`` (none: the asset's recorded owner); all of it, with ``due_at``, as it was when it last opened.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    clause = models.ForeignKey(
        KeptClause, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="findings"
    )
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=40, blank=True)
    asset = models.ForeignKey(
        "places.Asset", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="findings"
    )
    area = models.ForeignKey(
        "places.Area", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="findings"
    )
    state = models.CharField(max_length=8, choices=FindingState, default=FindingState.OPEN)
    outcome = models.CharField(max_length=8, choices=FindingOutcome, default=FindingOutcome.BROKEN)
    opened_at = models.DateTimeField()
    holds_since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=12, choices=Because, blank=True)
    seen_at = models.DateTimeField()
    times_opened = models.IntegerField(default=1)
    evidence = models.JSONField(default=dict)
    grade = models.CharField(max_length=8)
    due_at = models.DateTimeField(null=True)
    party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="findings"
    )
    responsibility = models.ForeignKey(
        "places.Responsibility", null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    role = models.CharField(max_length=12, choices=Role)

    class Meta:
        db_table = "standards_finding"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clause", "asset"], condition=models.Q(state="open", asset__isnull=False),
                name="standards_finding_asset",
            ),
            models.UniqueConstraint(
                fields=["clause", "area"], condition=models.Q(state="open", asset__isnull=True), nulls_distinct=False,
                name="standards_finding_area",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["clause", "state"], name="standards_finding_clause"),
            models.Index(fields=["state", "due_at"], name="standards_finding_due"),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.state}"

    @property
    def subject_title(self) -> Text:
        """What it is called: the asset by name and key, or the area."""
        if self.asset is not None:
            title = self.asset.title
            return Text(zh=f"{title.zh} {self.asset.key}", en=f"{title.en} {self.asset.key}") if title else Text(
                zh=self.asset.key, en=self.asset.key
            )  # fmt: skip
        return self.area.title if self.area else Text(zh="全市", en="The whole city")


class Standing(models.Model):
    """How an asset stands to every clause of its kind: a letter each, in the order of the kind's Basis (judging.Letter).

    Kept so that an incremental pass can move the counts; derived from what the clauses say of the asset.
    """

    asset = models.OneToOneField(
        "places.Asset", primary_key=True, on_delete=models.PROTECT, db_constraint=False, related_name="standing"
    )
    kind = models.CharField(max_length=40)
    area_id = models.BigIntegerField(null=True)
    letters = models.CharField(max_length=400)

    class Meta:
        db_table = "standards_standing"
        indexes = [models.Index(fields=["kind", "asset"], name="standards_standing_kind")]


class Basis(models.Model):
    """By what the standings of a kind were judged: the civil day and the revisions, in the order of the letters."""

    kind = models.CharField(max_length=40, primary_key=True)
    day = models.DateField()
    revisions = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        db_table = "standards_basis"


class Dirty(models.Model):
    """An asset that is to be judged again, written by triggers; no ``asset``: all of ``kind`` are (empty: of every kind)."""

    asset_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "standards_dirty"


class LastJudged(models.Model):
    """By what a clause that is judged by itself was judged last, as a whole or in part: until then its verdicts stand.

    ``until``: from then on the passing of time alone may change them, so that it is judged whole; None: never on that day.
    """

    clause_id = models.BigIntegerField(primary_key=True)
    revision_id = models.BigIntegerField()
    day = models.DateField()
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "standards_last_judged"


class Verdict(models.Model):
    """How one subject (an asset or an area, as the clause has it) stands to a clause that is judged by itself.

    Kept so that a pass over some subjects can move the counts; who is not meant is not here. ``letter`` is judging.Letter.
    """

    clause_id = models.BigIntegerField()
    subject = models.BigIntegerField()
    area_id = models.BigIntegerField(null=True)
    letter = models.CharField(max_length=1)

    class Meta:
        db_table = "standards_verdict"
        constraints = [models.UniqueConstraint(fields=["clause_id", "subject"], name="standards_verdict_subject")]


class Change(models.Model):
    """Something by which clauses judged by themselves may come out otherwise; written by triggers mostly.

    ``what`` is a word of changes.What; ``name`` a kind, an activity or a clause, as that has it, and ``subject`` the asset
    or area: None for all of them. ``was`` is where a thing was that moved (WKB, WGS 84).
    """

    what = models.CharField(max_length=8)
    name = models.CharField(max_length=81, blank=True)
    subject = models.BigIntegerField(null=True)
    was = models.BinaryField(null=True)

    class Meta:
        db_table = "standards_change"
