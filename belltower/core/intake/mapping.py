# SPDX-License-Identifier: Apache-2.0
"""Which column of a file of past cases is what, read from YAML with its lines; ready ones stand in ``mappings/``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from belltower.core.cases.kinds import OTHER, Source, case_kinds
from belltower.core.intake.errors import BadIntakeMapping, IntakeColumns, NoSuchMapping
from belltower.kernel import written
from belltower.kernel.errors import Refusal
from belltower.kernel.instants import zone_of
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

READY = Path(__file__).parent / "mappings"
NEEDED = ("number", "kind", "reported", "status")
TARGETS = (*NEEDED, "due", "closed", "lon", "lat", "address", "party")


class Said(StrEnum):
    """What a word of the file's status means."""

    OPEN = "open"
    CLOSED = "closed"
    DECLINED = "declined"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Columns:
    """A mapping as it was read. ``kinds`` are the file's kinds by ours, ``parties`` its units by the keys of our parties."""

    zone: ZoneInfo
    times: tuple[str, ...]
    source: Source
    columns: Mapping[str, str]
    states: Mapping[str, Said]
    kinds: Mapping[str, str]
    parties: Mapping[str, str]

    def kind(self, said: str) -> str:
        """Our kind for a kind of the file; what nobody mapped is something else."""
        return self.kinds.get(said, OTHER)

    def as_json(self) -> dict[str, Any]:
        """As kept beside what was taken in by it."""
        return {
            "zone": self.zone.key, "times": list(self.times), "source": self.source.value, "columns": dict(self.columns),
            "states": {word: one.value for word, one in self.states.items()}, "kinds": dict(self.kinds),
            "parties": dict(self.parties),
        }  # fmt: skip


def choose(name: str | None, there: Collection[str]) -> Columns:
    """The mapping of that name or file; None: the ready one whose columns are all there. Raises NoSuchMapping, BadIntakeMapping."""
    ready = {path.stem: path for path in sorted(READY.glob("*.yaml"))}
    if name is None:
        fits = [one for path in ready.values() if set((one := load(path)).columns.values()) <= set(there)]
        if len(fits) == 1:
            return fits[0]
    elif (path := ready.get(name, Path(name))).is_file():
        return load(path)
    raise NoSuchMapping(name=name or "", known=", ".join(ready))


def load(path: Path) -> Columns:
    """The mapping in that file. Raises BadIntakeMapping."""
    try:
        return read(path.read_text(encoding="utf-8"), file=path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = Text(zh=f"无法读取（{type(error).__name__}）。", en=f"it cannot be read ({type(error).__name__}).")
        raise BadIntakeMapping(file=path.name, line=1, reason=reason) from None


def check(mapping: Columns, there: Collection[str], name: str) -> None:
    """Refuse a file without the columns. Raises IntakeColumns."""
    if missing := [column for column in mapping.columns.values() if column not in there]:
        raise IntakeColumns(file=name, missing=", ".join(missing), columns=", ".join(there))


def read(text: str, *, file: str) -> Columns:
    """The mapping that the text holds. Raises BadIntakeMapping at the first fault."""

    def refusing(line: int, reason: Text) -> Refusal:
        return BadIntakeMapping(file=file, line=line, reason=Text(zh=f"{reason.zh}。", en=f"{reason.en}."))

    whole = written.read(text, refusing, name="mapping")
    whole.keys(known=("title", "zone", "times", "source", "columns", "states", "kinds", "parties"))
    columns = whole.need("columns")
    columns.keys(known=TARGETS)
    for name in NEEDED:
        columns.need(name)
    sources, kinds = tuple(one.value for one in Source), tuple(case_kinds())
    source = whole.get("source")
    return Columns(
        zone=_zone(whole.need("zone")), times=tuple(one.text() for one in whole.each("times")),
        source=Source(source.word(*sources)) if source else Source.DESK,
        columns={name: part.text() for name in TARGETS if (part := columns.get(name))},
        states={word: Said(part.word(*(one.value for one in Said))) for word, part in _named(whole.need("states")).items()},
        kinds={said: part.word(*kinds) for said, part in _named(whole.get("kinds")).items()},
        parties={said: part.text() for said, part in _named(whole.get("parties")).items()},
    )  # fmt: skip


def _zone(part: Part) -> ZoneInfo:
    try:
        return zone_of(part.text())
    except Refusal:
        raise part.refuse("不是 IANA 时区名", "is no IANA name of a time zone, such as America/New_York") from None


def _named(part: Part | None) -> Mapping[str, Part]:
    if part is None:
        return {}
    if not isinstance(part.value, dict):
        raise part.refuse("应为键值", "must be keys with values")
    return part.value
