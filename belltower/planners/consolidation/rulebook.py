# SPDX-License-Identifier: Apache-2.0
"""The rules of a consolidation as people write them: a YAML of dated sources, each with how far it was verified.

No figure stands in code: what a wind presses, how far a sign may move, what a pole carries are said by the file, or it is refused
with the line that is wanting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.kernel.written import Part, read

FORMAT = "belltower-pole-rules/1"
VERIFIED = ("primary", "transcription", "secondary", "unverified")
FACTS = ("height_m", "area_m2", "power_w", "reach_m")
SWITCHES = ("stays", "lights", "may_go", "pole_carries")
POLE_FACTS = ("owner", "pole_height_m", "moment_nm", "pole_power_w", "carries", "kerb", "along_m")
COLUMNS = ("number", *FACTS, *SWITCHES, *POLE_FACTS, "lon", "lat", "sight_lon", "sight_lat")


class BadPoleRules(Refusal):
    """A file of rules that cannot be used, with the line."""

    code = "bad_pole_rules"
    sentence = Text(
        zh="合杆规则 {file} 第 {line} 行：{reason}。请更正后重新计算。",
        en="Rules of poles {file}, line {line}: {reason}. Correct it and plan again.",
    )


@dataclass(frozen=True, slots=True)
class Sourced:
    """A figure's source: what it is of, where it was seen, when, and how far that was verified."""

    of: str
    document: str
    seen: str
    verified: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a kind of device where its inventory does not say better.

    ``sight``: how near and how far from its point of sight (a stop line) it must stand; without that point it stays.
    """

    name: str
    facts: Mapping[str, float]
    switches: Mapping[str, bool]
    sight: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Inventory:
    """A file of things of one kind: which column says what, what all of them have, and which rows count."""

    file: str
    kind: str
    crs: str | None
    owner: str | None
    columns: Mapping[str, str]
    where: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Streets:
    """A file of lines whose sides are the kerbs, and how far from one a pole may stand to light it."""

    file: str
    within_m: float


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All that a file of rules says."""

    title: Text
    plane: str
    centre: tuple[float, float]
    layers_m: tuple[tuple[float, float], ...]
    wind_pa: int
    spacing_m: float | None
    same_pole_m: float
    pole: Mapping[str, float]
    mounts: tuple[int, ...]
    kinds: Mapping[str, Kind]
    conflicts: tuple[tuple[str, str], ...]
    refusals: tuple[tuple[str, str], ...]
    inventories: tuple[Inventory, ...]
    streets: Streets | None
    sources: tuple[Sourced, ...]


KEYS = (
    "format", "title", "plane", "centre", "layers", "wind", "spacing", "same_pole", "poles", "kinds", "conflicts", "refusals",
    "inventories", "streets",
)  # fmt: skip


def read_rulebook(text: str, *, file: str) -> Rulebook:
    """The rules in ``text``. Refuses what is missing, unknown or no number, with its line."""
    root = read(text, lambda line, reason: BadPoleRules(file=file, line=line, reason=reason), name=file)
    root.keys(known=KEYS)
    root.need("format").word(FORMAT)
    sources: list[Sourced] = []
    kinds = {part.name: _kind(part, sources) for part in _named(root.need("kinds"))}
    layers = tuple(_pair(part) for part in _sourced(root, "layers", "metres", sources).each("metres"))
    spacing = _sourced(root, "spacing", "metres", sources) if root.get("spacing") else None
    return Rulebook(
        title=_title(root.need("title")),
        plane=root.need("plane").text(),
        centre=_pair(root.need("centre")),
        layers_m=layers,
        wind_pa=round(_sourced(root, "wind", "pascals", sources).need("pascals").number(least=0)),
        spacing_m=spacing.need("metres").number(least=0.001) if spacing else None,
        same_pole_m=_sourced(root, "same_pole", "metres", sources).need("metres").number(least=0),
        **_pole(root, layers, sources),
        kinds=kinds,
        conflicts=tuple(_two(part, "kinds", tuple(kinds), sources) for part in _listed(root, "conflicts")),
        refusals=tuple(_refusal(part, sources) for part in _listed(root, "refusals")),
        inventories=tuple(_inventory(part, kinds) for part in root.each("inventories")),
        streets=_streets(root.get("streets")),
        sources=tuple(sources),
    )


