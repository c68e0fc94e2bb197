# SPDX-License-Identifier: Apache-2.0
"""What came of a load, as people and programs read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from belltower.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that was kept aside: its number in the file, why, and the row as it stood."""

    row: int
    reason: Text
    values: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return {"row": self.row, "reason": self.reason.as_json(), "values": dict(self.values)}


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Counts of one load; ``rows`` is all there were, so rows = created + changed + unchanged + kept_aside.

    ``examples`` are the first rows kept aside; ``owners`` the parties that were, or in a dry run would be, made.
    """

    target: str
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    kept_aside: int = 0
    owners: tuple[str, ...] = ()
    is_dry_run: bool = False
    seconds: float = 0.0
    warnings: tuple[Text, ...] = ()
    examples: tuple[Aside, ...] = field(default=())

    @property
    def summary(self) -> Text:
        """The report in one sentence."""
        sentence = _WOULD if self.is_dry_run else _DID
        return sentence.format(
            rows=self.rows, created=self.created, changed=self.changed, unchanged=self.unchanged, aside=self.kept_aside
        )

    def as_json(self) -> dict[str, Any]:
        """As stored in models.Load.report."""
        return {
            "target": self.target,
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "kept_aside": self.kept_aside,
            "owners": list(self.owners),
            "is_dry_run": self.is_dry_run,
            "seconds": round(self.seconds, 3),
            "warnings": [warning.as_json() for warning in self.warnings],
            "examples": [aside.as_json() for aside in self.examples],
        }

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> LoadReport:
        """From JSON as stored."""
        counts = {name: value[name] for name in ("target", "rows", "created", "changed", "unchanged", "kept_aside")}
        return cls(
            **counts,
            owners=tuple(value["owners"]),
            is_dry_run=value["is_dry_run"],
            seconds=value["seconds"],
            warnings=tuple(map(Text.read, value["warnings"])),
            examples=tuple(Aside(each["row"], Text.read(each["reason"]), each["values"]) for each in value["examples"]),
        )


_DID = Text(
    zh="共 {rows} 行：新增 {created}，变更 {changed}，未变 {unchanged}，留置 {aside}。",
    en="{rows} rows: {created} created, {changed} changed, {unchanged} unchanged, {aside} kept aside.",
)
_WOULD = Text(
    zh="试运行，未写入。共 {rows} 行：将新增 {created}，变更 {changed}，未变 {unchanged}，留置 {aside}。",
    en="Dry run, nothing written. {rows} rows: {created} would be created, {changed} changed, {unchanged} unchanged, "
    "{aside} kept aside.",
)
