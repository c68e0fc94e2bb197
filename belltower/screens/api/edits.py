# SPDX-License-Identifier: Apache-2.0
"""What a client sends to change an asset."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from uuid import UUID

import shapely
from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from belltower.core.places.models import Life
from belltower.kernel.errors import Unreadable
from belltower.kernel.texts import Text
from belltower.screens.api.words import Instant, Line

_WHAT = Text(zh="几何", en="the geometry")


class GivenText(Schema):
    """A text in Chinese, English or both."""

    model_config = ConfigDict(extra="forbid")
    zh: Line = ""
    en: Line = ""


class GivenGeometry(Schema):
    """A GeoJSON geometry in WGS 84, of the shape that the kind declares."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"]
    coordinates: list[Any]

    def read(self) -> shapely.Geometry:
        """The geometry. Raises Unreadable."""
        try:
            return shapely.from_geojson(json.dumps(self.dict()))
        except (shapely.errors.GEOSException, ValueError) as error:
            raise Unreadable(what=_WHAT, reason=str(error)) from None


class AssetChanges(Schema):
    """What is otherwise. A property that is left out stays as it is; null says "not known"."""

    model_config = ConfigDict(extra="forbid")
    life: Life = Field(default_factory=lambda: Life.IN_SERVICE)  # by a factory: what is left out is not changed
    name: GivenText | None = None
    fields: dict[str, Any] = Field(
        default_factory=dict, description="declared fields; those given are merged in, null forgets one"
    )
    owner: UUID | None = Field(None, description="the uid of a party")
    geometry: GivenGeometry | None = None
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{17}$")] | None = None
    reason: Line = Field(
        default_factory=str, description="kept as the state's source; needed to bring back what is retired"
    )

    def as_changes(self) -> dict[str, Any]:
        """The changes that were really sent, as actions.edit_asset takes them."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        if self.geometry:
            sent["geometry"] = self.geometry.read()
        if self.name:
            sent["name"] = Text(self.name.zh, self.name.en) if self.name.zh or self.name.en else None
        return sent


class AssetEdit(Schema):
    """A change of one asset, true from ``valid_from`` on."""

    model_config = ConfigDict(extra="forbid")
    valid_from: Instant
    expected_recorded_at: Instant | None = Field(None, description="instead of If-Match: the recorded_at that was seen")
    changes: AssetChanges
