# SPDX-License-Identifier: Apache-2.0
"""The nouns of cases: the case, its history step by step, who reported it, and what was said.

Whom rows are about (assets, areas, parties, findings) is never deleted, and was looked up: there are no constraints to
check again. Nothing here says that a case is late: that follows from its history (``clocks``).
"""

from __future__ import annotations

from django.db import models

from belltower.core.cases.kinds import Grade
from belltower.core.cases.table import State, holder_of
from belltower.core.standards.models import Finding
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


def _is_set(column: str) -> models.Q:
    return models.Q(**{f"{column}__isnull": False})


_OPEN = models.Q(ended_at__isnull=True)
_RARE = ("party", "reporting_party", "asset", "finding", "parent", "merged_into")


class Case(models.Model):
    """Something to put right. ``number`` is what people call it ("2026-000123"), ``kind`` a declared kind of case.

    ``lon``, ``lat`` are degrees (WGS 84), None where nobody knows the place; ``address`` is what was said of it.
    ``asset_kind`` is the kind of the asset, by which secret things are hidden. ``party``
    is who must put it right, by the rule ``responsibility`` or by whoever dispatched it; ``reporting_party`` is whose
    somebody reported it, who sees it for that (never told to who must put it right). ``stage`` is whose clock runs and
    ``due_at`` when that clock ends, as it stood at the last step (None: no limit, or it stands still). ``before`` is the
    state that a suspended or merged case had. ``rung`` counts the rungs of the ladder that it was escalated in
    this stage (``ladder``).
    ``text`` and ``title`` are as the desk keeps them: what reporters wrote themselves is in their reports.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=12)
    grade = models.CharField(max_length=8, default=Grade.NONE)
    title = models.JSONField()
    text = models.TextField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    asset = models.ForeignKey(
        "places.Asset", null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="cases"
    )
    asset_kind = models.CharField(max_length=40, blank=True)
    area = models.ForeignKey(
        "places.Area", null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="cases"
    )
    party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="cases"
    )
    reporting_party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    responsibility = models.ForeignKey(
        "places.Responsibility", null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )  # fmt: skip
    finding = models.ForeignKey(
        Finding, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="cases"
    )
    alarm_uid = models.UUIDField(null=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="children")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="merged")
    state = models.CharField(max_length=12, default=State.REPORTED)
    before = models.CharField(max_length=12, blank=True)
    stage = models.CharField(max_length=12, blank=True)
    due_at = models.DateTimeField(null=True)
    suspended_until = models.DateTimeField(null=True)
    rung = models.SmallIntegerField(default=0)
    reported_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "cases_case"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "-id"], name="cases_case_state"),
            models.Index(fields=["kind", "-id"], name="cases_case_kind"),
            models.Index(fields=["area", "-id"], name="cases_case_area"),
            # One in twenty is open, and nearly every list is of those: their pages walk these.
            models.Index(fields=["-id"], condition=_OPEN, name="cases_case_open"),
            models.Index(fields=["area", "-id"], condition=_OPEN, name="cases_case_area_open"),
            models.Index(fields=["party", "-id"], condition=_OPEN & _is_set("party"), name="cases_case_party_open"),
            # What most cases have not costs nothing to keep when there is no row of it in the index.
            *(models.Index(fields=[one, "-id"], condition=_is_set(one), name=f"cases_case_{one}") for one in _RARE),
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False, ended_at__isnull=True),
                name="cases_case_due",
            ),
            models.Index(fields=["lon", "lat"], condition=_is_set("lon"), name="cases_case_place"),
            models.Index(fields=["alarm_uid"], condition=models.Q(alarm_uid__isnull=False), name="cases_case_alarm"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lon__isnull=True, lat__isnull=True) | models.Q(lon__isnull=False, lat__isnull=False),
                name="cases_case_point",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def name(self) -> Text:
        return Text.read(self.title)

    @property
    def holder_id(self) -> int | None:
        """The party that has it now; None while the duty desk has it, and once it is ended."""
        return holder_of(State(self.state), State(self.before) if self.before else None, self.party_id)

    @property
    def reference(self) -> str:
        """The case as events, attachments and entries name it."""
        return f"cases.case:{self.uid}"


class CaseStep(models.Model):
    """One step of a case: never changed, never deleted. The ledger has an entry of each.

    ``party`` is who has to put it right from then on, ``holder`` who held it from then on (None: the duty desk, or nobody
    where it is ended). ``by`` is Actor.reference, ``by_party`` whose somebody acted; ``part`` the part in which they did. ``about``
    is small JSON without personal data: until when, into which case, by which rule, by which finding.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="steps")
    number = models.IntegerField()
    step = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    stage = models.CharField(max_length=12, blank=True)
    part = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    by_party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    holder = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    reason = models.CharField(max_length=2000, blank=True)
    about = models.JSONField(default=dict)

    class Meta:
        db_table = "cases_step"
        ordering = ["case", "number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="cases_step_number")]


class Report(models.Model):
    """That somebody told of it: one row a reporter, kept with the case whatever it is merged into.

    ``code_digest`` is SHA-256 of the tracking code, which only the reporter has. Name, telephone, e-mail and ``text`` are
    sealed with a key of the report's own (``cases.report:<uid>``), so that a reporter can be erased.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    code_digest = models.CharField(max_length=64, unique=True)
    text_sealed = models.BinaryField(null=True)
    name_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    email_sealed = models.BinaryField(null=True)
    language = models.CharField(max_length=8, default="zh")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    at = models.DateTimeField()
    follows_only = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True)
    stars = models.SmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_report"
        ordering = ["case", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stars__isnull=True) | models.Q(stars__range=(1, 5)), name="cases_report_stars"
            )
        ]

    @property
    def reference(self) -> str:
        """The report as keys of personal data and entries name it."""
        return f"cases.report:{self.uid}"


class Remark(models.Model):
    """Something said of a case that changes nothing of it. ``is_public``: residents may read it, once the desk let it out."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="remarks")
    report = models.ForeignKey(Report, null=True, on_delete=models.PROTECT, related_name="remarks")
    text = models.CharField(max_length=2000)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    is_public = models.BooleanField(default=False)

    class Meta:
        db_table = "cases_remark"
        ordering = ["case", "id"]
