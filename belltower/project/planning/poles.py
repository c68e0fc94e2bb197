# SPDX-License-Identifier: Apache-2.0
"""Files for the planner of poles: reads rules, inventories and streets; writes the plan, and its map as GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from belltower.core.places.loading.errors import MissingColumns
from belltower.core.places.loading.placing import Placing
from belltower.core.places.loading.readers import Chunk, Source, open_file
from belltower.core.places.loading.readers.source import as_text
from belltower.kernel.coordinates import coordinate_system
from belltower.kernel.packs import Geometry
from belltower.kernel.plane import MetricPlane
from belltower.kernel.texts import Text
from belltower.planners.consolidation.inventory import Aside, Thing, problem_of
from belltower.planners.consolidation.rulebook import BadPoleRules, Inventory, Rulebook, read_rulebook

if TYPE_CHECKING:
    from belltower.planners.consolidation.problem import PoleProblem

LON, LAT = ("lon", "lng", "longitude", "x", "xcoord", "经度"), ("lat", "latitude", "y", "ycoord", "纬度")


def read_poles(path: Path) -> tuple[Rulebook, PoleProblem, list[Aside]]:
    """The rules at ``path``, the problem of the inventories that they name (beside them), and the rows kept aside."""
    rulebook = read_rulebook(_text(path), file=path.name)
    plane = MetricPlane(rulebook.plane)
    things: list[Thing] = []
    aside: list[Aside] = []
    for inventory in rulebook.inventories:
        for found in _things(rulebook, inventory, open_file(path.parent / inventory.file), plane):
            (things if isinstance(found, Thing) else aside).append(found)  # type: ignore[arg-type]
    problem, unfit = problem_of(rulebook, things, _streets(rulebook, path.parent, plane))
    return rulebook, problem, [*aside, *unfit]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        reason = Text(zh="不是 UTF-8 文本", en="it is no text in UTF-8")
        raise BadPoleRules(file=path.name, line=1, reason=reason) from None


def _things(rulebook: Rulebook, inventory: Inventory, source: Source, plane: MetricPlane) -> Iterator[Thing | Aside]:
    wanted = {*inventory.columns.values(), *inventory.where}
    if missing := wanted - set(source.shape.columns):
        listed = ", ".join(sorted(missing))
        raise MissingColumns(file=source.name, missing=Text(zh=listed, en=listed), columns=source.shape.columns)
    system = coordinate_system(inventory.crs or source.shape.crs or "wgs84")
    placing = Placing(system, rulebook.centre)
    for chunk in source.chunks():
        faults: dict[int, Text] = {}
        points = placing.place_points(*_coordinates(chunk, inventory, source), faults)
        placing.refuse_wrong_place(source.name, rulebook.plane)
        x, y = plane.to_plane(points.lon, points.lat)
        for broken in chunk.broken:
            yield Aside(source.name, broken.row, broken.reason)
        for at, row in enumerate(chunk.rows):
            said = {column: as_text(values[at]).strip() for column, values in chunk.values.items()}
            if any(said[column] not in allowed for column, allowed in inventory.where.items()):
                continue
            if at in faults:
                yield Aside(source.name, row, faults[at])
                continue
            yield _thing(inventory, said, (float(x[at]), float(y[at])), plane, row=row, file=source.name)


def _thing(
    inventory: Inventory,
    said: Mapping[str, str],
    where: tuple[float, float],
    plane: MetricPlane,
    *,
    row: int,
    file: str,
) -> Thing:
    says = {fact: said[column] for fact, column in inventory.columns.items()}
    owner = says.get("owner") or inventory.owner or ""
    return Thing(
        inventory.kind, says["number"], owner, *where, says=says, seen_from=_seen_from(says, plane), row=row, file=file
    )


def _seen_from(says: Mapping[str, str], plane: MetricPlane) -> tuple[float, float] | None:
    """The point of sight in the plane; its columns are in WGS 84 degrees."""
    try:
        x, y = plane.to_plane(float(says["sight_lon"]), float(says["sight_lat"]))
    except (KeyError, ValueError):
        return None
    return (float(x), float(y)) if np.isfinite(x) and np.isfinite(y) else None


def _coordinates(chunk: Chunk, inventory: Inventory, source: Source) -> tuple[Any, Any]:
    """What the file states, as numbers; NaN where it states none."""
    if chunk.geometries is not None:
        points = shapely.centroid(chunk.geometries)
        return shapely.get_x(points), shapely.get_y(points)
    by_name = {column.lower(): column for column in chunk.values}
    chosen = [inventory.columns.get(key) or _first(by_name, known) for key, known in (("lon", LON), ("lat", LAT))]
    if None in chosen:
        missing = Text(zh="经度与纬度", en="longitude and latitude")
        raise MissingColumns(file=source.name, missing=missing, columns=source.shape.columns)
    x, y = (np.array([_number(cell) for cell in chunk.values[str(column)]]) for column in chosen)
    return x, y


def _first(by_name: Mapping[str, str], known: tuple[str, ...]) -> str | None:
    return next((by_name[name] for name in known if name in by_name), None)


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return float("nan")


def _streets(rulebook: Rulebook, folder: Path, plane: MetricPlane) -> list[Any]:
    """The street lines in the plane, in pieces of one line each."""
    if rulebook.streets is None:
        return []
    source = open_file(folder / rulebook.streets.file)
    placing = Placing(coordinate_system(source.shape.crs or "wgs84"), rulebook.centre)
    lines: list[Any] = []
    for chunk in source.chunks():
        placed = placing.place(chunk.geometries, Geometry.LINE, {})
        placing.refuse_wrong_place(source.name, rulebook.plane)
        found = plane.project(np.array([line for line in placed if line is not None], dtype=object))
        lines += [shapely.force_2d(part) for part in shapely.get_parts(found)]
    return lines


def as_geojson(problem: PoleProblem, plan: Mapping[str, Any], plane: MetricPlane) -> str:
    """The plan as a map: every pole with what becomes of it, and a line for every move; WGS 84."""
    lon, lat = plane.to_geographic([p.x / 1000 for p in problem.poles], [p.y / 1000 for p in problem.poles])
    where = {
        pole.id: [round(float(x), 7), round(float(y), 7)] for pole, x, y in zip(problem.poles, lon, lat, strict=True)
    }
    hangs, gone = plan["hangs"], set(plan["given_up"])
    carried: dict[str, list[str]] = {}
    for device, pole in hangs.items():
        carried.setdefault(pole, []).append(device)
    standing = {device.pole for device in problem.devices}
    poles = [
        _feature(
            {"type": "Point", "coordinates": where[pole.id]},
            pole=pole.id,
            owner=pole.owner,
            becomes="kept" if pole.id in carried else "removed" if pole.id in standing else "not used",
            carries=carried.get(pole.id, []),
        )
        for pole in problem.poles
    ]
    moves = [
        _feature(
            {"type": "LineString", "coordinates": [where[one.pole], where[hangs[one.id]]]}, device=one.id, kind=one.kind
        )
        for one in problem.devices
        if one.id not in gone and hangs[one.id] != one.pole
    ]
    return (
        json.dumps(
            {"type": "FeatureCollection", "features": [*poles, *moves]}, ensure_ascii=False, separators=(",", ":")
        )
        + "\n"
    )


def _feature(geometry: dict[str, Any], **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
