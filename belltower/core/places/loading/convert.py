# SPDX-License-Identifier: Apache-2.0
"""From a chunk of rows to batches of assets, column by column; rows that do not fit go aside with the reason."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import msgspec
import numpy as np
import shapely

from belltower.core.places.bulk import AssetBatch
from belltower.core.places.geometry import DIGITS, Points
from belltower.core.places.kinds import GIVEN
from belltower.core.places.loading import values
from belltower.core.places.loading.mapping import ColumnMapping, Rule
from belltower.core.places.loading.placing import Placing, read_wkt
from belltower.core.places.loading.readers.source import Chunk
from belltower.core.places.loading.report import Aside
from belltower.core.places.loading.values import Bad, Given, Reading
from belltower.kernel.city import CityProfile
from belltower.kernel.codes import check_asset_code
from belltower.kernel.coordinates import coordinate_system
from belltower.kernel.packs import AssetKind, Geometry
from belltower.kernel.texts import Text

KEY_LIMIT = 120

OwnersOf = Callable[[Sequence[str]], Mapping[str, int]]

_NO_KEY = Text(zh="没有编号", en="it has no key")
_LONG = Text(zh="“{raw}”超过 {limit} 个字符", en="'{raw}' is longer than {limit} characters")
_IN_COLUMN = Text(zh="“{column}”列：{reason}", en="column '{column}': {reason}")
_MISSING = Text(zh="缺少必填的“{field}”", en="'{field}' is required and missing")
_NO_KIND = Text(zh="没有功能包声明过类型“{kind}”", en="no installed pack declares the kind '{kind}'")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Converted:
    """What a chunk came to."""

    batches: Sequence[AssetBatch]
    aside: Sequence[Aside]


class Converter:
    """Converts the chunks of one file by its mapping. Keep one for the whole file: it remembers what cells mean."""

    def __init__(
        self,
        mapping: ColumnMapping,
        *,
        kinds: Mapping[str, AssetKind],
        profile: CityProfile,
        owners_of: OwnersOf,
        now: datetime,
        is_guarded: bool = False,
    ) -> None:
        self._mapping, self._kinds, self._profile = mapping, kinds, profile
        self._owners_of, self._now, self._is_guarded = owners_of, now, is_guarded
        self.placing = Placing(coordinate_system(mapping.crs), profile.centre)
        self._of_kind: dict[str, _OfKind] = {}

    def convert(self, chunk: Chunk) -> Converted:
        """The chunk as batches (one a kind), and its rows kept aside in the order of the file."""
        aside = {broken.row: Aside(broken.row, broken.reason, broken.values) for broken in chunk.broken}
        batches = [self._batch(part, aside) for part in self._by_kind(chunk, aside)] if chunk.rows else []
        return Converted([each for each in batches if each.keys], [aside[row] for row in sorted(aside)])

    def _by_kind(self, chunk: Chunk, aside: dict[int, Aside]) -> Iterator[tuple[AssetKind, Chunk]]:
        column = self._mapping.column("kind")
        if column is None:
            yield self._kinds[self._mapping.target], chunk
            return
        stated = np.array([str(cell).strip() or self._mapping.target for cell in chunk.values[column]], dtype=object)
        for name in dict.fromkeys(stated):
            rows = np.flatnonzero(stated == name)
            if kind := self._kinds.get(name):
                yield kind, _part(chunk, rows)
                continue
            for at in rows.tolist():
                aside[chunk.rows[at]] = Aside(chunk.rows[at], _NO_KIND.format(kind=name), chunk.row(at))

    def _batch(self, part: tuple[AssetKind, Chunk], aside: dict[int, Aside]) -> AssetBatch:
        kind, chunk = part
        if kind.name not in self._of_kind:
            self._of_kind[kind.name] = _OfKind(self._mapping, kind, self._profile, is_guarded=self._is_guarded)
        columns = self._of_kind[kind.name].read(chunk)
        geoms = self._geometries(chunk, kind, columns.faults)
        keys = self._keys(chunk, columns, geoms)
        for at, reason in columns.faults.items():
            aside[chunk.rows[at]] = Aside(chunk.rows[at], reason, chunk.row(at))
        kept = _Kept(len(chunk.rows), columns.faults)
        owners = kept.of(columns.owners)
        pks = self._owners_of(sorted({name for name in owners if name})) if owners is not None else {}
        return AssetBatch(
            kind=kind.name,
            keys=kept.of(keys) or [],
            valid_from=kept.of(columns.since(self._now)) or self._now,
            geoms=None if geoms is None else geoms[kept.mask],
            names=kept.of(columns.names),
            lives=kept.of(columns.lives),
            owner_ids=None if owners is None else [pks[name] if name else None for name in owners],
            fields=kept.of(columns.fields),
            field_names=self._of_kind[kind.name].field_names,
            codes=kept.of(columns.codes),
            rows=kept.of(chunk.rows),
        )

    def _geometries(self, chunk: Chunk, kind: AssetKind, faults: dict[int, Text]) -> Any:
        """WGS 84 geometries; a row whose place cannot be is at fault. None where the file says nothing of places."""
        lon, lat, wkt = (self._mapping.column(to) for to in ("lon", "lat", "geometry"))
        raw = chunk.geometries
        if wkt is not None:
            raw = read_wkt(chunk.values[wkt], faults)
        if lon is not None and lat is not None:
            x, y = _floats(chunk.values[lon]), _floats(chunk.values[lat])
            if raw is None and kind.geometry is Geometry.POINT:
                return self.placing.place_points(x, y, faults)
            raw = _points(x, y) if raw is None else np.where(shapely.is_missing(raw), _points(x, y), raw)
        if raw is None:
            return None
        return self.placing.place(raw, kind.geometry, faults)

    def _keys(self, chunk: Chunk, columns: _Columns, geoms: Any) -> Sequence[str]:
        if columns.keys is not None:
            keys = columns.keys
        elif columns.codes is not None:
            keys = columns.codes
        else:
            keys = _digests(geoms, len(chunk.rows))
        for at, key in enumerate(keys):
            if key is None:
                columns.faults.setdefault(at, _NO_KEY)
        return keys  # type: ignore[return-value]


class _Kept:
    """Takes the rows without a fault out of columns."""

    def __init__(self, count: int, faults: Mapping[int, Text]) -> None:
        self.mask = np.ones(count, dtype=bool)
        self.mask[list(faults)] = False
        self._at = np.flatnonzero(self.mask).tolist() if faults else None

    def of(self, column: Sequence[Any] | None) -> list[Any] | None:
        if column is None:
            return None
        return list(column) if self._at is None else [column[at] for at in self._at]


@dataclass(slots=True)
class _Columns:
    """The columns of one chunk; ``faults`` is the first reason of each row that goes aside."""

    faults: dict[int, Text]
    keys: list[str | None] | None
    codes: list[str | None] | None
    names: list[Text | None] | None
    lives: list[str | None] | None
    owners: list[str | None] | None
    began: list[datetime | None] | None
    fields: list[str] | None

    def since(self, now: datetime) -> list[datetime] | None:
        return None if self.began is None else [began or now for began in self.began]


class _OfKind:
    """The readings of all mapped columns for one kind of asset."""

    def __init__(self, mapping: ColumnMapping, kind: AssetKind, profile: CityProfile, *, is_guarded: bool) -> None:
        self._is_guarded = is_guarded
        self._mapping, self._zone = mapping, profile.tz
        self._month_first = profile.country == "US"
        self._readings = {
            to: (column, Reading(convert, rule.words, is_guarded=is_guarded))
            for to, convert in self._plain_targets().items()
            if (column := mapping.column(to)) and (rule := mapping.columns[column])
        }
        self._fields = [
            (name, column, self._fragments(name, kind, mapping.columns[column]))
            for name, column in mapping.fields.items()
            if kind.field(name) is not None
        ]
        self._required = [field.name for field in kind.fields if field.required and field.name in mapping.fields]
        self.field_names = tuple(name for name, _, _ in self._fields)

    def _plain_targets(self) -> dict[str, values.Convert]:
        targets = dict.fromkeys(("key", "owner"), _short) | dict.fromkeys(("name", "name_zh", "name_en"), values.text)
        return targets | {"life": values.life, "code": _code, "valid_from": self._began}

    def _began(self, raw: str) -> Any:
        if "T" in raw:
            try:
                return datetime.fromisoformat(raw.strip())
            except ValueError:
                pass
        found = values.day(raw, month_first=self._month_first)
        return datetime.combine(found, time.min, tzinfo=self._zone) if isinstance(found, date) else found

    def _fragments(self, name: str, kind: AssetKind, rule: Rule) -> Reading:
        """Reads a cell of a field into its piece of JSON; a _Stated where what was given is kept as well."""
        field = kind.field(name)
        assert field is not None  # check() refused fields the kind has not
        read = values.converter(field, unit=rule.unit, month_first=self._month_first)

        def fragments(raw: str) -> Any:
            value = read(raw)
            if value is None or isinstance(value, Bad):
                return value
            if isinstance(value, Given):
                plain = _pair(name, value.value)
                return plain if value.given is None else _Stated(plain, _pair(name, value.given))
            return _pair(name, value)

        return Reading(fragments, rule.words, is_guarded=self._is_guarded)

    def read(self, chunk: Chunk) -> _Columns:
        """All mapped columns of the chunk."""
        faults: dict[int, Text] = {}
        read = {to: self._column(chunk, column, reading, faults) for to, (column, reading) in self._readings.items()}
        return _Columns(
            faults=faults,
            keys=read.get("key"),
            codes=read.get("code"),
            names=_names(read),
            lives=read.get("life"),
            owners=read.get("owner"),
            began=read.get("valid_from"),
            fields=self._field_texts(chunk, faults) if self._fields else None,
        )

    def _column(self, chunk: Chunk, column: str, reading: Reading, faults: dict[int, Text]) -> list[Any]:
        cells = chunk.values[column]
        found = _plain_keys(cells) if self._mapping.column("key") == column and not reading.words else None
        found = reading.column(cells) if found is None else found
        if reading.has_bad:
            for at, value in enumerate(found):
                if isinstance(value, Bad):
                    faults.setdefault(at, _in_column(column, value.reason))
                    found[at] = None
        return found

    def _field_texts(self, chunk: Chunk, faults: dict[int, Text]) -> list[str]:
        """The JSON object of each row's fields."""
        columns = [(name, self._column(chunk, column, reading, faults)) for name, column, reading in self._fields]
        for name, column in columns:
            if name in self._required:
                for at, value in enumerate(column):
                    if value is None:
                        faults.setdefault(at, _MISSING.format(field=name))
        stated = any(isinstance(cell, _Stated) for _, column in columns for cell in set(column))
        rows = zip(*(column for _, column in columns), strict=True)
        return list(map(_object_with_given, rows)) if stated else [f"{{{','.join(filter(None, row))}}}" for row in rows]


