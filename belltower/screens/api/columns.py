# SPDX-License-Identifier: Apache-2.0
"""The columns each list reads, and how a row of them becomes its shape; lists make no model instances."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import shapely

Row = Mapping[str, Any]

PARTY_REF = ("uid", "key", "name")
AREA_REF = ("code", "level", "name")
AREA = (
    *AREA_REF, "uid", "parent__code", "lon", "lat", "area_m2", "population", "valid_from", "valid_until",
)  # fmt: skip
ASSET = (
    "uid", "kind", "key", "code", "name", "life", "lon", "lat", "fields", "valid_from", "recorded_at",
    "area__code", "area__level", "area__name", "owner__uid", "owner__key", "owner__name",
)  # fmt: skip
PARTY = (*PARTY_REF, "kind", "credit_code", "parent__uid")
RESPONSIBILITY = (
    "uid", "role", "kind", "valid_from", "valid_until", "basis",
    "area__code", "area__level", "area__name", "party__uid", "party__key", "party__name",
)  # fmt: skip
JOB = (
    "uid", "work", "title", "why", "state", "asked_by_name", "asked_at", "started_at", "ended_at", "retry_at",
    "attempts", "attempts_allowed", "done", "total", "doing", "is_cancel_asked", "result", "because",
)  # fmt: skip
LOAD = (
    "uid", "target", "file_name", "crs", "state", "is_dry_run", "rules", "report", "job_uid", "by", "made_at",
)  # fmt: skip
KEPT_ASIDE = ("row_number", "reason", "row")
ATTACHMENT = (
    "uid", "subject_kind", "subject_uid", "name", "media_type", "size", "digest", "taken_at", "lon", "lat", "facts",
    "put_by", "put_at", "state", "reason", "scan", "thumbnail", "copy", "prepared_at", "trouble",
)  # fmt: skip
CODE = ("standard", "kind", "code", "name", "verified")


def area(row: Row) -> dict[str, Any]:
    """An AreaLine."""
    shape = {name: row[name] for name in AREA if name not in ("parent__code", "lon", "lat")}
    return {**shape, "parent": row["parent__code"], "position": position(row)}


def asset(row: Row) -> dict[str, Any]:
    """An AssetLine."""
    shape = {name: row[name] for name in ASSET[:11] if name not in ("lon", "lat")}
    return {**shape, "position": position(row), "area": area_ref(row, "area__"), "owner": party_ref(row, "owner__")}


def party(row: Row) -> dict[str, Any]:
    """A Party."""
    shape = {name: row[name] for name in (*PARTY_REF, "kind")}
    return {**shape, "credit_code": row["credit_code"] or None, "parent": row["parent__uid"]}


def responsibility(row: Row) -> dict[str, Any]:
    """A ResponsibilityLine."""
    shape = {name: row[name] for name in RESPONSIBILITY[:6]}
    refs = {"area": area_ref(row, "area__"), "party": party_ref(row, "party__")}
    return {**shape, **refs, "kind": row["kind"] or None}


def job(row: Row) -> dict[str, Any]:
    """A Job."""
    return {**{name: row[name] for name in JOB}, "asked_by": row["asked_by_name"]}


def load(row: Row) -> dict[str, Any]:
    """A Load."""
    return {**{name: row[name] for name in LOAD}, "job": row["job_uid"]}


def kept_aside(row: Row) -> dict[str, Any]:
    """A KeptAside."""
    return {name: row[name] for name in KEPT_ASIDE}


def attachment(row: Row, *, tells_all: bool) -> dict[str, Any]:
    """An Attachment. Where and with what it was taken is for who may have the original (``tells_all``)."""
    plain = ("uid", "name", "media_type", "size", "digest", "taken_at", "put_by", "put_at", "state", "reason", "scan")
    return {
        **{name: row[name] for name in plain},
        "subject": f"{row['subject_kind']}:{row['subject_uid']}",
        "position": position(row) if tells_all else None,
        "camera": row["facts"].get("camera") if tells_all else None,
        "has_thumbnail": bool(row["thumbnail"]),
        "has_copy": bool(row["copy"]),
        "is_prepared": row["prepared_at"] is not None,
        "trouble": row["trouble"] or None,
    }


def code(row: Row) -> dict[str, Any]:
    """A CodeLine."""
    return {name: row[name] for name in CODE}


def position(row: Row) -> list[float] | None:
    """The point of a row that has ``lon`` and ``lat``."""
    return None if row["lon"] is None else [row["lon"], row["lat"]]


def area_ref(row: Row, prefix: str = "") -> dict[str, Any] | None:
    """The AreaRef in the columns that begin with ``prefix``."""
    return _ref(row, prefix, AREA_REF, needs="code")


def party_ref(row: Row, prefix: str = "") -> dict[str, Any] | None:
    """The PartyRef in the columns that begin with ``prefix``."""
    return _ref(row, prefix, PARTY_REF, needs="uid")


def geometry(wkb: bytes | memoryview | None) -> dict[str, Any] | None:
    """A stored geometry (WKB, WGS 84) as GeoJSON."""
    if wkb is None:
        return None
    shape: dict[str, Any] = json.loads(shapely.to_geojson(shapely.from_wkb(bytes(wkb))))
    return shape


def _ref(row: Row, prefix: str, names: tuple[str, ...], *, needs: str) -> dict[str, Any] | None:
    return None if row[prefix + needs] is None else {name: row[prefix + name] for name in names}