def _sourced(root: Part, key: str, known: str, sources: list[Sourced], *more: str) -> Part:
    part = root.need(key)
    part.keys(known=(known, *more, "source"))
    _source(part, key, sources)
    return part


def _source(part: Part, of: str, sources: list[Sourced]) -> None:
    source = part.need("source")
    source.keys(known=("document", "clause", "seen", "verified"))
    sources.append(
        Sourced(
            of,
            source.need("document").text(),
            source.need("seen").day().isoformat(),
            source.need("verified").word(*VERIFIED),
        )
    )


def _title(part: Part) -> Text:
    return Text(zh=part.need("zh").text(), en=part.need("en").text())


def _pair(part: Part) -> tuple[float, float]:
    if not isinstance(part.value, list) or len(part.value) != 2:
        raise part.refuse("应为两个数", "must be two numbers")
    low, high = part.value
    return low.number(), high.number()


def _named(part: Part) -> list[Part]:
    if not isinstance(part.value, dict) or not part.value:
        raise part.refuse("应为至少一项的键值", "must be keys with values, at least one")
    return list(part.value.values())


def _listed(root: Part, key: str) -> list[Part]:
    return root.each(key) if root.get(key) else []


def _kind(part: Part, sources: list[Sourced]) -> Kind:
    part.keys(known=(*FACTS, *SWITCHES, "sight_m", "source"))
    _source(part, f"kinds.{part.name}", sources)
    switches = {key: _truth(found) for key in SWITCHES if (found := part.get(key))}
    facts = {key: part.need(key).number(least=0) for key in FACTS if key != "reach_m" or not switches.get("stays")}
    sight = part.get("sight_m")
    return Kind(part.name, {"reach_m": 0.0, **facts}, switches, _pair(sight) if sight else None)


def _truth(part: Part) -> bool:
    if not isinstance(part.value, bool):
        raise part.refuse("应为 true 或 false", "must be true or false")
    return part.value


def _pole(root: Part, layers: tuple[Any, ...], sources: list[Sourced]) -> dict[str, Any]:
    part = _sourced(root, "poles", "moment_nm", sources, "power_w", "height_m", "mounts")
    mounts = [each.whole(least=0, most=1000) for each in part.each("mounts")]
    if len(mounts) != len(layers):
        raise part.need("mounts").refuse(
            f"应有 {len(layers)} 层的挂点数", f"must be a number for each of {len(layers)} layers"
        )
    facts = {key: part.need(key).number(least=0) for key in ("moment_nm", "power_w", "height_m")}
    return {"pole": facts, "mounts": tuple(mounts)}


def _two(part: Part, key: str, known: tuple[str, ...], sources: list[Sourced]) -> tuple[str, str]:
    part.keys(known=(key, "source"))
    both = part.each(key)
    if len(both) != 2:
        raise part.refuse("应为两项", "must name two")
    first, second = (each.word(*known) for each in both)
    _source(part, f"conflicts {first} {second}", sources)
    return first, second


def _refusal(part: Part, sources: list[Sourced]) -> tuple[str, str]:
    part.keys(known=("of", "on", "source"))
    of, on = part.need("of").text(), part.need("on").text()
    _source(part, f"refusals {of} {on}", sources)
    return of, on


def _inventory(part: Part, kinds: Mapping[str, Kind]) -> Inventory:
    part.keys(known=("file", "kind", "crs", "owner", "columns", "where"))
    columns, where = part.need("columns"), part.get("where")
    columns.keys(known=COLUMNS)
    columns.need("number")
    owner = part.get("owner")
    if owner is None and columns.get("owner") is None:
        raise part.refuse("应有 owner，或 columns 中的 owner", "needs owner, or a column of it")
    return Inventory(
        file=part.need("file").text(),
        kind=part.need("kind").word(*kinds),
        crs=crs.text() if (crs := part.get("crs")) else None,
        owner=owner.text() if owner else None,
        columns={each.name: each.text() for each in _named(columns)},
        where={each.name: each.words() for each in _named(where)} if where else {},
    )


def _streets(part: Part | None) -> Streets | None:
    if part is None:
        return None
    part.keys(known=("file", "within_m"))
    return Streets(part.need("file").text(), part.need("within_m").number(least=0))
