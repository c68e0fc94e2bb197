# SPDX-License-Identifier: Apache-2.0
"""The problem of where stations go, put together from files of people, sites, streets, barriers and street committees."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from belltower.kernel.plane import MetricPlane
from belltower.planners.coverage.access import attached, nowhere, streets_of
from belltower.planners.coverage.problem import Limits, Over, Places, Problem, State, Streets, Task
from belltower.project.planning import errors
from belltower.project.planning.errors import BadInput
from belltower.project.planning.layers import Layer, read_layer
from belltower.project.planning.rasters import cells_of, whole

STATES = {
    "free": State.FREE, "可选": State.FREE, "planned": State.FREE, "拟建": State.FREE,
    "fixed": State.FIXED, "已建": State.FIXED, "在建": State.FIXED, "built": State.FIXED, "being_built": State.FIXED,
    "forbidden": State.FORBIDDEN, "禁建": State.FORBIDDEN,
}  # fmt: skip
_ONE_WAY, _AGAINST = {"yes", "true", "1", "t", "ft", "f", "是"}, {"-1", "reverse", "tf"}
_RASTERS = {".tif", ".tiff"}


@dataclass(frozen=True, slots=True)
class Files:
    """Where everything is read from; what is left out is not there."""

    people: Path
    sites: Path
    streets: Path | None = None
    barriers: Path | None = None
    areas: Path | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted, in metres and persons, as somebody says it on the command line."""

    task: Task
    reach_m: float
    reach_of: dict[str, float] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    times: int = 1
    second_percent: int = 0
    by_cost: bool = False
    people_field: str = "people"
    on_foot: bool = False
    most_leg_m: float = 300.0
    plane: str | None = None


def read_stations(files: Files, wish: Wish) -> Problem:
    """The problem. Refuses, with the file and what to mend, what cannot be planned from."""
    lon, lat, people, names = _people(files.people, wish.people_field)
    sites = read_layer(files.sites)
    plane = MetricPlane(wish.plane or _plane_around(lon, lat))
    x, y = plane.to_plane(lon, lat)
    site_x, site_y = plane.to_plane(*_points(sites))
    ways = _streets(files, plane, on_foot=wish.on_foot)
    demand = _places(names, x, y, ways, wish.most_leg_m)
    stations = _places(sites.words("name", ""), site_x, site_y, ways, wish.most_leg_m)
    areas, area_names = _areas(files.areas, lon, lat)
    classes = sites.words("class", "station")
    reach = np.array([wish.reach_of.get(one, wish.reach_m) for one in classes]) * 1000
    return Problem(
        task=wish.task,
        over=Over.STREETS if ways else Over.STRAIGHT,
        demand=demand,
        people=people,
        areas=areas,
        sites=stations,
        radius=np.asarray(np.rint(reach), dtype=np.int64),
        cost=np.asarray(np.rint(sites.numbers("cost", 1.0)), dtype=np.int64),
        classes=classes,
        states=_states(sites),
        streets=ways[0] if ways else None,
        area_names=area_names,
        limits=wish.limits,
        times=wish.times,
        second_percent=wish.second_percent,
        by_cost=wish.by_cost,
    )


def _people(path: Path, people_field: str) -> tuple[Any, Any, NDArray[np.int64], list[str]]:
    """Middles of a raster's cells, or a point inside of each census area or building, with whole persons."""
    if path.suffix.lower() in _RASTERS:
        cells = cells_of(path.read_bytes(), file=path.name)
        return cells.lon, cells.lat, whole(cells.people), [str(n) for n in range(1, len(cells.lon) + 1)]
    layer = read_layer(path)
    people = layer.numbers(people_field)
    for row in np.flatnonzero(people < 0)[:1].tolist():
        raise BadInput(file=path.name, reason=errors.NEGATIVE.format(row=row + 1, value=float(people[row])))
    lon, lat = _points(layer)
    return lon, lat, whole(people), [name or str(row) for row, name in enumerate(layer.words("name", ""), 1)]


def _points(layer: Layer) -> tuple[Any, Any]:
    points = shapely.point_on_surface(layer.shapes)
    return shapely.get_x(points), shapely.get_y(points)


def _plane_around(lon: Any, lat: Any) -> str:
    """A plane of its own around the people: right to a few centimetres over a city."""
    if not len(lon):
        return "EPSG:3857"
    middle = f"+lat_0={float(np.mean(lat)):.4f} +lon_0={float(np.mean(lon)):.4f}"
    return f"+proj=tmerc {middle} +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m"


def _streets(files: Files, plane: MetricPlane, *, on_foot: bool) -> tuple[Streets, Any, Any] | None:
    """The streets, their lines and the barriers, in the plane; None where ways are straight."""
    if files.streets is None:
        return None
    layer = read_layer(files.streets)
    parts, of = shapely.get_parts(plane.project(layer.shapes), return_index=True)
    is_line = shapely.get_type_id(parts) == 1
    lines, of = parts[is_line], of[is_line]
    if not len(lines):
        raise BadInput(file=layer.file, reason=errors.NO_LINES)
    says = np.array([one.strip().lower() for one in layer.words("oneway", "")])[of]
    against = np.isin(says, list(_AGAINST))
    lines = np.where(against, shapely.reverse(lines), lines)
    back = np.ones(len(lines), dtype=bool) if on_foot else ~(np.isin(says, list(_ONE_WAY)) | against)
    barriers = plane.project(read_layer(files.barriers).shapes) if files.barriers else np.zeros(0, dtype=object)
    return streets_of(lines, back), lines, barriers


def _places(names: list[str], x: Any, y: Any, ways: tuple[Streets, Any, Any] | None, most_m: float) -> Places:
    if ways is None:
        return nowhere(names, x, y)
    return attached(names, x, y, ways[1], ways[2], most_m=most_m)


def _states(sites: Layer) -> list[State]:
    found = []
    for row, word in enumerate(sites.words("state", "free"), 1):
        if word.strip().lower() not in STATES:
            raise BadInput(file=sites.file, reason=errors.WRONG_STATE.format(row=row, value=word))
        found.append(STATES[word.strip().lower()])
    return found


def _areas(path: Path | None, lon: Any, lat: Any) -> tuple[NDArray[np.int64], list[str]]:
    """The street committee that each lives in; those in none are together in one more, called "-"."""
    if path is None:
        return np.zeros(len(lon), dtype=np.int64), ["-"]
    layer = read_layer(path)
    found = np.full(len(lon), len(layer), dtype=np.int64)
    points, areas = shapely.STRtree(layer.shapes).query(shapely.points(lon, lat), predicate="intersects")
    found[points[::-1]] = areas[::-1]
    return found, [*layer.words("name", "?"), "-"]
