# SPDX-License-Identifier: Apache-2.0
"""The collections there are: all assets, the assets of each declared kind, areas, findings and cases."""

from __future__ import annotations

import re
from functools import cache

from belltower.core.places.kinds import register
from belltower.core.places.models import AreaLevel, Life
from belltower.core.places.scope import Scope
from belltower.core.standards.models import Because, FindingOutcome, FindingState
from belltower.edges.features.case_collections import CASES, public_cases
from belltower.edges.features.declaring import Collection, Holds, Place, Property, Times
from belltower.edges.features.naming import IS_AREA, IS_CLAUSE, IS_OWNER, IS_PARTY, instant, text
from belltower.kernel.errors import NotFound
from belltower.kernel.packs import AssetKind, Field, FieldType
from belltower.kernel.texts import Text

_SAFE = re.compile(r"[A-Za-z0-9_]+")
_AREA = "(SELECT x.code FROM places_area x WHERE x.id = t.area_id)"
_OWNER = "(SELECT x.key FROM places_party x WHERE x.id = t.owner_id)"
_STANDING = "t.life <> 'retired'"
_JOINS = "LEFT JOIN places_area a ON a.id = t.area_id LEFT JOIN places_party p ON p.id = t.owner_id"
_ASSET_COLUMNS = (
    "id", "uid", "kind", "key", "code", "name", "life", "geometry", "box", "lon", "lat", "cell", "area_id", "owner_id",
    "fields", "valid_from", "recorded_at",
)  # fmt: skip


_KEY = text("key", "编号", "Key", "t.key")
_ABOUT = (
    _KEY,
    text("code", "统一编码", "Code", "t.code"),
    text("name_zh", "中文名称", "Name in Chinese", "t.name ->> 'zh'"),
    text("name_en", "英文名称", "Name in English", "t.name ->> 'en'"),
    text("life", "状态", "State", "t.life", choices=tuple(life for life in Life.values if life != Life.RETIRED)),
    text("area", "区域编码", "Code of its area", _AREA, told="a.code", equals=IS_AREA),
    text("owner", "权属单位编号", "Key of its owner", _OWNER, told="p.key", equals=IS_OWNER),
    instant("valid_from", "此状态起始时间", "In this state since", "t.valid_from"),
    instant("recorded_at", "登记时间", "Recorded at", "t.recorded_at"),
)
_KIND = text("kind", "部件类型", "Kind", "t.kind")
_ASSETS = Collection(
    "assets",
    Text(zh="全部部件", en="All assets"),
    Text(zh="城市中未报废的部件，各种类型。", en="What stands or moves in the city and is not retired, of every kind."),
    "places_asset t",
    _ASSET_COLUMNS,
    (_KIND, *_ABOUT),
    place=Place(cell="t.cell"),
    times=Times("t.valid_from"),
    joins=_JOINS,
    where=_STANDING,
)
_AREAS = Collection(
    "areas",
    Text(zh="区域与网格", en="Areas and grids"),
    Text(zh="市、区、街道、社区和单元网格，含历次区划。", en="City, districts, streets, communities and unit grids, as they are and as they were."),
    "places_area t",
    ("id", "uid", "code", "level", "name", "path", "geometry", "box", "lon", "lat", "area_m2", "population", "valid_from", "valid_until"),
    (
        text("code", "区域编码", "Code", "t.code"),
        text("level", "层级", "Level", "t.level", choices=tuple(AreaLevel.values)),
        text("name_zh", "中文名称", "Name in Chinese", "t.name ->> 'zh'"),
        text("name_en", "英文名称", "Name in English", "t.name ->> 'en'"),
        text("path", "上下级路径", "Codes from the city down", "t.path"),
        Property("area_m2", Holds.NUMBER, Text(zh="面积（平方米）", en="Square metres"), "t.area_m2"),
        Property("population", Holds.INTEGER, Text(zh="人口", en="Population"), "t.population"),
        Property("valid_from", Holds.DATE, Text(zh="起始日期", en="In force since"), "t.valid_from"),
        Property("valid_until", Holds.DATE, Text(zh="截止日期（不含）", en="In force until before"), "t.valid_until"),
    ),
    times=Times("t.valid_from", "t.valid_until", are_days=True),
)  # fmt: skip
# A finding is where its asset is; one of an area is at the point that stands for the area.
_FINDING_ROWS = """(
    SELECT f.id, f.uid, f.clause_id, f.kind, f.state, f.outcome, f.grade, f.role, f.party_id, f.opened_at, f.due_at, f.closed_at,
           f.closed_because, f.times_opened, f.area_id, s.uid AS asset, s.key AS asset_key,
           s.geometry, coalesce(s.lon, d.lon) AS lon, coalesce(s.lat, d.lat) AS lat, coalesce(s.box, d.box) AS box
    FROM standards_finding f LEFT JOIN places_asset s ON s.id = f.asset_id
    LEFT JOIN places_area d ON d.id = f.area_id AND f.asset_id IS NULL
) t"""
_FINDINGS = Collection(
    "findings",
    Text(zh="问题（不符合项）", en="Findings"),
    Text(zh="不符合标准条款的部件或区域，含已关闭的。", en="Clauses that an asset or area breaks, or broke: where, since when and until when."),
    _FINDING_ROWS,
    (
        "id", "uid", "clause_id", "kind", "state", "outcome", "grade", "role", "party_id", "opened_at", "due_at", "closed_at",
        "closed_because", "times_opened", "area_id", "asset", "asset_key", "geometry", "lon", "lat", "box",
    ),
    (
        text("clause", "条款", "Clause", "(SELECT x.key FROM standards_clause x WHERE x.id = t.clause_id)", told="c.key", equals=IS_CLAUSE),
        _KIND,
        text("state", "状态", "State", "t.state", choices=tuple(FindingState.values)),
        text("outcome", "结论", "Outcome", "t.outcome", choices=tuple(FindingOutcome.values)),
        text("grade", "等级", "Grade", "t.grade"),
        text("asset", "部件标识", "Id of the asset", "t.asset::text"),
        text("asset_key", "部件编号", "Key of the asset", "t.asset_key"),
        text("area", "区域编码", "Code of its area", _AREA, told="a.code", equals=IS_AREA),
        text("party", "责任主体编号", "Key of who answers", "(SELECT x.key FROM places_party x WHERE x.id = t.party_id)", told="p.key", equals=IS_PARTY),
        text("role", "责任类型", "Answers as", "t.role"),
        instant("opened_at", "发现时间", "Opened at", "t.opened_at"),
        instant("due_at", "整改期限", "Due at", "t.due_at"),
        instant("closed_at", "关闭时间", "Closed at", "t.closed_at"),
        text("closed_because", "关闭原因", "Closed because", "nullif(t.closed_because, '')", choices=tuple(Because.values)),
        Property("times_opened", Holds.INTEGER, Text(zh="发现次数", en="Times opened"), "t.times_opened"),
    ),
    place=Place(is_point="t.geometry IS NULL OR get_byte(t.geometry, 1) = 1"),
    times=Times("t.opened_at", "t.closed_at"),
    joins="LEFT JOIN standards_clause c ON c.id = t.clause_id LEFT JOIN places_area a ON a.id = t.area_id"
    " LEFT JOIN places_party p ON p.id = t.party_id",
)  # fmt: skip