class _Stated(str):
    """The JSON piece of a value that came in another unit, with the piece that says what was given."""

    given: str

    def __new__(cls, value: str, given: str) -> _Stated:
        made = super().__new__(cls, value)
        made.given = given
        return made


def _object_with_given(cells: Sequence[str | None]) -> str:
    parts = [cell for cell in cells if cell]
    if given := [cell.given for cell in parts if isinstance(cell, _Stated)]:
        parts.append(f'"{GIVEN}":{{{",".join(given)}}}')
    return f"{{{','.join(parts)}}}"


_encoder = msgspec.json.Encoder()


def _pair(name: str, value: Any) -> str:
    return f'"{name}":{_encoder.encode(value).decode()}'


def _names(read: Mapping[str, list[Any]]) -> list[Text | None] | None:
    columns = [read.get(to) for to in ("name", "name_zh", "name_en")]
    if all(column is None for column in columns):
        return None
    count = len(next(column for column in columns if column is not None))
    plain, zh, en = ([None] * count if column is None else column for column in columns)
    known: dict[tuple[Any, Any, Any], Text | None] = {}
    names = []
    for said in zip(plain, zh, en, strict=True):
        if said not in known:
            known[said] = _name(*said)
        names.append(known[said])
    return names


def _name(plain: str | None, zh: str | None, en: str | None) -> Text | None:
    if zh or en:
        return Text(zh=zh or "", en=en or "")
    return Text.read(plain) if plain else None


