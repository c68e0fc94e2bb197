# SPDX-License-Identifier: Apache-2.0
"""The one map of SensorThings onto Belltower's tables: entity sets, their properties, and the ways between them.

Everything that reads, filters, expands, writes and deletes goes by this map; none of it knows an entity by name, except
Observations, whose values are kept by core/observations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from belltower.edges.sensorthings.syntax import Kind


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an entity.

    ``sql`` is its value over the alias ``{t}``, ``end`` the end of a TIME that may be an interval. ``columns`` are
    where it is written, by the parts of its JSON where there is more than one ("" for the whole value).
    """

    name: str
    kind: Kind
    sql: str
    end: str = ""
    columns: Mapping[str, str] | None = None
    required: bool = False
    shown_when_null: bool = False


@dataclass(frozen=True, slots=True)
class Navigation:
    """A way from one entity to others.

    ``here`` is the column on this side, ``there`` the one on the other; ``through`` a table between them with its
    column of this side and of the other. ``cascades``: those others go when this one is deleted.
    """

    name: str
    target: str
    many: bool
    here: str = "id"
    there: str = "id"
    through: tuple[str, str, str] | None = None
    inverse: str = ""
    required: bool = False
    cascades: bool = False


@dataclass(frozen=True)
class EntitySet:
    """``name`` as in addresses, ``one`` as in navigations to a single one; ``source`` what is selected from."""

    name: str
    one: str
    table: str
    properties: tuple[Property, ...]
    navigations: tuple[Navigation, ...]
    source: str = ""
    has_key: bool = True
    order: str = ""  # over "t", before the id, where no $orderby is given

    @cached_property
    def fields(self) -> Mapping[str, Property]:
        """The properties by name."""
        return {each.name: each for each in self.properties}

    @cached_property
    def navigation(self) -> Mapping[str, Navigation]:
        """The navigations by name."""
        return {each.name: each for each in self.navigations}

    @property
    def relation(self) -> str:
        """What stands after FROM."""
        return self.source or self.table


def _text(name: str, *, required: bool = True, column: str = "") -> Property:
    column = column or name
    return Property(name, Kind.TEXT, f"{{t}}.{column}", columns={"": column}, required=required)


def _json(name: str, column: str = "", *, kind: Kind = Kind.JSON, required: bool = False) -> Property:
    column = column or name
    return Property(name, kind, f"{{t}}.{column}", columns={"": column}, required=required)


_NAMED = (_text("name"), _text("description"))
_PROPERTIES = Property(
    "properties", Kind.JSON, "NULLIF({t}.properties, '{{}}'::jsonb)", columns={"": "properties"}
)  # "{}" in the table stands for none
_UNIT = (
    "CASE WHEN {t}.unit_name <> '' OR {t}.unit_symbol <> '' OR {t}.unit_definition <> '' THEN jsonb_build_object("
    "'name', NULLIF({t}.unit_name, ''), 'symbol', NULLIF({t}.unit_symbol, ''),"
    " 'definition', NULLIF({t}.unit_definition, '')) ELSE"
    """ '{{"name": null, "symbol": null, "definition": null}}'::jsonb END"""
)
# The result times among the first and the last thousand readings of a stream bound them all, unless a stream is out of
# order by more than that; a look at every reading would cost a second a Datastream.
_RESULT_TIMES = (
    "(SELECT {which}(n.result_at) FROM (SELECT {shown} AS result_at FROM observations_reading r"
    " WHERE r.stream = {{t}}.id ORDER BY r.at {way} LIMIT 1000) n)"
)
# The table has a result time in every row; a flag says where none was given, which the standard wants shown as null.
NO_RESULT_TIME = 4
_GIVEN_RESULT_TIME = f"CASE WHEN r.flags & {NO_RESULT_TIME} = 0 THEN r.result_at END"

# ``{{readings}}``: where the readings are, the hot store by themselves (archived.py lays rows of the lake beside).
_OBSERVATION = f"""(
    SELECT r.id, r.stream, r.at, d.until, {_GIVEN_RESULT_TIME} AS result_at, r.value, d.result, d.result_quality,
           d.valid_from, d.valid_until, d.parameters,
           COALESCE(d.feature_id, (SELECT f.feature_id FROM observations_default_feature f
               WHERE f.stream = r.stream AND f.from_id <= r.id ORDER BY f.from_id DESC LIMIT 1)) AS feature_id
    FROM {{readings}} r
    LEFT JOIN observations_detail d ON d.id = r.id
)"""


def observations_in(readings: str) -> str:
    """What stands after FROM for the observations whose readings are in a relation."""
    return _OBSERVATION.format(readings=readings)


THINGS = EntitySet(
    "Things", "Thing", "observations_thing",
    (*_NAMED, _PROPERTIES),
    (
        Navigation("Locations", "Locations", True, inverse="Things",
                   through=("observations_thing_location", "thing_id", "location_id")),
        Navigation("HistoricalLocations", "HistoricalLocations", True, there="thing_id", inverse="Thing", cascades=True),
        Navigation("Datastreams", "Datastreams", True, there="thing_id", inverse="Thing", cascades=True),
    ),
)  # fmt: skip

