# SPDX-License-Identifier: Apache-2.0
"""What is done to a single asset: edit it, and give official numbers. Many at once are written by bulk.py.

Nothing is deleted here: an asset that is gone is RETIRED. The database keeps the state each edit replaces.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from django.db import connection
from django.utils import timezone

from belltower.core.ledger.entries import action
from belltower.core.places import city, words
from belltower.core.places.areas import AreaIndex
from belltower.core.places.columns import Box
from belltower.core.places.errors import (
    BadGeometry,
    ChangedMeanwhile,
    CodeTaken,
    NoOfficialClass,
    NotYetTrue,
    NumbersUsedUp,
    RetiredForGood,
    UnknownAsset,
    UnknownChange,
    UnknownLife,
    UnknownParty,
)
from belltower.core.places.geometry import describe
from belltower.core.places.kinds import merge_fields, register
from belltower.core.places.models import Asset, Life, Party
from belltower.kernel.actors import Actor
from belltower.kernel.codes import asset_code, check_asset_code
from belltower.kernel.packs import Geometry
from belltower.kernel.texts import Text

__all__ = ["CHANGES", "NumberReport", "edit_asset", "number_assets"]

CHANGES = ("life", "name", "fields", "owner", "geometry", "code", "reason")
"""What ``changes`` may hold."""

_TICK = timedelta(microseconds=1)
_CONTENT = ("life", "name", "fields", "owner_id", "geometry", "code")
_SHAPES = {
    Geometry.POINT: ("Point", "MultiPoint"),
    Geometry.LINE: ("LineString", "MultiLineString"),
    Geometry.POLYGON: ("Polygon", "MultiPolygon"),
}


@action("places.edit_asset")
def edit_asset(
    uid: UUID,
    changes: Mapping[str, Any],
    *,
    by: Actor,
    valid_from: datetime,
    now: datetime,
    expected_recorded_at: datetime | None = None,
) -> Asset:
    """Record that the asset is otherwise since ``valid_from``, as we know ``now``.

    ``changes`` may hold ``life``; ``name`` (Text, mapping or str; None: not known); ``fields`` (those given are merged
    in, None forgets one); ``owner`` (Party, its uid or key; None: not known); ``geometry`` (WGS 84, of the kind's
    shape; None: not known); ``code`` (17 digits; None: none); ``reason`` (kept as the state's source).
    Every move of life is free but one: what is RETIRED comes back only with a reason.

    ``expected_recorded_at`` is the ``recorded_at`` the editor saw; when the asset has changed since, that is
    refused. An edit that changes nothing writes nothing. A ``valid_from`` before the present state's corrects the past
    (history.py says what wins).

    Raises UnknownAsset, ChangedMeanwhile, UnknownChange, UnknownLife, RetiredForGood, UnknownField, BadFieldValue,
    MissingFields, UnknownParty, BadGeometry, BadCode, CodeTaken or NotYetTrue.
    """
    try:
        asset = Asset.objects.select_for_update(of=("self",)).get(uid=uid)
    except Asset.DoesNotExist:
        raise UnknownAsset(asset=uid) from None
    if expected_recorded_at is not None and asset.recorded_at != expected_recorded_at:
        at = asset.recorded_at.isoformat(timespec="seconds")
        raise ChangedMeanwhile(asset=_called(asset), by=asset.recorded_by, at=at)
    if valid_from > now:
        raise NotYetTrue(valid_from=valid_from.isoformat(), now=now.isoformat())
    before = _content(asset)
    _apply(asset, changes)
    if _content(asset) == before and valid_from >= asset.valid_from:
        return Asset.objects.get(pk=asset.pk)
    asset.valid_from, asset.recorded_by = valid_from, by.name
    asset.recorded_at = max(now, asset.recorded_at + _TICK)  # clocks of two machines may differ
    asset.source = str(changes.get("reason") or "")[:120] or asset.source
    asset.words = words.words_for((asset.key, asset.code), asset.title)
    asset.save()
    return asset


def _called(asset: Asset) -> str:
    return asset.code or asset.key


def _content(asset: Asset) -> tuple[Any, ...]:
    values = (getattr(asset, column) for column in _CONTENT)
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in values)


def _apply(asset: Asset, changes: Mapping[str, Any]) -> None:
    for what in changes:
        if what not in CHANGES:
            meant = difflib.get_close_matches(what, CHANGES, n=1)
            hint = Text(zh=f"是否想写“{meant[0]}”？", en=f"Did you mean '{meant[0]}'? ") if meant else ""
            raise UnknownChange(change=what, hint=hint, known=", ".join(CHANGES))
    if "life" in changes:
        _live(asset, changes["life"], has_reason=bool(changes.get("reason")))
    if "name" in changes:
        name = changes["name"]
        asset.name = (
            Text.read(name).as_json() if name and (isinstance(name, (str, Text)) or any(name.values())) else None
        )
    if "fields" in changes:
        asset.fields = merge_fields(register().kind(asset.kind), asset.fields, changes["fields"])
    if "owner" in changes:
        asset.owner = _party(changes["owner"])
    if "code" in changes:
        asset.code = _code(asset, changes["code"])
    if "geometry" in changes:
        _place(asset, changes["geometry"])


def _live(asset: Asset, life: str, *, has_reason: bool) -> None:
    if life not in Life.values:
        raise UnknownLife(life=life, known=", ".join(Life.values))
    if asset.life == Life.RETIRED and life != Life.RETIRED and not has_reason:
        raise RetiredForGood(asset=_called(asset))
    asset.life = Life(life)


def _party(given: Party | UUID | str | None) -> Party | None:
    if given is None or isinstance(given, Party):
        return given
    found = Party.objects.filter(key=str(given)).first() or _party_by_uid(given)
    if found is None:
        raise UnknownParty(party=given)
    return found


def _party_by_uid(given: UUID | str) -> Party | None:
    try:
        uid = given if isinstance(given, UUID) else UUID(given)
    except ValueError:
        return None
    return Party.objects.filter(uid=uid).first()


def _code(asset: Asset, code: str | None) -> str | None:
    """The code, checked where it is China's; one that another asset has is refused, and so is a badly made one."""
    if not code:
        return None
    if city.current().country == "CN" and (wrong := check_asset_code(code)):
        raise wrong
    other = Asset.objects.filter(code=code).exclude(pk=asset.pk).first()
    if other:
        raise CodeTaken(given=code, other=other.key)
    return code


def _place(asset: Asset, geometry: shapely.Geometry | None) -> None:
    """Set the geometry and all that is derived from it: box, point, cell and area."""
    if geometry is None:
        asset.geometry = asset.box = asset.lon = asset.lat = asset.cell = asset.area = None
        return
    _check_shape(asset, geometry)
    found = describe(np.array([geometry], dtype=object), city.plane())
    asset.geometry, asset.box = found.wkb[0], Box(*found.boxes[0].tolist())
    asset.lon, asset.lat, asset.cell = float(found.lon[0]), float(found.lat[0]), int(found.cell[0])
    [area] = AreaIndex.current().locate(found.lon, found.lat).tolist()
    asset.area_id = None if area < 0 else area


def _check_shape(asset: Asset, geometry: shapely.Geometry) -> None:
    allowed = _SHAPES[register().kind(asset.kind).geometry]
    if geometry.geom_type not in allowed:
        raise _bad_geometry(
            asset,
            zh=f"应为 {allowed[0]}，实为 {geometry.geom_type}",
            en=f"it is a {geometry.geom_type}, not a {allowed[0]}",
        )
    if geometry.is_empty or not geometry.is_valid:
        raise _bad_geometry(asset, zh="为空或自相交", en="it is empty or crosses itself")
    west, south, east, north = geometry.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _bad_geometry(asset, zh="坐标不是经纬度", en="its coordinates are no longitudes and latitudes")


def _bad_geometry(asset: Asset, *, zh: str, en: str) -> BadGeometry:
    return BadGeometry(asset=_called(asset), reason=Text(zh=zh, en=en))


@dataclass(frozen=True, slots=True)
class NumberReport:
    """How many assets got a code, and how many lie in no known district and so have none."""

    numbered: int
    without_district: int


def number_assets(kind: str, *, by: Actor, now: datetime | None = None) -> NumberReport:
    """Give every asset of ``kind`` that has none its 17-digit code: district, class, and the next sequence number.

    No number is ever given twice, also when several processes number at once, and numbers that came with a file are
    passed over. Batches are committed one by one; after an interruption the rest is numbered by the next call.

    Raises UnknownKind, NoOfficialClass or NumbersUsedUp.
    """
    declared = register().kind(kind)
    if not declared.gb_code:
        raise NoOfficialClass(kind=declared.title)
    numbered = 0
    while count := _number_some(kind, declared.gb_code, by=by, now=now or timezone.now()):
        numbered += count
    return NumberReport(numbered, Asset.objects.filter(kind=kind, code=None).count())


@action("places.number_assets")
def _number_some(kind: str, gb_code: str, *, by: Actor, now: datetime) -> int:
    """Number the next batch; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"places.number.{kind}"])
        cursor.execute(_WITHOUT_CODE, [kind, _NUMBERED_AT_ONCE])
        by_district: dict[str, list[int]] = {}
        for pk, district in cursor.fetchall():
            by_district.setdefault(district, []).append(pk)
        codes = {
            pk: code
            for one, pks in by_district.items()
            for pk, code in zip(pks, _next_codes(one, gb_code, len(pks)), strict=True)
        }
        found = [words.words_for((code,), None) for code in codes.values()]
        cursor.execute(_GIVE_CODES, [now, by.name, list(codes), list(codes.values()), found])
        return len(codes)


def _next_codes(district: str, gb_code: str, count: int) -> list[str]:
    """Take ``count`` numbers of a district and class out of the Numbering, behind all that are in use."""
    prefix = f"{district}{gb_code}"
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_NUMBERS, {"prefix": prefix, "count": count})
        [last] = cursor.fetchone()
    if last > _LAST_NUMBER:
        raise NumbersUsedUp(prefix=prefix)
    return [asset_code(district, gb_code, number) for number in range(last - count + 1, last + 1)]


_NUMBERED_AT_ONCE = 5_000
_LAST_NUMBER = 999_999
# The district is the second code of the path, under the city; an asset known to lie in the city only has none.
_WITHOUT_CODE = """
    SELECT a.id, split_part(r.path, '/', 2) FROM places_asset a JOIN places_area r ON r.id = a.area_id
    WHERE a.kind = %s AND a.code IS NULL AND r.level <> 'city' ORDER BY a.id LIMIT %s FOR UPDATE OF a
"""
_TAKE_NUMBERS = """
    INSERT INTO places_numbering AS n (prefix, last)
    SELECT %(prefix)s, used.last + %(count)s FROM (
        SELECT coalesce(max(substr(code, 12)::int), 0) AS last FROM places_asset
        WHERE code BETWEEN %(prefix)s || '000000' AND %(prefix)s || '999999' AND length(code) = 17
    ) used
    ON CONFLICT (prefix) DO UPDATE SET last = greatest(n.last, excluded.last - %(count)s) + %(count)s
    RETURNING last
"""
_GIVE_CODES = """
    UPDATE places_asset a SET code = s.code, words = coalesce(a.words, '') || s.words::tsvector, recorded_by = s.by,
                              recorded_at = greatest(s.now, a.recorded_at + interval '1 microsecond')
    FROM (SELECT %s::timestamptz AS now, %s AS by, unnest(%s::bigint[]) AS id, unnest(%s::text[]) AS code,
                 unnest(%s::text[]) AS words) s
    WHERE a.id = s.id
"""
