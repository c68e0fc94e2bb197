# SPDX-License-Identifier: Apache-2.0
"""A small register and a document with a clause of each kind, for whoever reads, tries or spoils them."""

from __future__ import annotations

from belltower.core.standards.clauses import Document
from belltower.core.standards.reading import read_document
from belltower.kernel.packs import Activity, AssetKind, Field, FieldType, Geometry, Network, Pack, Register, Stream
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

NAME = Text(zh="名", en="Name")
REGISTER = Register((
    Pack("gas", NAME, NAME, assets=(
        AssetKind("home", NAME, Geometry.POINT, fields=(Field("uses_gas", FieldType.BOOLEAN, NAME),)),
        AssetKind("building", NAME, Geometry.POLYGON, fields=(
            Field("floors", FieldType.INTEGER, NAME), Field("has_permit", FieldType.BOOLEAN, NAME))),
        AssetKind("pipe", NAME, Geometry.LINE, fields=(Field("pressure", FieldType.NUMBER, NAME),)),
        AssetKind("alarm_box", NAME, Geometry.POINT, fields=(Field("indoors", FieldType.BOOLEAN, NAME),)),
        AssetKind("station", NAME, Geometry.POINT, fields=(Field("is_open", FieldType.BOOLEAN, NAME),)),
        AssetKind("lane", NAME, Geometry.LINE, fields=(Field("one_way", FieldType.BOOLEAN, NAME),)),
        AssetKind("pond", NAME, Geometry.POLYGON),
    ), streams=(
        Stream("methane", on="alarm_box", title=NAME, quantity=Quantity.SHARE, unit="%", stale_after="PT10M"),
    ), activities=(
        Activity("home_visit", "home", NAME, fields=(Field("was_let_in", FieldType.BOOLEAN, NAME),)),
        Activity("patrol", "grid", NAME, fields=(Field("on_foot", FieldType.BOOLEAN, NAME),)),
    ), streets=Network(kind="lane", one_way="one_way", barriers=("pond",))),
))  # fmt: skip
HEAD = """\
id: gas.order
title: {zh: 燃气, en: Gas}
issued_by: {zh: 市, en: City}
clauses:
"""
_COMMON = """\
  title: {zh: 题, en: Title}
  text: {zh: 文。, en: Text.}
  source: {document: Order 7, clause: "1", seen: 2026-08-01, verified: primary}
  grade: general
  rectify_within: {2020-01-01: {working: P5D}}
  responsible: owner
"""
CLAUSES = {
    "attribute": """\
- id: gas.low_enough
  applies_to: building
  values: {most: {2020-01-01: 6}}
  check: {kind: attribute, holds: floors <= most OR has_permit}
  closes_after: {2020-01-01: PT1H}
  reopens_within: {2020-01-01: P7D}
  quiz:
  - question: {zh: 几层, en: How many}
    right: {zh: 六, en: Six}
    wrong: [{zh: 五, en: Five}, {zh: 七, en: Seven}, {zh: 八, en: Eight}]
    why: {zh: 因为, en: Because}
  examples:
  - {name: on the limit, on: 2026-01-01, fields: {floors: 6}, outcome: holds}
  - {name: a floor too many, on: 2026-01-01, fields: {floors: 7, has_permit: false}, outcome: broken}
""",
    "cadence": """\
- id: gas.visited
  applies_to: home
  values: {every: {2020-01-01: P24M, 2025-01-01: P12M}}
  check: {kind: cadence, activity: home_visit, within: every, counts: was_let_in, where: uses_gas}
  examples:
  - {name: a year ago to the day, on: 2026-03-01, fields: {uses_gas: true}, outcome: holds,
     activities: [{at: 2025-03-01T09:00+08:00, fields: {was_let_in: true}}]}
  - {name: a day more, on: 2026-03-02, fields: {uses_gas: true}, outcome: broken,
     activities: [{at: 2025-03-01T23:59:59, fields: {was_let_in: true}}]}
  - {name: once that was enough, on: 2024-12-31, fields: {uses_gas: true}, outcome: holds,
     activities: [{at: 2022-12-31T08:00, fields: {was_let_in: true}}]}
  - {name: nobody opened, on: 2026-03-01, fields: {uses_gas: true}, outcome: broken,
     activities: [{at: 2026-02-01T08:00, fields: {was_let_in: false}}]}
  - {name: nobody noted whether, on: 2026-03-01, fields: {uses_gas: true}, outcome: unknown,
     activities: [{at: 2026-02-01T08:00}]}
  - {name: not yet due, on: 2026-03-01, since: 2025-03-01, fields: {uses_gas: true}, outcome: holds}
  - {name: never, on: 2026-03-01, since: 2025-02-28, fields: {uses_gas: true}, outcome: broken}
  - {name: planned only, on: 2026-03-01, fields: {uses_gas: true}, outcome: broken,
     activities: [{at: 2026-03-02T08:00, fields: {was_let_in: true}}]}
""",
    "signal": """\
- id: gas.methane
  applies_to: alarm_box
  values: {at_most: {2020-01-01: 20}, band: {2020-01-01: 2}, delay: {2020-01-01: PT30S}}
  check:
    kind: signal
    stream: methane
    condition: {kind: hi, limit: at_most, deadband: band, on_delay: delay}
    priority: 1
    rationalisation:
      cause: {zh: 漏, en: A leak}
      consequence: {zh: 爆, en: It may explode}
      response: {zh: 关, en: Close the valve}
      time_to_respond: PT5M
    where: indoors
  examples:
  - {name: below, on: 2026-01-01, fields: {indoors: true}, readings: [[PT0S, 19.9], [PT1M, 19.9]], outcome: holds}
  - {name: on the limit, on: 2026-01-01, fields: {indoors: true}, readings: [[PT0S, 20], [PT30S, 20]], outcome: broken}
  - {name: not for long enough, on: 2026-01-01, fields: {indoors: true}, readings: [[PT0S, 20], [PT29S, 20]], outcome: holds}
  - {name: within the dead band, on: 2026-01-01, fields: {indoors: true}, readings: [[PT0S, 25], [PT1M, 25], [PT2M, 18.5]], outcome: broken}
  - {name: nothing came, on: 2026-01-01, fields: {indoors: true}, readings: [[PT1M, ~]], outcome: unknown}
""",
    "silence": """\
- id: gas.never_silent
  applies_to: alarm_box
  values: {silent_for: {2020-01-01: PT10M}}
  check:
    kind: signal
    stream: methane
    condition: {kind: stale, limit: silent_for}
    priority: 2
    rationalisation: {cause: {zh: 断, en: No line}, consequence: {zh: 瞎, en: Blind}, response: {zh: 修, en: Mend}, time_to_respond: PT1H}
  examples:
  - {name: it spoke, on: 2026-01-01, readings: [[PT0S, 1], [PT9M, ~]], outcome: holds}
  - {name: silent for ten minutes, on: 2026-01-01, readings: [[PT0S, 1], [PT10M, ~]], outcome: broken}
  - {name: it never spoke, on: 2026-01-01, readings: [[PT11M, ~]], outcome: broken}
""",
    "spatial": """\
- id: gas.not_over_a_pipe
  applies_to: building
  values: {away: {2020-01-01: 0.7}, from_mpa: {2020-01-01: 0.4}}
  check: {kind: spatial, must: keep_away_from, of: pipe, distance: away, of_where: pressure >= from_mpa, unless: has_permit}
  examples:
  - {name: on the limit, on: 2026-01-01, others: [{fields: {pressure: 0.4}, distance_m: 0.7}], outcome: holds}
  - {name: too near, on: 2026-01-01, fields: {has_permit: false}, others: [{fields: {pressure: 0.4}, distance_m: 0.69}], outcome: broken}
  - {name: a low one, on: 2026-01-01, others: [{fields: {pressure: 0.1}, distance_m: 0}], outcome: holds}
  - {name: nobody knows its pressure, on: 2026-01-01, fields: {has_permit: false}, others: [{distance_m: 0}], outcome: unknown}
  - {name: permitted, on: 2026-01-01, fields: {has_permit: true}, others: [{distance_m: 0}], outcome: holds}
""",
    "inside": """\
- id: gas.in_a_building
  applies_to: alarm_box
  check: {kind: spatial, must: be_inside, of: building}
  examples:
  - {name: within, on: 2026-01-01, others: [{inside: false}, {inside: true}], outcome: holds}
  - {name: without, on: 2026-01-01, outcome: broken}
""",
    "reach": """\
- id: gas.station_near
  applies_to: {area: grid}
  values: {walk: {2020-01-01: 1000}, many: {2020-01-01: 10}}
  check: {kind: coverage, by: station, reach: walk, over: straight, by_where: is_open, where: population > many}
  examples:
  - {name: on the limit, on: 2026-01-01, fields: {population: 11}, nearest_m: 1000, outcome: holds}
  - {name: too far, on: 2026-01-01, fields: {population: 11}, nearest_m: 1000.5, outcome: broken}
  - {name: there is none, on: 2026-01-01, fields: {population: 11}, outcome: broken}
  - {name: the near one may be closed, on: 2026-01-01, fields: {population: 11}, outcome: unknown,
     others: [{distance_m: 10}, {fields: {is_open: true}, distance_m: 3000}]}
""",
    "along": """\
- id: gas.station_along_streets
  applies_to: building
  values: {drive: {2020-01-01: 1000}}
  check: {kind: coverage, by: station, reach: drive, over: streets, by_where: is_open}
  examples:
  - {name: on the limit, on: 2026-01-01, nearest_m: 1000, outcome: holds}
  - {name: too far, on: 2026-01-01, nearest_m: 1000.5, outcome: broken}
  - {name: there is none, on: 2026-01-01, outcome: broken}
""",
    "watch": """\
- id: gas.patrolled
  applies_to: {area: grid}
  values: {watch: {2020-01-01: PT12H}}
  check: {kind: coverage, activity: patrol, window: watch, counts: on_foot}
  examples:
  - {name: in both, on: 2026-01-01, outcome: holds,
     activities: [{at: 2026-01-01T00:00, fields: {on_foot: true}}, {at: 2026-01-01T12:00, fields: {on_foot: true}}]}
  - {name: twice in the first, on: 2026-01-01, outcome: broken,
     activities: [{at: 2026-01-01T00:00, fields: {on_foot: true}}, {at: 2026-01-01T11:59:59, fields: {on_foot: true}}]}
  - {name: perhaps in the second, on: 2026-01-01, outcome: unknown,
     activities: [{at: 2026-01-01T00:00, fields: {on_foot: true}}, {at: 2026-01-01T12:00}]}
  - {name: this watch is not over, on: 2026-01-02T11:00, outcome: holds,
     activities: [{at: 2026-01-01T00:00, fields: {on_foot: true}}, {at: 2026-01-01T12:00, fields: {on_foot: true}}]}
""",
    "indicator": """\
- id: gas.let_in
  applies_to: home
  values: {share: {2020-01-01: 95}, window: {2020-01-01: P30D}, few: {2020-01-01: 100}}
  check: {kind: indicator, of: activities, activity: home_visit, counts: was_let_in, window: window, at_least: share, by: street,
          sample_at_least: few}
  examples:
  - {name: on the limit, on: 2026-01-01, counted: 190, among: 200, outcome: holds}
  - {name: one too few, on: 2026-01-01, counted: 189, among: 200, outcome: broken}
  - {name: too few to say, on: 2026-01-01, counted: 18, among: 20, outcome: unknown}
  - {name: few, on: 2026-01-01, counted: 10, among: 20, outcome: broken}
  - {name: what is not known would decide, on: 2026-01-01, counted: 190, among: 200, unknown: 1, outcome: unknown}
  - {name: none, on: 2026-01-01, counted: 0, among: 0, outcome: unknown}
""",
}


def written(*names: str) -> str:
    """A document with the clauses of these names; of all where none is given."""
    return HEAD + "".join(filled(CLAUSES[name]) for name in names or CLAUSES)


def filled(clause: str) -> str:
    """A clause with the parts that are alike in all."""
    first, rest = clause.split("\n", 1)
    return f"{first}\n{_COMMON}{rest}"


def read(text: str) -> Document:
    return read_document(text, file="gas/order.yaml", register=REGISTER)