LOCATIONS = EntitySet(
    "Locations", "Location", "observations_location",
    (*_NAMED, _text("encodingType", column="encoding_type"), _json("location", kind=Kind.GEOMETRY, required=True), _PROPERTIES),
    (
        Navigation("Things", "Things", True, inverse="Locations",
                   through=("observations_thing_location", "location_id", "thing_id")),
        Navigation("HistoricalLocations", "HistoricalLocations", True, inverse="Locations", cascades=True,
                   through=("observations_historical_location_place", "location_id", "historicallocation_id")),
    ),
)  # fmt: skip

HISTORICAL_LOCATIONS = EntitySet(
    "HistoricalLocations", "HistoricalLocation", "observations_historical_location",
    (Property("time", Kind.TIME, "{t}.at", columns={"": "at"}, required=True),),
    (
        Navigation("Thing", "Things", False, here="thing_id", inverse="HistoricalLocations", required=True),
        Navigation("Locations", "Locations", True, inverse="HistoricalLocations", required=True,
                   through=("observations_historical_location_place", "historicallocation_id", "location_id")),
    ),
    has_key=False,
)  # fmt: skip

DATASTREAMS = EntitySet(
    "Datastreams", "Datastream", "observations_datastream",
    (
        *_NAMED,
        _text("observationType", column="observation_type"),
        Property("unitOfMeasurement", Kind.JSON, _UNIT, required=True,
                 columns={"name": "unit_name", "symbol": "unit_symbol", "definition": "unit_definition"}),
        _json("observedArea", "observed_area", kind=Kind.GEOMETRY),
        Property("phenomenonTime", Kind.TIME,
                 "LEAST((SELECT min(r.at) FROM observations_reading r WHERE r.stream = {t}.id),"
                 " (SELECT l.first_at FROM observations_latest l WHERE l.stream = {t}.id))",
                 "GREATEST((SELECT max(r.at) FROM observations_reading r WHERE r.stream = {t}.id),"
                 " (SELECT l.at FROM observations_latest l WHERE l.stream = {t}.id),"
                 " (SELECT max(d.until) FROM observations_detail d WHERE d.stream = {t}.id))"),
        Property("resultTime", Kind.TIME,
                 _RESULT_TIMES.format(which="min", way="ASC", shown=_GIVEN_RESULT_TIME),
                 _RESULT_TIMES.format(which="max", way="DESC", shown=_GIVEN_RESULT_TIME)),
        _PROPERTIES,
    ),
    (
        Navigation("Thing", "Things", False, here="thing_id", inverse="Datastreams", required=True),
        Navigation("Sensor", "Sensors", False, here="sensor_id", inverse="Datastreams", required=True),
        Navigation("ObservedProperty", "ObservedProperties", False, here="observed_property_id", inverse="Datastreams",
                   required=True),
        Navigation("Observations", "Observations", True, there="stream", inverse="Datastream", cascades=True),
    ),
)  # fmt: skip

SENSORS = EntitySet(
    "Sensors", "Sensor", "observations_sensor",
    (*_NAMED, _text("encodingType", column="encoding_type"), _json("metadata", required=True), _PROPERTIES),
    (Navigation("Datastreams", "Datastreams", True, there="sensor_id", inverse="Sensor", cascades=True),),
)  # fmt: skip

OBSERVED_PROPERTIES = EntitySet(
    "ObservedProperties", "ObservedProperty", "observations_observed_property",
    (_text("name"), _text("definition"), _text("description"), _PROPERTIES),
    (Navigation("Datastreams", "Datastreams", True, there="observed_property_id", inverse="ObservedProperty",
                cascades=True),),
)  # fmt: skip

OBSERVATIONS = EntitySet(
    "Observations", "Observation", "observations_reading",
    (
        Property("phenomenonTime", Kind.TIME, "{t}.at", "{t}.until"),
        Property("result", Kind.RESULT, "{t}.value", "{t}.result", required=True, shown_when_null=True),
        Property("resultTime", Kind.TIME, "{t}.result_at", shown_when_null=True),
        Property("resultQuality", Kind.JSON, "{t}.result_quality"),
        Property("validTime", Kind.TIME, "{t}.valid_from", "{t}.valid_until"),
        Property("parameters", Kind.JSON, "{t}.parameters"),
    ),
    (
        Navigation("Datastream", "Datastreams", False, here="stream", inverse="Observations", required=True),
        Navigation("FeatureOfInterest", "FeaturesOfInterest", False, here="feature_id", inverse="Observations"),
    ),
    source=observations_in("observations_reading"),
    has_key=False,
    order="t.at ASC",
)  # fmt: skip

FEATURES_OF_INTEREST = EntitySet(
    "FeaturesOfInterest", "FeatureOfInterest", "observations_feature",
    (*_NAMED, _text("encodingType", column="encoding_type"), _json("feature", kind=Kind.GEOMETRY, required=True), _PROPERTIES),
    (Navigation("Observations", "Observations", True, there="feature_id", inverse="FeatureOfInterest", cascades=True),),
)  # fmt: skip

ENTITY_SETS: Mapping[str, EntitySet] = {
    each.name: each
    for each in (
        THINGS, LOCATIONS, HISTORICAL_LOCATIONS, DATASTREAMS, SENSORS, OBSERVED_PROPERTIES, OBSERVATIONS,
        FEATURES_OF_INTEREST,
    )
}  # fmt: skip

IDS = frozenset({"id", "@iot.id"})


def target_of(navigation: Navigation) -> EntitySet:
    """The entity set that a navigation leads to."""
    return ENTITY_SETS[navigation.target]
