# SPDX-License-Identifier: Apache-2.0
"""A small city for the console's tests: one district, two streets, four communities, 218 assets, four people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import shapely

from belltower.core.access import actions as access
from belltower.core.access.models import RoleName, User
from belltower.core.places import city
from belltower.core.places.actions.areas import AreaDraft, put_areas
from belltower.core.places.actions.parties import PartyDraft, put_parties
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.models import City, Party, Responsibility
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("scene")
SINCE = date(2024, 1, 1)
BUILT_AT = datetime(2024, 5, 6, 2, 0, tzinfo=UTC)
KNOWN_AT = datetime(2024, 6, 1, 2, 0, tzinfo=UTC)
PASSWORD = "bell and drum"
WEST, SOUTH, STEP = 112.60, 26.88, 0.02  # degrees
LIGHTS = 200


def small_city() -> None:
    """Build it all, through the actions."""
    people()
    areas()
    owners = parties()
    assets(owners)
    responsibilities(owners)


def people() -> None:
    """One person a role that the console treats differently. Everyone's password is PASSWORD."""
    City.objects.update_or_create(id=1, defaults={"profile": city.load_profile("hengyang").as_json()})
    city.forget()
    for username, name, role in (
        ("admin", Text("系统管理员", "Administrator"), RoleName.ADMINISTRATOR),
        ("officer", Text("李伟", "Li Wei"), RoleName.SECTOR_OFFICER),
        ("viewer", Text("王芳", "Wang Fang"), RoleName.VIEWER),
        ("nobody", Text("新同事", "New colleague"), None),
    ):
        user = access.add_user(username, name, password=PASSWORD, by=BY)
        if role:
            access.grant(user, role, valid_from=SINCE, by=BY)


def areas() -> None:
    """A square district of two streets, each of two communities."""
    drafts = [
        AreaDraft(code="430400", level="city", name=Text("衡阳市", "Hengyang"), geometry=_square(0, 0, 2)),
        AreaDraft(
            code="430405", level="district", name=Text("珠晖区", "Zhuhui District"), parent_code="430400",
            geometry=_square(0, 0, 2), population=330_000,
        ),
    ]  # fmt: skip
    for row, (street, zh, en) in enumerate(
        (("430405001", "茶山坳镇", "Chashan'ao"), ("430405002", "东风街道", "Dongfeng"))
    ):
        outline = shapely.union_all([_square(0, row), _square(1, row)])
        drafts.append(AreaDraft(code=street, level="street", name=Text(zh, en), geometry=outline, population=41_000))
        for column in range(2):
            code = f"{street}{column + 1:03}"
            name = Text(f"{zh[:2]}第{column + 1}社区", f"{en} community {column + 1}")
            drafts.append(AreaDraft(code=code, level="community", name=name, geometry=_square(column, row)))
    put_areas(drafts, by=BY, on=SINCE, source="scene")


def parties() -> dict[str, Party]:
    """The parties that own and answer, by key."""
    put_parties(
        [
            PartyDraft(key="lighting", kind="owner", name=Text("路灯管理处", "Street Lighting Office")),
            PartyDraft(key="sanitation", kind="owner", name=Text("环境卫生中心", "Sanitation Centre")),
            PartyDraft(key="zhuhui", kind="territorial_government", name=Text("珠晖区人民政府", "Zhuhui government")),
        ],
        by=BY,
    )
    return {party.key: party for party in Party.objects.all()}


def assets(owners: dict[str, Party]) -> None:
    """Two hundred street lights in a lattice, ten bins, and eight buildings."""
    merge_assets([_lights(owners["lighting"].pk), _bins(owners["sanitation"].pk), _buildings()],
                 by=BY, now=KNOWN_AT, source="scene")  # fmt: skip


def responsibilities(owners: dict[str, Party]) -> None:
    for role, party, kind in (("territory", "zhuhui", ""), ("owner", "lighting", "street_light")):
        Responsibility.objects.create(
            party=owners[party], role=role, kind=kind, valid_from=SINCE, basis="scene, clause 4"
        )


def user(username: str) -> User:
    return User.objects.get(username=username)


def _square(column: float, row: float, size: float = 1) -> shapely.Polygon:
    west, south = WEST + column * STEP, SOUTH + row * STEP
    return shapely.box(west, south, west + size * STEP, south + size * STEP)


def _lights(owner: int) -> AssetBatch:
    places = [(WEST + 0.001 + index % 20 * 0.0019, SOUTH + 0.001 + index // 20 * 0.0038) for index in range(LIGHTS)]
    return AssetBatch(
        kind="street_light",
        keys=[f"LD-{index:04}" for index in range(LIGHTS)],
        valid_from=BUILT_AT,
        geoms=shapely.points(places),
        names=[Text(f"湖北路{index}号灯", f"Hubei Road lamp {index}") for index in range(LIGHTS)],
        lives=_lives(LIGHTS),
        owner_ids=[owner] * LIGHTS,
        fields=[{"height": 8.0 + index % 5, "lamp": "LED", "wattage": 120, "on_traffic_pole": index % 9 == 0}
                for index in range(LIGHTS)],
    )  # fmt: skip


def _bins(owner: int) -> AssetBatch:
    return AssetBatch(
        kind="waste_bin", keys=[f"B{index}" for index in range(10)], valid_from=BUILT_AT,
        geoms=shapely.points([(WEST + 0.004 * index, SOUTH + 0.021) for index in range(10)]),
        owner_ids=[owner] * 10, fields=[{"capacity": 240.0, "sorting": "residual"}] * 10,
    )  # fmt: skip


def _buildings() -> AssetBatch:
    outlines = [shapely.box(WEST + 0.003 * i, SOUTH + 0.01, WEST + 0.003 * i + 0.001, SOUTH + 0.011) for i in range(8)]
    return AssetBatch(
        kind="building", keys=[f"F{index}" for index in range(8)], valid_from=BUILT_AT, geoms=outlines,
        fields=[{"use": "homes", "storeys": 6 + index} for index in range(8)],
    )  # fmt: skip


def _lives(count: int) -> Sequence[str]:
    special = {3: "planned", 4: "being_built", 5: "out_of_service", 6: "retired"}
    return [special.get(index, "in_service") for index in range(count)]
