# SPDX-License-Identifier: Apache-2.0
"""Why is this broken? A finding with the values that decided, the clause as it was in force, who answers by which rule, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from belltower.core.places.kinds import kind_title
from belltower.core.standards.clauses import Grade, number_in
from belltower.core.standards.models import Finding, FindingState
from belltower.kernel.packs import Register
from belltower.kernel.texts import Text
from belltower.screens.console.shown import ShownField, plain, shown
from belltower.screens.console.standard_listing import GRADES

_ROLES = {
    "territory": Text(zh="属地", en="territory"), "sector": Text(zh="行业主管", en="sector"),
    "enterprise": Text(zh="企业主体", en="enterprise"), "owner": Text(zh="权属", en="owner"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One finding as lists draw it."""

    finding: Finding
    title: Text
    now: datetime

    @property
    def state(self) -> str:
        """A word of a shape: broken, unknown, or closed."""
        return "closed" if self.finding.state == FindingState.CLOSED else str(self.finding.outcome)

    @property
    def word(self) -> str:
        return {"broken": _("Broken"), "unknown": _("Unknown"), "closed": _("Put right")}[self.state]

    @property
    def grade_word(self) -> str:
        return str(GRADES.get(Grade(self.finding.grade), self.finding.grade))

    @property
    def kind(self) -> Text:
        return kind_title(self.finding.kind) if self.finding.kind else Text(zh="区域", en="area")

    @property
    def is_overdue(self) -> bool:
        due = self.finding.due_at
        return self.finding.state == FindingState.OPEN and due is not None and due < self.now

    @property
    def left(self) -> str:
        """How long until it is due, or how long it is overdue, in the largest whole unit."""
        due = self.finding.due_at
        if due is None or self.finding.state == FindingState.CLOSED:
            return ""
        said = length(abs(due - self.now))
        return _("overdue by %(time)s") % {"time": said} if due < self.now else _("%(time)s left") % {"time": said}


def row_of(finding: Finding, now: datetime) -> Row:
    """The row of a finding; its clause is called as the revision says that found it."""
    return Row(finding, Text.read(finding.revision.body.get("title") or finding.clause.key), now)


def _source(said: dict[str, str]) -> dict[str, object]:
    return {"document": said.get("document", ""), "number": number_in(said.get("clause", ""))}


def length(time: timedelta) -> str:
    """A length of time in days, hours or minutes."""
    minutes = int(time.total_seconds() // 60)
    if minutes >= 2880:
        return ngettext("%(n)s day", "%(n)s days", minutes // 1440) % {"n": minutes // 1440}
    if minutes >= 120:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def page_of(finding: Finding, now: datetime, register: Register, language: str) -> dict[str, Any]:
    """The context of the page of a finding."""
    body, evidence = finding.revision.body, finding.evidence
    return {
        "row": row_of(finding, now),
        "finding": finding,
        "subject": finding.subject_title,
        "text": Text.read(body["text"]) if body.get("text") else None,
        "source": _source(body.get("source") or {}),
        "fields": _fields(finding, evidence, register),
        "values": [(name, plain(value)) for name, value in (evidence.get("values") or {}).items()],
        "last": _last(evidence.get("last"), register),
        "was": evidence.get("asset") or {},
        "others": _others(evidence),
        "role": _ROLES.get(finding.role),
        "rule": _rule(finding),
        "times": _times(finding),
    }


def _fields(finding: Finding, evidence: Mapping[str, Any], register: Register) -> list[ShownField]:
    """What was asked of the subject, as it was when it decided; a field that nobody filled in is not known."""
    kind = register.kinds.get(finding.kind)
    found = []
    for name, value in (evidence.get("fields") or {}).items():
        declared = kind.field(name) if kind else None
        found.append(shown(declared, value) if declared else ShownField(name, name, plain(value)))
    return found


def _last(last: Any, register: Register) -> dict[str, Any] | None:
    """The last activity that was looked at, where the clause asks for one."""
    if not isinstance(last, Mapping):
        return None
    return {"at": last.get("at"), "fields": [(name, plain(one)) for name, one in (last.get("fields") or {}).items()]}


def _others(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What else was noted, as it was noted: distances, counts, intervals."""
    told = ("values", "fields", "asset", "last")
    return [(name, _flat(value)) for name, value in evidence.items() if name not in told]


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_flat(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_flat(one) for one in value)
    return plain(value) or "–"


def _rule(finding: Finding) -> dict[str, Any] | None:
    """The responsibility that decided; None where the asset's recorded owner answers, or nobody is known."""
    rule = finding.responsibility
    if rule is None:
        return None
    return {
        "kind": kind_title(rule.kind) if rule.kind else None,
        "area": rule.area.title if rule.area else None,
        "since": rule.valid_from,
        "basis": rule.basis,
    }


def _times(finding: Finding) -> list[tuple[str, datetime]]:
    """What happened to it, the latest first."""
    told = [
        (_("Put right") + (f" · {finding.get_closed_because_display()}" if finding.closed_because else ""),
         finding.closed_at),
        (_("It holds again, and must stay so"), finding.holds_since),
        (_("Last judged"), finding.seen_at),
        (_("Found broken"), finding.opened_at),
    ]  # fmt: skip
    return [(word, at) for word, at in told if at is not None]
