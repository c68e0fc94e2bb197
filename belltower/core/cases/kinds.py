# SPDX-License-Identifier: Apache-2.0
"""The kinds of case: those that packs declare, and a few that no domain owns."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from belltower.core.places.kinds import register
from belltower.kernel.packs import CaseKind
from belltower.kernel.texts import Text


class Source(StrEnum):
    """Where a case came from."""

    FINDING = "finding"
    ALARM = "alarm"
    INSPECTOR = "inspector"
    RESIDENT = "resident"
    MESSAGE = "message"
    ASSESSOR = "assessor"
    DESK = "desk"

    @property
    def text(self) -> Text:
        return _SOURCES[self]


class Grade(StrEnum):
    """How bad it is: the two national grades of hazards (一般, 重大), and what is no hazard."""

    NONE = "none"
    GENERAL = "general"
    MAJOR = "major"

    @property
    def text(self) -> Text:
        return _GRADES[self]


_SOURCES = {
    Source.FINDING: Text(zh="系统发现违标", en="A breach that the city found"),
    Source.ALARM: Text(zh="设备报警", en="An alarm"),
    Source.INSPECTOR: Text(zh="巡查上报", en="An inspector"),
    Source.RESIDENT: Text(zh="市民上报", en="A resident"),
    Source.MESSAGE: Text(zh="政府留言板", en="The message board"),
    Source.ASSESSOR: Text(zh="第三方评估", en="A third-party assessor"),
    Source.DESK: Text(zh="值班台登记", en="The duty desk"),
}
_GRADES = {
    Grade.NONE: Text(zh="非隐患", en="No hazard"),
    Grade.GENERAL: Text(zh="一般隐患", en="General hazard"),
    Grade.MAJOR: Text(zh="重大隐患", en="Major hazard"),
}

BREACH, ALARM, HAZARD, OTHER = "breach", "alarm", "hazard", "other"
_OF_NO_DOMAIN = (
    CaseKind(BREACH, Text(zh="违反标准", en="Breach of a standard")),
    CaseKind(ALARM, Text(zh="设备报警", en="Alarm")),
    CaseKind(HAZARD, Text(zh="安全隐患", en="Hazard")),
    CaseKind(OTHER, Text(zh="其他问题", en="Something else")),
)


def case_kinds() -> Mapping[str, CaseKind]:
    """Every declared kind of case by name, the packs' first."""
    return {**register().cases, **{one.name: one for one in _OF_NO_DOMAIN}}


def title_of(name: str) -> Text:
    """What a kind is called; one whose pack is no longer installed is called by its name."""
    kind = case_kinds().get(name)
    return kind.title if kind else Text(zh=name, en=name)


def kind_for_clause(clause: str, asset_kind: str) -> str:
    """The kind of the case that a breach of ``clause`` opens: the one opened by it, or a breach."""
    declared = register().cases.values()
    return next((one.name for one in declared if one.opened_by == clause and one.on in (None, asset_kind)), BREACH)