@cache
def _fixed() -> tuple[Collection, ...]:
    return (_ASSETS, _AREAS, _FINDINGS, CASES, public_cases())


def collections(scope: Scope) -> list[Collection]:
    """Those that a viewer may know of, kinds by name after the rest."""
    hidden = set(scope.hidden_kinds)
    return [*_fixed(), *(_of_kind(name) for name in sorted(register().kinds) if name not in hidden)]


def collection(name: str, scope: Scope) -> Collection:
    """The collection of that name. Raises NotFound for one that is not there, or too secret."""
    for one in _fixed():
        if one.name == name:
            return one
    if name in register().kinds and name not in scope.hidden_kinds:
        return _of_kind(name)
    raise NotFound(noun=Text(zh="集合", en="collection"), name=name[:80])


@cache
def _of_kind(name: str) -> Collection:
    kind = register().kinds[name]
    taken = {one.name for one in _ABOUT}
    fields = tuple(_field(one) for one in kind.fields if one.name not in taken and _SAFE.fullmatch(one.name))
    return Collection(
        name, kind.title, _described(kind), "places_asset t", _ASSET_COLUMNS, (*_ABOUT, *fields),
        place=Place(cell="t.cell"), times=Times("t.valid_from"), joins=_JOINS,
        where=f"t.kind = %(kind)s AND {_STANDING}", facts={"kind": name},
    )  # fmt: skip


def _described(kind: AssetKind) -> Text:
    return Text(
        zh=f"类型为“{kind.title.zh}”且未报废的部件。",
        en=f"Assets of the kind '{kind.title.en}' that are not retired.",
    )


_HOLDS = {
    FieldType.INTEGER: Holds.INTEGER,
    FieldType.BOOLEAN: Holds.TRUTH,
    FieldType.TEXT: Holds.TEXT,
    FieldType.CHOICE: Holds.TEXT,
    FieldType.DATE: Holds.DATE,
}
# A value that no longer is of the declared type is passed over, not an error of the whole page.
_READ = {
    Holds.INTEGER: "CASE WHEN jsonb_typeof(t.fields -> '{0}') = 'number' THEN (t.fields ->> '{0}')::numeric END",
    Holds.NUMBER: "CASE WHEN jsonb_typeof(t.fields -> '{0}') = 'number' THEN (t.fields ->> '{0}')::float8 END",
    Holds.TRUTH: "CASE WHEN jsonb_typeof(t.fields -> '{0}') = 'boolean' THEN (t.fields ->> '{0}')::boolean END",
}


def _field(field: Field) -> Property:
    """A declared field as a property; a quantity says its unit in its title."""
    holds = _HOLDS.get(field.holds, Holds.NUMBER) if isinstance(field.holds, FieldType) else Holds.NUMBER
    unit = f" ({field.unit})" if field.unit else ""
    return Property(
        field.name,
        holds,
        Text(zh=field.title.zh + unit, en=field.title.en + unit),
        _READ.get(holds, "t.fields ->> '{0}'").format(field.name),
        json=f"(t.fields -> '{field.name}')::text",
        choices=tuple(choice.value for choice in field.choices),
    )
