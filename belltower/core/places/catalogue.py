# SPDX-License-Identifier: Apache-2.0
"""The classes of parts and matters of an official standard: read from a file, and loaded again and again safely."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from belltower.core.ledger.entries import action
from belltower.core.places.models import Code, CodeKind
from belltower.kernel.actors import Actor
from belltower.kernel.codes import check_class_code
from belltower.kernel.errors import Unreadable
from belltower.kernel.texts import Text

SAMPLE = Path(__file__).parent / "catalogues" / "gbt47678-5-sample.yaml"
COLUMNS = ("standard", "kind", "code", "zh", "en", "verified")
_LISTS = {"parts": CodeKind.PART, "matters": CodeKind.MATTER}
_LONGEST = {"standard": 40, "verified": 200}


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One class as a file states it; parts and matters reuse the same numbers."""

    standard: str
    kind: str
    code: str
    name: Text
    verified: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.standard, self.kind, self.code


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A row that was not loaded: its number in the file (the first is 1), the code as it stood, and why."""

    row: int
    code: str
    reason: Text


@dataclass(frozen=True, slots=True)
class CodesReport:
    """What came of loading a catalogue."""

    created: int
    changed: int
    unchanged: int
    kept_out: tuple[KeptOut, ...]


def load_codes(path: Path, *, by: Actor) -> CodesReport:
    """Put the classes in that YAML or CSV file in force; the same file again changes nothing.

    A row that does not hold is kept out with its reason and never stops the others. Classes that the file does not
    name stay as they are. Raises Unreadable where the file as a whole cannot be read.
    """
    rows, kept_out = read_catalogue(path)
    return _put(rows, kept_out, by=by)


def read_catalogue(path: Path) -> tuple[list[CodeRow], tuple[KeptOut, ...]]:
    """The good rows of a catalogue file, and those to keep out. Raises Unreadable."""
    rows: dict[tuple[str, str, str], CodeRow] = {}
    kept_out: list[KeptOut] = []
    for number, values in enumerate(_values(path), start=1):
        row = _row(values)
        if isinstance(row, CodeRow) and row.key in rows:
            row = Text(zh="同一标准、类别和代码已在前面出现", en="the same standard, kind and code stands further up")
        if isinstance(row, CodeRow):
            rows[row.key] = row
        else:
            kept_out.append(KeptOut(number, str(values.get("code") or ""), row))
    return list(rows.values()), tuple(kept_out)


@action("places.load_codes")
def _put(rows: Iterable[CodeRow], kept_out: tuple[KeptOut, ...], *, by: Actor) -> CodesReport:
    known = {(one.standard, one.kind, one.code): one for one in Code.objects.select_for_update()}
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for row in rows:
        state = {"name": row.name.as_json(), "verified": row.verified}
        found = known.get(row.key)
        if found and {"name": found.name, "verified": found.verified} == state:
            counts["unchanged"] += 1
            continue
        counts["changed" if found else "created"] += 1
        Code.objects.update_or_create(standard=row.standard, kind=row.kind, code=row.code, defaults=state)
    return CodesReport(**counts, kept_out=kept_out)


def _values(path: Path) -> Iterator[Mapping[str, Any]]:
    """Every row of the file as the columns COLUMNS; ``name`` may stand for ``zh`` and ``en``."""
    readers = {".yaml": _yaml_values, ".yml": _yaml_values, ".csv": _csv_values}
    if path.suffix.lower() not in readers:
        raise _unreadable(path, zh="应为 YAML 或 CSV 文件", en="it is neither YAML nor CSV")
    try:
        yield from readers[path.suffix.lower()](path)
    except FileNotFoundError:
        raise _unreadable(path, zh="没有这个文件", en="there is no such file") from None
    except (UnicodeDecodeError, yaml.YAMLError, csv.Error) as error:
        raise _unreadable(path, zh=f"内容无法解析（{error}）", en=f"its content cannot be parsed ({error})") from None


def _yaml_values(path: Path) -> Iterator[Mapping[str, Any]]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not found.keys() & _LISTS.keys():
        raise _unreadable(path, zh="没有 parts 或 matters 列表", en="it holds no list 'parts' or 'matters'")
    shared = {"standard": found.get("standard"), "verified": found.get("verified")}
    for name, kind in _LISTS.items():
        for one in found.get(name) or ():
            yield shared | {"kind": kind.value} | (one if isinstance(one, dict) else {"code": one})


def _csv_values(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := set(COLUMNS[:3]) - set(rows.fieldnames or ()):
            names = ", ".join(sorted(missing))
            raise _unreadable(path, zh=f"缺少列 {names}", en=f"it lacks the columns {names}")
        yield from rows


def _row(values: Mapping[str, Any]) -> CodeRow | Text:
    """The row that ``values`` hold, or what is wrong with them."""
    code, kind = values.get("code"), values.get("kind")
    if not isinstance(code, str):
        return Text(
            zh="代码应为带引号的文本，否则会丢失前导零", en="the code is not a text in quotes, so it loses its zeros"
        )
    if wrong := check_class_code(code):
        return Text(zh=wrong.say("zh"), en=wrong.say("en"))
    if kind not in CodeKind.values:
        return Text(zh=f"类别“{kind}”应为 part 或 matter", en=f"the kind '{kind}' is neither part nor matter")
    if not (name := _name(values)):
        return Text(zh="缺少名称", en="it has no name")
    standard, verified = str(values.get("standard") or "").strip(), str(values.get("verified") or "").strip()
    if not standard or len(standard) > _LONGEST["standard"] or len(verified) > _LONGEST["verified"]:
        return Text(
            zh="须写明标准（40字以内），核实情况不超过200字",
            en="it needs its standard (at most 40 characters) and at most 200 characters on how it was verified",
        )
    return CodeRow(standard, str(kind), code, name, verified)


def _name(values: Mapping[str, Any]) -> Text | None:
    stated = values.get("name") or {"zh": values.get("zh"), "en": values.get("en")}
    try:
        return Text.read(stated)
    except (ValueError, AttributeError):
        return None


def _unreadable(path: Path, *, zh: str, en: str) -> Unreadable:
    return Unreadable(what=path.name, reason=Text(zh=zh, en=en))
