# SPDX-License-Identifier: Apache-2.0
"""What is done to areas: put them in force by code, and keep the tree and its history whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import shapely
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from belltower.core.ledger.entries import action
from belltower.core.ledger.outbox import emit
from belltower.core.places import city, words
from belltower.core.places.areas import DEPTH, AreaDraft, AreaIndex
from belltower.core.places.columns import Box
from belltower.core.places.errors import (
    AreaHasChildren,
    AreaTwice,
    ChangedTooEarly,
    MissingParent,
    NoOutline,
    NotACommunity,
    ParentTooDeep,
    TooManyGrids,
    WrongAreaCode,
)
from belltower.core.places.geometry import describe
from belltower.core.places.grid import CELL_M, cut
from belltower.core.places.models import Area, AreaLevel, Asset
from belltower.kernel.actors import Actor
from belltower.kernel.city import CityProfile
from belltower.kernel.codes import MOST_GRIDS, grid_code
from belltower.kernel.texts import Text

__all__ = ["AreaDraft", "AreaReport", "end_areas", "generate_grids", "place_assets_anew", "put_areas"]

_BATCH = 500
_ASSETS_AT_ONCE = 50_000
"""Three digits after the community's twelve."""
_GRID_NAME = Text(zh="第{number}网格", en="Grid {number}")
_GENERATED = "generated: 100 m lattice cut to the community's border"
_OUTLINE = ("geometry", "box", "lon", "lat", "area_m2")
_CORRECTED = ("level", "name", "parent", "path", *_OUTLINE, "population", "source", "words")
_Pairs = Sequence[tuple[Area, Area]]


@dataclass(frozen=True, slots=True)
class AreaReport:
    """How many areas a load made, changed, and found as they were."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: AreaReport) -> AreaReport:
        return AreaReport(self.created + other.created, self.changed + other.changed, self.unchanged + other.unchanged)


@action("places.put_areas")
def put_areas(areas: Iterable[AreaDraft], *, by: Actor, on: date, source: str) -> AreaReport:
    """Bring areas into force from the civil day ``on``, all or none; the same areas again change nothing.

    An area that differs in level, name, parent or outline is ended on that day and continued by a new row; one that
    began on that very day is corrected in place, as is a population. What a draft does not know (outline,
    population) stays as it is known. Parents come by ``parent_code``, else by the code's own prefix.

    Raises WrongAreaCode, AreaTwice, MissingParent, ParentTooDeep or ChangedTooEarly.
    """
    drafts = _checked(areas, city.current())
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE places_area IN SHARE ROW EXCLUSIVE MODE")  # writers in turn, readers go on
    put = _Putting(drafts, on=on, source=source)
    report = sum((put.level(level) for level in AreaLevel.values), AreaReport())
    if report.created or report.changed:
        _tell_redrawn(created=report.created, changed=report.changed, source=source)
    return report


@action("places.end_areas")
def end_areas(codes: Iterable[str], *, by: Actor, on: date) -> int:
    """End areas: ``on`` is the first civil day on which they are no longer in force. Returns how many were ended.

    What is below an area must be ended before it or with it. Codes that are not in force are passed over, so that the
    same end twice changes nothing. Raises AreaHasChildren or ChangedTooEarly.
    """
    ending = list(Area.objects.current().filter(code__in=list(codes)).defer("geometry"))
    pks = [area.pk for area in ending]
    child = Area.objects.current().filter(parent__in=pks).exclude(pk__in=pks).select_related("parent").first()
    if child and child.parent:
        raise AreaHasChildren(area=child.parent.code, child=child.code)
    for area in ending:
        if area.valid_from > on:
            raise ChangedTooEarly(area=area.code, since=area.valid_from, on=on)
    ended = Area.objects.filter(pk__in=pks).update(valid_until=on)
    if ended:
        _tell_redrawn(ended=ended)
    return ended


def _tell_redrawn(**how: int | str) -> None:
    """Let assets be given to the areas as they are now (reactions.py); where none stands yet, none has to move."""
    if Asset.objects.exists():
        emit("places.areas_redrawn", "places.areas", how)


@action("places.generate_grids")
def generate_grids(community: Area, by: Actor, *, on: date | None = None) -> AreaReport:
    """Cut a community into unit grids of about 10,000 m2 (grid.py), in force from ``on``, and end those it had beyond.

    ``on`` is the day the community's outline came into force, when not given. Numbers go from west to east, then from
    north to south. Raises NotACommunity, NoOutline or TooManyGrids.
    """
    day = on or community.valid_from
    drafts = [
        AreaDraft(
            code=grid_code(community.code, number),
            level=AreaLevel.GRID,
            name=_GRID_NAME.format(number=f"{number:03d}"),
            parent_code=community.code,
            geometry=geometry,
        )
        for number, geometry in enumerate(_grids_of(community), start=1)
    ]
    known = Area.objects.current().filter(parent__code=community.code, level=AreaLevel.GRID)
    beyond = known.exclude(code__in=[draft.code for draft in drafts]).values_list("code", flat=True)
    end_areas(list(beyond), by=by, on=day)
    return put_areas(drafts, by=by, on=day, source=_GENERATED)


def _grids_of(community: Area) -> Iterable[shapely.Polygon]:
    """The outlines of a community's grids in WGS 84, in the order of their numbers."""
    if community.level != AreaLevel.COMMUNITY:
        raise NotACommunity(area=community.code, level=community.level)
    if community.geometry is None:
        raise NoOutline(area=community.code)
    plane = city.plane()
    [border] = plane.project([shapely.from_wkb(bytes(community.geometry))])
    if border.area > 2 * MOST_GRIDS * CELL_M**2:  # so far beyond that it is not even cut
        raise TooManyGrids(area=community.code, count=round(border.area / CELL_M**2), most=MOST_GRIDS)
    grids = cut(border)
    if len(grids) > MOST_GRIDS:
        raise TooManyGrids(area=community.code, count=len(grids), most=MOST_GRIDS)
    return plane.unproject(grids)