_ODD = re.compile(r"[\x00-\x1f\x7f']")


def _plain_keys(cells: Sequence[Any]) -> list[Any] | None:
    """All keys of a column at once, where each is plain and known; None where they must be looked at one by one."""
    if set(map(type, cells)) != {str}:
        return None
    keys = list(map(str.strip, cells))
    is_plain = max(map(len, keys), default=0) <= KEY_LIMIT and not _ODD.search("".join(keys))
    return keys if is_plain and values.NOT_KNOWN.isdisjoint(map(str.lower, keys)) else None


def _short(raw: str) -> str | Bad | None:
    if not values.is_known(raw):
        return None
    plain = _CONTROLS.sub(" ", raw).strip()
    return plain if len(plain) <= KEY_LIMIT else Bad(_LONG.format(raw=plain[:40] + "…", limit=KEY_LIMIT))


def _code(raw: str) -> str | None:
    if not values.is_known(raw):
        return None
    if wrong := check_asset_code(raw.strip()):
        raise wrong
    return raw.strip()


def _in_column(column: str, reason: Text) -> Text:
    return Text(
        zh=_IN_COLUMN.zh.format(column=column, reason=reason.say("zh")),
        en=_IN_COLUMN.en.format(column=column, reason=reason.say("en")),
    )


def _points(x: Any, y: Any) -> Any:
    """Points of two arrays of numbers; None where either is NaN."""
    known = ~(np.isnan(x) | np.isnan(y))
    points = np.full(len(x), None, dtype=object)
    points[known] = shapely.points(x[known], y[known])
    return points


def _floats(cells: Sequence[Any]) -> Any:
    try:
        return np.array(list(map(float, cells)), dtype=np.float64)
    except (TypeError, ValueError):
        found = [cell if isinstance(cell, int | float) else values.number(str(cell or "")) for cell in cells]
        return np.array([value if isinstance(value, int | float) else np.nan for value in found], dtype=np.float64)


def _digests(geoms: Any, count: int) -> list[str | None]:
    """A key of each geometry's own; None where there is none."""
    if geoms is None:
        return [None] * count
    return list(map(_digest, _points(geoms.lon, geoms.lat) if isinstance(geoms, Points) else geoms))


def _digest(geometry: Any) -> str | None:
    if geometry is None:
        return None
    rounded = shapely.transform(geometry, lambda vertices: np.round(vertices, DIGITS))
    return hashlib.blake2b(shapely.to_wkb(rounded, byte_order=1), digest_size=10).hexdigest()


def _part(chunk: Chunk, rows: Any) -> Chunk:
    picked = rows.tolist()
    return Chunk(
        [chunk.rows[at] for at in picked],
        {column: [cells[at] for at in picked] for column, cells in chunk.values.items()},
        None if chunk.geometries is None else chunk.geometries[rows],
        (),
        chunk.share,
    )
