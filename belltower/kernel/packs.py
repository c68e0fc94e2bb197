# SPDX-License-Identifier: Apache-2.0
"""What a pack can declare, all on one page, and the register that holds what the installed packs declared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType

from belltower.kernel.codes import check_class_code
from belltower.kernel.errors import Refusal
from belltower.kernel.siting import Siting
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_DURATION = re.compile(r"P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")


class FieldType(StrEnum):
    """What a declared field holds when it is not a measured quantity."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    CHOICE = "choice"


class Geometry(StrEnum):
    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


class Secrecy(IntEnum):
    """Who may see a kind of thing at all, whoever owns it. Each viewer sees up to a level (access, docs/why/rows.md)."""

    PUBLIC = 0
    INTERNAL = 1
    SECRET = 2


class BadDeclaration(Refusal):
    """A pack that cannot be registered, found at start."""

    code = "bad_declaration"
    sentence = Text(
        zh="功能包“{pack}”的声明有误：{reason}。请修改其 pack.py。",
        en="Pack '{pack}' declares something wrong: {reason}. Mend its pack.py.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One allowed value of a CHOICE field: a readable word and its title."""

    value: str
    title: Text


@dataclass(frozen=True, slots=True)
class Field:
    """A declared, validated property of an asset. A Quantity needs a UCUM ``unit``.

    ``aliases`` are column names seen in real files; the import wizard proposes the field for them.
    """

    name: str
    holds: FieldType | Quantity
    title: Text
    unit: str | None = None
    choices: tuple[Choice, ...] = ()
    required: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AssetKind:
    """A kind of thing that stands or moves. ``gb_code`` is its 5-digit class in GB/T 47678.5, where it has one.

    ``secrecy`` holds for every asset of the kind, its counts on the map included.
    """

    name: str
    title: Text
    geometry: Geometry
    fields: tuple[Field, ...] = ()
    gb_code: str | None = None
    aliases: tuple[str, ...] = ()
    secrecy: Secrecy = Secrecy.PUBLIC

    def field(self, name: str) -> Field | None:
        """The declared field of that name, or None."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """For how many days after its own a day of a stream is kept: its readings, and their roll-ups of each width.

    None: for ever; 0: such roll-ups are not made. ``hot``: so many days stay in the database before they go into the lake,
    where the installation keeps fewer.
    """

    readings: int | None = None
    minute: int | None = 0
    hour: int | None = 0
    day: int | None = None
    hot: int = 0


@dataclass(frozen=True, slots=True)
class Stream:
    """What is measured on every asset of a kind; after ``stale_after`` (ISO 8601) without a word it is silent."""

    name: str
    on: str
    title: Text
    quantity: Quantity
    unit: str
    stale_after: str
    keeps: Keeping = Keeping()


AREA_LEVELS = ("city", "district", "street", "community", "grid")
"""The levels of areas, from the whole city down; ``grid`` is the unit grid (单元网格)."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What is done, again and again, to every asset of a kind or in every area of a level: a visit, a wash, a patrol.

    ``on`` is a kind of the same pack, or one of AREA_LEVELS; ``fields`` is what is noted each time.
    """

    name: str
    on: str
    title: Text
    fields: tuple[Field, ...] = ()

    @property
    def is_in_area(self) -> bool:
        """Whether it is done in an area rather than to an asset."""
        return self.on in AREA_LEVELS

    def field(self, name: str) -> Field | None:
        """The declared field of that name, or None."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class CaseKind:
    """A kind of thing to put right; ``matter_code`` is its 5-digit class among the matters of GB/T 47678.5."""

    name: str
    title: Text
    on: str | None = None
    opened_by: str | None = None
    matter_code: str | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """From which zoom each value of a CHOICE field is drawn, the main ones first: ``Detail("class", (("trunk", 9),))``.

    A value that is not named is drawn from the layer's ``min_zoom``.
    """

    field: str
    from_zoom: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class MapLayer:
    """How a kind is drawn. ``colour`` is a calm base tone; the four hazard colours are not for layers."""

    kind: str
    icon: str
    colour: str = "#5b6b7a"
    min_zoom: int = 10
    shown_at_first: bool = True
    detail: Detail | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Lines that people and vehicles move along: those of ``kind``, joined where they end at the same place.

    ``one_way`` is its field that says whether it is passed only as it is drawn; nobody goes straight across ``barriers``.
    """

    kind: str
    one_way: str
    barriers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """A domain, described. ``name`` equals its folder; ``app`` is its Django app when it has tables or templates."""

    name: str
    title: Text
    about: Text
    assets: tuple[AssetKind, ...] = ()
    streams: tuple[Stream, ...] = ()
    activities: tuple[Activity, ...] = ()
    cases: tuple[CaseKind, ...] = ()
    layers: tuple[MapLayer, ...] = ()
    feeds: tuple[str, ...] = ()
    app: str | None = None
    streets: Network | None = None
    sitings: tuple[Siting, ...] = ()


@dataclass(frozen=True)
class Register:
    """All that the installed packs declared, checked once at start and looked up by name ever after."""

    packs: tuple[Pack, ...]
    kinds: Mapping[str, AssetKind] = field(init=False)
    pack_of: Mapping[str, Pack] = field(init=False)
    layers: Mapping[str, MapLayer] = field(init=False)
    activities: Mapping[str, Activity] = field(init=False)
    cases: Mapping[str, CaseKind] = field(init=False)
    streets: tuple[Network, ...] = field(init=False)
    sitings: Mapping[str, Siting] = field(init=False)

    def __post_init__(self) -> None:
        for pack in self.packs:
            check(pack)
        object.__setattr__(self, "packs", tuple(sorted(self.packs, key=lambda pack: pack.name)))
        object.__setattr__(self, "kinds", _by_name(self.packs, lambda pack: ((k.name, k) for k in pack.assets)))
        object.__setattr__(self, "pack_of", _by_name(self.packs, lambda pack: ((k.name, pack) for k in pack.assets)))
        object.__setattr__(self, "layers", _by_name(self.packs, lambda pack: ((x.kind, x) for x in pack.layers)))
        object.__setattr__(
            self, "activities", _by_name(self.packs, lambda pack: ((x.name, x) for x in pack.activities))
        )
        object.__setattr__(self, "cases", _by_name(self.packs, lambda pack: ((x.name, x) for x in pack.cases)))
        object.__setattr__(self, "sitings", _by_name(self.packs, lambda pack: ((x.kind, x) for x in pack.sitings)))
        object.__setattr__(self, "streets", tuple(pack.streets for pack in self.packs if pack.streets))

    def kind(self, name: str) -> AssetKind:
        """The declared kind of that name. Raises UnknownKind, which lists what there is."""
        try:
            return self.kinds[name]
        except KeyError:
            raise UnknownKind(kind=name, known=", ".join(sorted(self.kinds))) from None

    def activity(self, name: str) -> Activity:
        """The declared activity of that name. Raises UnknownActivity, which lists what there is."""
        try:
            return self.activities[name]
        except KeyError:
            raise UnknownActivity(activity=name, known=", ".join(sorted(self.activities)) or "-") from None


class UnknownKind(Refusal):
    """A kind of asset that no installed pack declares."""

    code = "unknown_kind"
    sentence = Text(
        zh="没有功能包声明过部件类型“{kind}”。已有类型：{known}。",
        en="No installed pack declares the asset kind '{kind}'. There are: {known}.",
    )


class UnknownActivity(Refusal):
    """An activity that no installed pack declares."""

    code = "unknown_activity"
    sentence = Text(
        zh="没有功能包声明过作业“{activity}”。已有作业：{known}。",
        en="No installed pack declares the activity '{activity}'. There are: {known}.",
    )


def check(pack: Pack) -> None:
    """Refuse a pack whose declarations do not hold together. Raises BadDeclaration with the first fault."""
    for fault in faults(pack):
        raise BadDeclaration(pack=pack.name, reason=fault)


def faults(pack: Pack) -> Iterable[str]:
    """Every fault of one pack's declarations, as short English phrases."""
    kinds = {kind.name for kind in pack.assets}
    names = [pack.name, *kinds, *(s.name for s in pack.streams), *(c.name for c in pack.cases)]
    names += [one.name for one in pack.activities]
    yield from (f"'{name}' is not a lower-case name" for name in names if not _NAME.fullmatch(name))
    if len(kinds) != len(pack.assets):
        yield "an asset kind is declared twice"
    yield from (
        f"stream '{s.name}' is on '{s.on}', which it does not declare" for s in pack.streams if s.on not in kinds
    )
    yield from (f"a layer shows '{x.kind}', which it does not declare" for x in pack.layers if x.kind not in kinds)
    yield from (
        f"case '{c.name}' is on '{c.on}', which it does not declare" for c in pack.cases if c.on and c.on not in kinds
    )
    for kind in pack.assets:
        yield from _field_faults("kind", kind.name, kind.fields)
    for activity in pack.activities:
        yield from _activity_faults(activity, kinds)
    for layer in pack.layers:
        yield from _detail_faults(layer, pack.assets)
    for stream in pack.streams:
        yield from _stream_faults(stream)
    points = {one.name for one in pack.assets if one.geometry is Geometry.POINT}
    for siting in pack.sitings:
        yield from siting.faults(points, {one.name for one in pack.cases})
    if pack.streets:
        yield from _network_faults(pack.streets, pack.assets)
    for name, code in [(k.name, k.gb_code) for k in pack.assets] + [(c.name, c.matter_code) for c in pack.cases]:
        if code and check_class_code(code):
            yield f"'{name}' has the class '{code}', not five digits of GB/T 47678.5"
    yield from (f"stream '{name}' is declared twice" for name in _twice(f"{s.on}.{s.name}" for s in pack.streams))
    yield from (f"activity '{name}' is declared twice" for name in _twice(one.name for one in pack.activities))
    yield from (f"case '{name}' is declared twice" for name in _twice(case.name for case in pack.cases))
    yield from (f"kind '{kind}' has two layers" for kind in _twice(layer.kind for layer in pack.layers))


def _stream_faults(stream: Stream) -> Iterable[str]:
    if not stream.quantity.allows(stream.unit):
        yield f"stream '{stream.name}' has unit '{stream.unit}', not one of {stream.quantity.value}"
    if not _DURATION.fullmatch(stream.stale_after):
        yield f"stream '{stream.name}' is stale after '{stream.stale_after}', no duration such as PT2H"
    kept = stream.keeps
    if any(days is not None and days < 0 for days in (kept.readings, kept.minute, kept.hour, kept.day, kept.hot)):
        yield f"stream '{stream.name}' is kept for less than no day"
    if kept.readings is not None and kept.readings < max(1, kept.hot):
        yield f"readings of stream '{stream.name}' are kept for {kept.readings} days, and for {kept.hot} in the database alone"


def _network_faults(network: Network, kinds: Iterable[AssetKind]) -> Iterable[str]:
    by_name = {one.name: one for one in kinds}
    kind = by_name.get(network.kind)
    if kind is None or kind.geometry is not Geometry.LINE:
        yield f"the streets are of '{network.kind}', which is no kind of lines that it declares"
    elif (one_way := kind.field(network.one_way)) is None or one_way.holds is not FieldType.BOOLEAN:
        yield f"the streets are one-way by '{network.one_way}', which is no field of '{network.kind}' that says yes or no"
    for name in network.barriers:
        if name not in by_name or by_name[name].geometry is not Geometry.POLYGON:
            yield f"'{name}' is a barrier and no kind of polygons that it declares"


def _detail_faults(layer: MapLayer, kinds: Iterable[AssetKind]) -> Iterable[str]:
    kind = next((one for one in kinds if one.name == layer.kind), None)
    if layer.detail and kind:
        one = kind.field(layer.detail.field)
        values = {choice.value for choice in one.choices} if one else set()
        if unknown := [value for value, _ in layer.detail.from_zoom if value not in values]:
            yield f"the layer of '{layer.kind}' details '{layer.detail.field}' by {unknown}, which are not its choices"


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _activity_faults(activity: Activity, kinds: Collection[str]) -> Iterable[str]:
    if activity.on not in kinds and not activity.is_in_area:
        yield f"activity '{activity.name}' is on '{activity.on}', which is no kind it declares and no level of areas"
    if activity.is_in_area and activity.on in kinds:
        yield f"activity '{activity.name}' is on '{activity.on}', which is a kind and a level of areas"
    yield from _field_faults("activity", activity.name, activity.fields)


def _field_faults(noun: str, whose: str, fields: Iterable[Field]) -> Iterable[str]:
    if _twice(one.name for one in fields):
        yield f"{noun} '{whose}' declares a field twice"
    for one in fields:
        if not _NAME.fullmatch(one.name):
            yield f"field '{one.name}' of '{whose}' is not a lower-case name"
        if isinstance(one.holds, Quantity) and not (one.unit and one.holds.allows(one.unit)):
            yield f"field '{one.name}' of '{whose}' needs a unit of {one.holds.value}"
        if one.holds is FieldType.CHOICE and not one.choices:
            yield f"field '{one.name}' of '{whose}' offers no choices"


def _by_name(packs: Iterable[Pack], pairs) -> Mapping:  # type: ignore[no-untyped-def,type-arg]
    """One look-up over all packs; a name declared by two packs is refused."""
    found: dict[str, object] = {}
    for pack in packs:
        for name, value in pairs(pack):
            if name in found:
                raise BadDeclaration(pack=pack.name, reason=f"'{name}' is declared by another pack already")
            found[name] = value
    return MappingProxyType(found)