def place_assets_anew(*, by: Actor, progress: Callable[[int], None] | None = None) -> int:
    """Find the area of every asset again, after areas changed; returns how many lie in another area than was known.

    Where an asset lies is derived, so this is no change of the asset and leaves no trace in its history. Batches of
    50,000 are committed one by one: an interrupted run has done part of the work and may simply be repeated.
    ``progress`` hears the number of assets looked at so far.
    """
    last = seen = moved = 0
    while rows := _placed_after(last):
        pks, lon, lat, known = zip(*rows, strict=True)
        areas = AreaIndex.current().locate(lon, lat)
        differs = np.flatnonzero(areas != np.array([-1 if pk is None else pk for pk in known], dtype=np.int64))
        moved += _move_assets([(pks[at], int(areas[at]), lon[at], lat[at]) for at in differs.tolist()], by=by)
        last, seen = pks[-1], seen + len(rows)
        if progress:
            progress(seen)
    return moved


def _placed_after(pk: int) -> list[tuple[int, float, float, int | None]]:
    placed = Asset.objects.filter(pk__gt=pk, lon__isnull=False, lat__isnull=False).order_by("pk")
    return list(placed.values_list("pk", "lon", "lat", "area_id")[:_ASSETS_AT_ONCE])  # type: ignore[arg-type]


@action("places.place_assets_anew")
def _move_assets(rows: Sequence[tuple[int, int, float, float]], *, by: Actor) -> int:
    """Write the areas of assets that still stand where they were when we looked."""
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_ASSETS, [list(column) for column in zip(*rows, strict=True)])
        return int(cursor.rowcount)


_MOVE_ASSETS = """
    UPDATE places_asset a SET area_id = nullif(s.area, -1)
    FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::float8[]) AS s (id, area, lon, lat)
    WHERE a.id = s.id AND (a.lon, a.lat) = (s.lon, s.lat)
"""


def _checked(areas: Iterable[AreaDraft], profile: CityProfile) -> list[AreaDraft]:
    """The drafts with their parent codes stated, or the first thing that is wrong with them."""
    drafts = list(areas)
    for code, times in Counter(draft.code for draft in drafts).items():
        if times > 1:
            raise AreaTwice(area=code)
    for draft in drafts:
        expected = profile.level(draft.level).code_length
        if len(draft.code) != expected:
            raise WrongAreaCode(area=draft.code, level=draft.level, expected=expected, found=len(draft.code))
    return [replace(draft, parent_code=draft.parent_code or parent_code_of(draft, profile)) for draft in drafts]


def parent_code_of(draft: AreaDraft, profile: CityProfile) -> str | None:
    """The code of the parent as the area's own code tells it; None for the city.

    Where parent and child have codes of one length, as city and district in GB/T 2260, the parent's ends in two zeros.
    """
    depth = DEPTH[draft.level]
    if depth == 0:
        return None
    length = profile.level(AreaLevel.values[depth - 1]).code_length
    return draft.code[:length] if length < len(draft.code) else draft.code[:-2] + "00"


