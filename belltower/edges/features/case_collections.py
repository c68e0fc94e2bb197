# SPDX-License-Identifier: Apache-2.0
"""Cases as features: as the bureau keeps them, and as everybody may know them (core/receiving/showing.py)."""

from __future__ import annotations

from functools import cache

from belltower.core.cases.kinds import Grade, Source
from belltower.core.cases.table import Stage, State
from belltower.core.receiving.rules import ROUNDED_TO, Standing, standing_of
from belltower.core.receiving.showing import SEEN, SHOWN
from belltower.edges.features.declaring import Collection, Place, Times
from belltower.edges.features.naming import IS_AREA, IS_PARTY, instant, text
from belltower.kernel.texts import Text

_AT_A_POINT = Place(wkb="NULL::bytea", box="", is_point="true")
_JOINS = "LEFT JOIN places_area a ON a.id = t.area_id LEFT JOIN places_party p ON p.id = t.party_id"
_AREA = "(SELECT x.code FROM places_area x WHERE x.id = t.area_id)"
_NUMBER, _KIND = text("number", "案卷号", "Number", "t.number"), text("kind", "案件类型", "Kind", "t.kind")
_IN_AREA = text("area", "区域编码", "Code of its area", _AREA, told="a.code", equals=IS_AREA)
_REPORTED = instant("reported_at", "上报时间", "Reported at", "t.reported_at")
_ENDED = instant("ended_at", "办结时间", "Ended at", "t.ended_at")
_DUE = instant("due_at", "本阶段时限", "Its stage is due at", "t.due_at")
CASES = Collection(
    "cases",
    Text(zh="案卷", en="Cases"),
    Text(zh="上报、发现或报警立案的事项，含已办结的。", en="What was reported, found or alarmed, and how it stands; what is ended too."),
    "cases_case t",
    ("id", "uid", "number", "kind", "source", "grade", "title", "address", "lon", "lat", "asset_id", "area_id", "party_id",
     "state", "stage", "due_at", "reported_at", "changed_at", "ended_at"),
    (
        _NUMBER,
        _KIND,
        text("source", "来源", "Source", "t.source", choices=tuple(Source)),
        text("grade", "等级", "Grade", "t.grade", choices=tuple(Grade)),
        text("title_zh", "中文标题", "Title in Chinese", "t.title ->> 'zh'"),
        text("title_en", "英文标题", "Title in English", "t.title ->> 'en'"),
        text("address", "地址", "Address", "t.address"),
        text("state", "状态", "State", "t.state", choices=tuple(State)),
        text("stage", "阶段", "Stage", "nullif(t.stage, '')", choices=tuple(Stage)),
        _IN_AREA,
        text("party", "责任主体编号", "Key of who must put it right", "(SELECT x.key FROM places_party x WHERE x.id = t.party_id)",
             told="p.key", equals=IS_PARTY),
        text("asset", "部件标识", "Id of the asset", "(SELECT x.uid::text FROM places_asset x WHERE x.id = t.asset_id)"),
        _DUE,
        _REPORTED,
        instant("changed_at", "变动时间", "Changed at", "t.changed_at"),
        _ENDED,
    ),
    place=_AT_A_POINT,
    times=Times("t.reported_at", "t.ended_at"),
    joins=_JOINS,
)  # fmt: skip


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{one}'" for one in words)


# Everything is asked of the rounded place, so that asking tells no more than reading (docs/decisions/0194).
_PUBLIC_ROWS = f"""(
    SELECT c.id, c.number, c.kind, c.state, c.asset_kind, c.area_id, c.party_id, c.due_at, c.reported_at, c.changed_at, c.ended_at,
           round(c.lon::numeric, {ROUNDED_TO})::float8 AS lon, round(c.lat::numeric, {ROUNDED_TO})::float8 AS lat
    FROM cases_case c WHERE c.source IN ({_listed(SHOWN)}) AND c.state <> '{State.MERGED}'
) t"""
_STANDING = "CASE t.state " + " ".join(f"WHEN '{one}' THEN '{standing_of(one)}'" for one in State) + " END"


@cache
def public_cases() -> Collection:
    """What everybody may know of cases that residents reported: no text, no person, no exact place, no secret thing."""
    return Collection(
        "public_cases",
        Text(zh="公开案件", en="Public cases"),
        Text(
            zh="市民上报或留言的事项，不含个人信息，位置约精确到 100 米。",
            en="What residents reported: without personal data, and to about 100 m.",
        ),
        _PUBLIC_ROWS,
        ("id", "number", "kind", "state", "area_id", "party_id", "due_at", "reported_at", "changed_at", "ended_at", "lon", "lat"),
        (
            _NUMBER,
            _KIND,
            text("standing", "办理情况", "How it stands", _STANDING, choices=tuple(Standing)),
            _IN_AREA,
            text("unit_zh", "责任单位", "Unit, in Chinese", "(SELECT x.name ->> 'zh' FROM places_party x WHERE x.id = t.party_id)",
                 told="p.name ->> 'zh'"),
            _DUE,
            _REPORTED,
            instant("changed_at", "变动时间", "Changed at", "t.changed_at"),
            _ENDED,
        ),
        place=_AT_A_POINT,
        times=Times("t.reported_at", "t.ended_at"),
        joins=_JOINS,
        where="t.asset_kind <> ALL(%(secret)s::text[])",
        facts={"secret": list(SEEN.hidden_kinds)},
        id="t.number",
    )  # fmt: skip
