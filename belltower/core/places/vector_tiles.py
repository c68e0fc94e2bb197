# SPDX-License-Identifier: Apache-2.0
"""Mapbox Vector Tiles, version 2.1, written from whole columns at once; no database and no styling here.

https://github.com/mapbox/vector-tile-spec/tree/master/2.1 - a layer is a row of whole numbers as protobuf varints, so
each is laid out as one numpy array of integers and turned into bytes in a single pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import shapely

EXTENT = 4096
"""Units along the side of a tile."""
_MOVE_ONE, _CLOSE = 9, 15
_POLYGON, _LINES = 3, (1, 2)

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]


class Shape(IntEnum):
    POINT = 1
    LINE = 2
    POLYGON = 3


@dataclass(frozen=True, slots=True)
class Drawing:
    """Geometry as drawing commands: ``commands`` of all features on end, ``counts`` how many belong to each.

    ``kept`` says which of the given geometries each feature is; those too small to be seen are gone.
    """

    shape: Shape
    commands: Integers
    counts: Integers
    kept: Integers

    def __len__(self) -> int:
        return len(self.counts)


@dataclass(frozen=True, slots=True)
class Column:
    """A property: distinct ``values``, and for each feature the index of its own (-1: it has none)."""

    values: Sequence[str | int | float | bool] | npt.NDArray[np.bytes_]
    index: Integers

    @classmethod
    def of(cls, values: Sequence[str | int | None]) -> Column:
        """A column from one value a feature; None stays without."""
        seen: dict[str | int | None, int] = {None: -1}
        index = [seen.setdefault(value, len(seen) - 1) for value in values]
        return cls([value for value in seen if value is not None], np.array(index, dtype=np.int64))

    @classmethod
    def each(cls, values: npt.NDArray[np.bytes_]) -> Column:
        """A column whose values all differ, given as ASCII of one length: quick to write."""
        return cls(values, np.arange(len(values)))

    def take(self, kept: Integers) -> Column:
        """The column of some of the features, with the values that these have."""
        used, index = np.unique(np.append(-1, self.index[kept]), return_inverse=True)
        values = self.values[used[1:]] if isinstance(self.values, np.ndarray) else [self.values[n] for n in used[1:]]
        return Column(values, index[1:] - 1)


def layer(name: str, drawing: Drawing, columns: Mapping[str, Column]) -> bytes:
    """One layer of a tile, ready to be put behind others; nothing when there are no features.

    ``columns`` hold a value for each feature of ``drawing``.
    """
    if not len(drawing):
        return b""
    keys, values, tags, present = b"", b"", [], []
    begin = 0
    for number, (key, column) in enumerate(columns.items()):
        keys += _text(0x1A, key)
        values += _values(column.values)
        tags += [np.full(len(drawing), number), column.index + begin]
        present += [column.index >= 0] * 2
        begin += len(column.values)
    none = np.empty((len(drawing), 0), dtype=np.int64)
    body = (
        b"\x78\x02" + _text(0x0A, name)
        + _features(drawing, np.column_stack(tags) if tags else none, np.column_stack(present) if tags else none > 0)
        + keys + values + b"\x28" + _varint(EXTENT)
    )  # fmt: skip
    return b"\x1a" + _varint(len(body)) + body


def points(x: Integers, y: Integers) -> Drawing:
    """One point a feature, in tile units."""
    count = len(x)
    commands = np.column_stack([np.full(count, _MOVE_ONE), _zigzag(x), _zigzag(y)]).ravel()
    return Drawing(Shape.POINT, commands, np.full(count, 3), np.arange(count))


def lines(geometries: Geometries) -> Drawing:
    """Lines and bundles of lines in tile units; other types and those that shrink to a point are left out."""
    parts, feature = shapely.get_parts(geometries, return_index=True)
    wanted = np.isin(shapely.get_type_id(parts), _LINES)
    parts, feature = parts[wanted], feature[wanted]
    xy, path = _vertices(parts)
    return _paths(Shape.LINE, xy, path, feature, np.bincount(path, minlength=len(parts)) >= 2)


def polygons(geometries: Geometries) -> Drawing:
    """Polygons in tile units, outlines and holes wound as the standard asks; those without an area are left out."""
    parts, feature = shapely.get_parts(geometries, return_index=True)
    wanted = shapely.get_type_id(parts) == _POLYGON
    parts, feature = shapely.orient_polygons(parts[wanted]), feature[wanted]
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = _open_rings(*_vertices(rings))
    is_outline = _begins(part)
    area = _doubled_areas(xy, ring, len(rings))
    good = np.where(is_outline, area > 0, area < 0)
    has_outline = np.zeros(len(parts), dtype=bool)
    has_outline[part[is_outline & good]] = True
    return _paths(Shape.POLYGON, xy, ring, feature[part], good & has_outline[part])


def varints(numbers: Integers) -> bytes:
    """Non-negative numbers below 2**35 as protobuf varints, on end."""
    if not len(numbers):
        return b""
    sizes = _sizes(numbers)
    widest = int(sizes.max())
    shifts = 7 * np.arange(widest)
    place = np.arange(widest)
    sevens = ((numbers[:, None] >> shifts) & 0x7F).astype(np.uint8)
    sevens |= np.where(place < sizes[:, None] - 1, 0x80, 0).astype(np.uint8)
    return sevens[place < sizes[:, None]].tobytes()


def _sizes(numbers: Integers) -> Integers:
    """Bytes that each number takes as a varint."""
    return np.searchsorted([1 << 7, 1 << 14, 1 << 21, 1 << 28], numbers, side="right") + 1


def _zigzag(numbers: Integers) -> Integers:
    return (numbers << 1) ^ (numbers >> 63)


def _vertices(paths: Geometries) -> tuple[Integers, Integers]:
    """The vertices (n, 2) of lines or rings in whole units without repeats, and the path (n,) each belongs to."""
    coordinates, path = shapely.get_coordinates(paths, return_index=True)
    xy = np.rint(coordinates).astype(np.int64)
    again = np.zeros(len(xy), dtype=bool)
    again[1:] = (xy[1:] == xy[:-1]).all(axis=1) & (path[1:] == path[:-1])
    return xy[~again], path[~again]


def _open_rings(xy: Integers, ring: Integers) -> tuple[Integers, Integers]:
    """The vertices of rings without the last one, which is the first again; the closing command stands for it."""
    begins = _begins(ring)
    first = np.flatnonzero(begins)[np.cumsum(begins) - 1]
    closes = np.append(begins[1:], True)[: len(ring)] & (xy == xy[first]).all(axis=1)
    return xy[~closes], ring[~closes]


def _begins(groups: Integers) -> Flags:
    """Where a new group begins in an array of group numbers."""
    return np.append(True, groups[1:] != groups[:-1])[: len(groups)]


def _doubled_areas(xy: Integers, ring: Integers, count: int) -> Integers:
    """Twice the signed area of each open ring: above zero where the standard has an outline."""
    begins = _begins(ring)
    first = np.flatnonzero(begins)[np.cumsum(begins) - 1]
    following = np.where(np.append(begins[1:], True)[: len(ring)], first, np.arange(len(xy)) + 1)
    cross = xy[:, 0] * xy[following, 1] - xy[following, 0] * xy[:, 1]
    return np.bincount(ring, weights=cross, minlength=count).astype(np.int64)


def _paths(shape: Shape, xy: Integers, path: Integers, feature: Integers, good: Flags) -> Drawing:
    """Move to the first vertex of each good path, line to the rest, close rings.

    ``path`` (vertices,) counts paths; ``feature`` (paths,) says whose path it is; the pen stays down between paths of
    one feature and goes home between features.
    """
    stays = good[path]
    xy, path = xy[stays], path[stays]
    if not len(xy):
        empty = np.empty(0, dtype=np.int64)
        return Drawing(shape, empty, empty, empty)
    starts = np.flatnonzero(_begins(path))
    owner, sizes = feature[path[starts]], np.diff(np.append(starts, len(xy)))
    closing = int(shape is Shape.POLYGON)
    begins = np.cumsum(np.append(0, (2 * sizes + 2 + closing)[:-1]))  # of each path among the commands
    commands = np.empty(int((2 * sizes + 2 + closing).sum()), dtype=np.int64)
    rank = np.arange(len(xy)) - np.repeat(starts, sizes)
    at = np.repeat(begins, sizes) + 1 + 2 * rank + (rank > 0)
    steps = _zigzag(np.diff(xy, axis=0, prepend=0))
    homes = starts[_begins(owner)]
    steps[homes] = _zigzag(xy[homes])
    commands[at], commands[at + 1] = steps[:, 0], steps[:, 1]
    commands[begins], commands[begins + 3] = _MOVE_ONE, ((sizes - 1) << 3) | 2
    if closing:
        commands[begins + 2 * sizes + 2] = _CLOSE
    kept, first_path = np.unique(owner, return_index=True)
    counts = np.add.reduceat(2 * sizes + 2 + closing, first_path)
    return Drawing(shape, commands, counts, kept)


def _features(drawing: Drawing, tags: Integers, present: Flags) -> bytes:
    """All features of a layer: 18 size [18 size tags...] 24 type 34 size [commands...], over and over."""
    starts = np.cumsum(np.append(0, drawing.counts[:-1]))
    drawn = np.add.reduceat(_sizes(drawing.commands), starts)
    tagged = np.where(present, _sizes(np.where(present, tags, 0)), 0).sum(axis=1)
    size = 1 + _sizes(tagged) + tagged + 2 + 1 + _sizes(drawn) + drawn
    tag_counts = present.sum(axis=1)
    begins = np.cumsum(np.append(0, (8 + tag_counts + drawing.counts)[:-1]))
    row = np.empty(int((8 + tag_counts + drawing.counts).sum()), dtype=np.int64)
    after = begins + 4 + tag_counts
    for place, value in ((begins, 18), (begins + 1, size), (begins + 2, 18), (begins + 3, tagged)):
        row[place] = value
    for place, value in ((after, 24), (after + 1, int(drawing.shape)), (after + 2, 34), (after + 3, drawn)):
        row[place] = value
    row[(begins[:, None] + 3 + np.cumsum(present, axis=1))[present]] = tags[present]
    row[np.arange(len(drawing.commands)) + np.repeat(after + 4 - starts, drawing.counts)] = drawing.commands
    return varints(row)


def _values(values: Sequence[str | int | float | bool] | npt.NDArray[np.bytes_]) -> bytes:
    if isinstance(values, np.ndarray):
        return _texts_of_one_length(values)
    return b"".join(_value(value) for value in values)


def _texts_of_one_length(values: npt.NDArray[np.bytes_]) -> bytes:
    length = values.dtype.itemsize
    if length > 125:
        raise ValueError("Values of one length are at most 125 bytes long.")
    head = np.tile(np.array([0x22, length + 2, 0x0A, length], dtype=np.uint8), (len(values), 1))
    return np.column_stack([head, values.view(np.uint8).reshape(len(values), length)]).tobytes()


def _value(value: str | int | float | bool) -> bytes:
    if isinstance(value, bool):
        return bytes([0x22, 2, 0x38, int(value)])
    if isinstance(value, int) and value >= 0:
        written = b"\x28" + _varint(value)
    elif isinstance(value, int | float):
        written = b"\x19" + np.array([value], dtype="<f8").tobytes()
    else:
        written = _text(0x0A, value)
    return b"\x22" + _varint(len(written)) + written


def _text(tag: int, text: str) -> bytes:
    encoded = text.encode()
    return bytes([tag]) + _varint(len(encoded)) + encoded


def _varint(number: int) -> bytes:
    """One number, as varints() writes many."""
    sevens = bytearray()
    while number > 0x7F:
        sevens.append(number & 0x7F | 0x80)
        number >>= 7
    sevens.append(number)
    return bytes(sevens)