class _Putting:
    """One load of areas, from the city's level down, so that every parent is in force before its children."""

    def __init__(self, drafts: Sequence[AreaDraft], *, on: date, source: str) -> None:
        self._on, self._source = on, source
        self._drafts = drafts
        codes = {draft.code for draft in drafts} | {draft.parent_code for draft in drafts if draft.parent_code}
        self._known = {area.code: area for area in Area.objects.current().filter(code__in=codes)}
        self._level_of = {code: area.level for code, area in self._known.items()}
        self._level_of |= {draft.code: draft.level for draft in drafts}

    def level(self, level: str) -> AreaReport:
        """Put the drafts of one level."""
        drafts = [draft for draft in self._drafts if draft.level == level]
        parts = (drafts[begin : begin + _BATCH] for begin in range(0, len(drafts), _BATCH))
        return sum((self._put(part) for part in parts), AreaReport())

    def _put(self, drafts: Sequence[AreaDraft]) -> AreaReport:
        rows = self._rows(drafts)
        created = [row for row in rows if row.code not in self._known]
        others = [(self._known[row.code], row) for row in rows if row.code in self._known]
        changed = [(old, new) for old, new in others if _is_other(old, new)]
        continued = [(old, new) for old, new in changed if old.valid_from != self._on]
        corrected = [(old, new) for old, new in changed if old.valid_from == self._on]
        corrected += [(old, new) for old, new in others if not _is_other(old, new) and old.population != new.population]
        self._refuse_too_early(continued)
        self._refuse_before_an_end(created)
        self._insert(created)
        self._continue(continued)
        self._correct(corrected)
        count = len(continued) + len(corrected)
        return AreaReport(len(created), count, len(rows) - len(created) - count)

    def _rows(self, drafts: Sequence[AreaDraft]) -> list[Area]:
        """The drafts as rows; what a draft does not know is taken from the row that is in force."""
        rows = [self._row(draft) for draft in drafts]
        _describe(rows, [draft.geometry for draft in drafts])
        for row in rows:
            if known := self._known.get(row.code):
                row.population = known.population if row.population is None else row.population
                if row.geometry is None:
                    _copy_outline(known, row)
        return rows

    def _row(self, draft: AreaDraft) -> Area:
        parent = self._parent(draft)
        return Area(
            code=draft.code,
            level=draft.level,
            name=draft.name.as_json(),
            parent=parent,
            path=f"{parent.path if parent else ''}{draft.code}/",
            population=draft.population,
            valid_from=self._on,
            source=self._source,
            words=words.words_for((draft.code,), draft.name),
        )

    def _parent(self, draft: AreaDraft) -> Area | None:
        if draft.parent_code is None:
            return None
        level = self._level_of.get(draft.parent_code)
        if level is None:
            raise MissingParent(area=draft.code, parent=draft.parent_code)
        if DEPTH[level] >= DEPTH[draft.level]:
            raise ParentTooDeep(area=draft.code, level=draft.level, parent=draft.parent_code, parent_level=level)
        return self._known[draft.parent_code]

    def _refuse_too_early(self, pairs: _Pairs) -> None:
        for old, _ in pairs:
            if old.valid_from > self._on:
                raise ChangedTooEarly(area=old.code, since=old.valid_from, on=self._on)

    def _refuse_before_an_end(self, rows: Sequence[Area]) -> None:
        """A code that was ended may come again, but not within the time of its earlier life."""
        codes = [row.code for row in rows]
        for code, until in Area.objects.filter(code__in=codes, valid_until__gt=self._on).values_list(
            "code", "valid_until"
        ):
            raise ChangedTooEarly(area=code, since=until, on=self._on)

    def _insert(self, rows: Sequence[Area]) -> None:
        Area.objects.bulk_create(rows, batch_size=_BATCH)
        self._known |= {row.code: row for row in rows}

    def _continue(self, pairs: _Pairs) -> None:
        """End the old rows, insert the new ones, and hand the children over."""
        Area.objects.filter(pk__in=[old.pk for old, _ in pairs]).update(valid_until=self._on)
        self._insert([new for _, new in pairs])
        for old, new in pairs:
            Area.objects.current().filter(parent_id=old.pk).update(parent=new)
            self._move(old.path, new.path)

    def _correct(self, pairs: _Pairs) -> None:
        """Rewrite rows in place."""
        for old, new in pairs:
            was = old.path
            for column in _CORRECTED:
                setattr(old, column, getattr(new, column))
            self._move(was, new.path)
        Area.objects.bulk_update([old for old, _ in pairs], _CORRECTED, batch_size=_BATCH)

    def _move(self, was: str, path: str) -> None:
        """After an area came under another parent: the paths of everything below it."""
        if was == path:
            return
        below = Area.objects.current().filter(path__startswith=was)
        below.update(path=Concat(Value(path), Substr("path", len(was) + 1)))
        for area in self._known.values():
            if area.path.startswith(was):
                area.path = path + area.path[len(was) :]


def _is_other(old: Area, new: Area) -> bool:
    """Whether an area has become another: in level, name, parent or outline."""
    return (old.level, old.name, old.parent_code, _wkb(old)) != (new.level, new.name, new.parent_code, _wkb(new))


def _wkb(area: Area) -> bytes | None:
    return None if area.geometry is None else bytes(area.geometry)


def _copy_outline(known: Area, row: Area) -> None:
    for column in _OUTLINE:
        setattr(row, column, getattr(known, column))


def _describe(rows: Sequence[Area], outlines: Sequence[shapely.Geometry | None]) -> None:
    """Fill in geometry, box in metres, a point inside, and area in m2, where there is an outline."""
    plane, geometries = city.plane(), np.array(outlines, dtype=object)
    found, areas_m2 = describe(geometries, plane), shapely.area(plane.project(geometries))
    for at, row in enumerate(rows):
        if found.wkb[at] is not None:
            row.geometry, row.box = found.wkb[at], Box(*found.boxes[at].tolist())
            row.lon, row.lat, row.area_m2 = float(found.lon[at]), float(found.lat[at]), float(areas_m2[at])
