# SPDX-License-Identifier: Apache-2.0
"""Loads a file of areas. Areas are few and lean on each other, so all come into force together or none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.db import transaction

from belltower.core.ledger.entries import entry
from belltower.core.places import city
from belltower.core.places.actions.areas import AreaDraft, put_areas
from belltower.core.places.loading import values
from belltower.core.places.loading.assets import AsideKeeper, Progress, nobody_listens, settle
from belltower.core.places.loading.mapping import ColumnMapping, check
from belltower.core.places.loading.placing import Placing, read_wkt
from belltower.core.places.loading.readers.source import Chunk, Source, as_text
from belltower.core.places.loading.report import Aside, LoadReport
from belltower.core.places.models import Load
from belltower.kernel.actors import Actor
from belltower.kernel.city import CityProfile
from belltower.kernel.coordinates import coordinate_system
from belltower.kernel.errors import Refusal
from belltower.kernel.packs import Geometry
from belltower.kernel.texts import Text

_LEVELS = {
    "city": ("city", "市", "地级市", "prefecture"),
    "district": ("district", "county", "区", "县", "区县", "县级市", "ward", "borough"),
    "street": ("street", "town", "township", "subdistrict", "街道", "乡镇", "镇", "乡"),
    "community": ("community", "village", "neighbourhood", "neighborhood", "社区", "村", "居委会"),
    "grid": ("grid", "cell", "单元网格", "网格"),
}  # fmt: skip
_LEVEL_OF = {word: level for level, words in _LEVELS.items() for word in words}
_NO_CODE = Text(zh="没有区域代码", en="it has no area code")
_NO_NAME = Text(zh="没有名称", en="it has no name")
_NO_LEVEL = Text(zh="级别“{raw}”不可识别", en="the level '{raw}' is not known")
_NO_PEOPLE = Text(zh="人口“{raw}”不是整数", en="the population '{raw}' is no whole number")
_DOING = Text(zh="读取区域", en="Reading areas")


def load_areas(
    source: Source,
    mapping: ColumnMapping,
    *,
    by: Actor,
    on: date,
    load: Load | None = None,
    dry_run: bool = False,
    progress: Progress = nobody_listens,
) -> LoadReport:
    """Put the file's areas in force from ``on``; features that cannot be read are kept aside under ``load``.

    Where areas changed, every asset's area is found anew by a job of its own, which a worker asks for (reactions.py).
    Raises what put_areas raises, MissingColumns, UnreadableFile or WrongPlace, with nothing written.
    """
    check(mapping, source.shape, source.name, None)
    began = time.monotonic()
    aside = AsideKeeper(None if dry_run else load)
    with entry("places.load_areas", by=by):
        reader = _AreaReader(source, mapping, city.current())
        drafts = list(reader.drafts(progress))
        aside.keep(sorted(reader.aside, key=lambda one: one.row))
        put = put_areas(drafts, by=by, on=on, source=source.name[:200])
        if dry_run:
            transaction.set_rollback(True)
        report = LoadReport(
            target=mapping.target,
            rows=reader.rows,
            created=put.created,
            changed=put.changed,
            unchanged=put.unchanged,
            kept_aside=aside.count,
            is_dry_run=dry_run,
            seconds=time.monotonic() - began,
            examples=tuple(aside.examples),
        )
        if load is not None and not dry_run:
            settle(load, report)
    return report


class _AreaReader:
    """Reads drafts of areas, one a feature."""

    def __init__(self, source: Source, mapping: ColumnMapping, profile: CityProfile) -> None:
        self._source, self._mapping, self._profile = source, mapping, profile
        self._placing = Placing(coordinate_system(mapping.crs), profile.centre)
        self.aside: list[Aside] = []
        self.rows = 0

    def drafts(self, progress: Progress) -> Iterator[AreaDraft]:
        for chunk in self._source.chunks():
            self.aside += [Aside(each.row, each.reason, each.values) for each in chunk.broken]
            self.rows += len(chunk.rows) + len(chunk.broken)
            yield from self._of_chunk(chunk)
            progress(self.rows, None, _DOING)

    def _of_chunk(self, chunk: Chunk) -> Iterator[AreaDraft]:
        faults: dict[int, Text] = {}
        outlines = self._outlines(chunk, faults)
        self._placing.refuse_wrong_place(self._source.name, self._profile.plane)
        for at, row in enumerate(chunk.rows):
            draft = self._draft(chunk, at) if at not in faults else faults[at]
            if isinstance(draft, Text):
                self.aside.append(Aside(row, draft, chunk.row(at)))
            else:
                yield draft if outlines is None else replace(draft, geometry=outlines[at])

    def _outlines(self, chunk: Chunk, faults: dict[int, Text]) -> Any:
        """Outlines in WGS 84; a crossed one, as published outlines often are, is mended. None: the file has none."""
        column = self._mapping.column("geometry")
        raw = chunk.geometries if column is None else read_wkt(chunk.values[column], faults)
        return None if raw is None else self._placing.place(_mended(raw), Geometry.POLYGON, faults)

    def _draft(self, chunk: Chunk, at: int) -> AreaDraft | Text:
        said = {rule.to: as_text(chunk.values[column][at]).strip() for column, rule in self._mapping.columns.items()}
        code, name = said.get("code", ""), _name(said)
        if not values.is_known(code):
            return _NO_CODE
        if name is None:
            return _NO_NAME
        level = self._level(said.get("level", ""), code)
        if level is None:
            return _NO_LEVEL.format(raw=said.get("level", code))
        people = values.integer(said.get("population", ""))
        if isinstance(people, values.Bad) or (people is not None and people < 0):
            return _NO_PEOPLE.format(raw=said["population"])
        parent = said.get("parent", "")
        return AreaDraft(
            code=code,
            level=level,
            name=name,
            parent_code=parent if parent.isalnum() else None,
            population=people,
        )

    def _level(self, said: str, code: str) -> str | None:
        """The level a word states, else the one that this city's codes tell."""
        if values.is_known(said):
            return _LEVEL_OF.get(said.lower())
        try:
            return self._profile.level_of(code)
        except Refusal:
            return None


def _name(said: dict[str, str]) -> Text | None:
    zh, en, plain = said.get("name_zh", ""), said.get("name_en", ""), said.get("name", "")
    if zh or en:
        return Text(zh=zh, en=en)
    return Text.read(plain) if values.is_known(plain) else None


def _mended(raw: Any) -> Any:
    """The outlines, the crossed ones made valid, keeping only what is an area."""
    geometries = np.array(raw, dtype=object)
    for at in np.flatnonzero(~shapely.is_valid(geometries) & ~shapely.is_missing(geometries)).tolist():
        parts = shapely.get_parts(shapely.make_valid(geometries[at]))
        geometries[at] = shapely.union_all([part for part in parts if shapely.get_dimensions(part) == 2])
    return geometries
