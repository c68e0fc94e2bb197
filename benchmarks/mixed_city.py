# SPDX-License-Identifier: Apache-2.0
"""A made-up register to measure on: 900 km2 about Hengyang's centre, nine tenths points, the rest houses and streets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import shapely

from belltower.kernel.texts import Text

SIDE_M = 30_000
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SHARES = {
    "street_light": 0.46, "waste_bin": 0.17, "traffic_signal": 0.06, "camera_pole": 0.08, "signal_cabinet": 0.05,
    "public_toilet": 0.01, "push_button": 0.07, "city_station": 0.00002, "building": 0.07, "street": 0.03,
}  # fmt: skip
OWNERS = 8
BATCH = 20_000


def build(assets: int, *, seed: int = 7) -> None:
    """Choose Hengyang and merge ``assets`` mixed assets into the empty city; says how long it took."""
    from belltower.core.ledger.entries import entry
    from belltower.core.places.actions.city import use_profile
    from belltower.core.places.bulk import merge_assets
    from belltower.core.places.city import load_profile
    from belltower.core.places.models import Party, PartyKind
    from belltower.kernel.actors import Actor

    maker = Actor.system("benchmark")
    use_profile(load_profile("hengyang"), by=maker)
    with entry("benchmark.owners", by=maker):
        owners = [
            Party.objects.create(key=f"owner-{n}", kind=PartyKind.ENTERPRISE, name={"en": f"Owner {n}"}).pk
            for n in range(OWNERS)
        ]
    began = time.perf_counter()
    merge_assets(_batches(assets, owners, np.random.default_rng(seed)), by=maker, now=NOW, source="benchmark")
    took = time.perf_counter() - began
    print(f"set-up: {assets:,} assets merged in {took:.0f} s ({assets / took:,.0f}/s, triggers and indexes in place)")
    _settle()


def centre() -> tuple[float, float]:
    """Longitude and latitude of the middle of it."""
    from belltower.core.places import city

    return city.current().centre


def _settle() -> None:
    """What the database does by itself within minutes of a load."""
    import psycopg

    from belltower.project.database import owner_url

    with psycopg.connect(owner_url() or "", autocommit=True) as owner:  # only who owns a table may
        owner.execute("VACUUM (ANALYZE) places_asset, places_pyramid, places_pyramid_delta")


def _batches(assets: int, owners: list[int], chance: np.random.Generator) -> Iterator[object]:
    from belltower.core.places import city
    from belltower.core.places.bulk import AssetBatch

    plane = city.plane()
    east, north = (float(value) for value in plane.to_plane(*centre()))
    for kind, share in SHARES.items():
        count = max(14, round(assets * share))
        for first in range(0, count, BATCH):
            size = min(BATCH, count - first)
            at = np.add(_places(size, chance), (east, north))
            yield AssetBatch(
                kind=kind,
                keys=[f"{kind}-{first + n}" for n in range(size)],
                valid_from=NOW,
                geoms=plane.unproject(_SHAPES.get(kind, shapely.points)(at)),
                owner_ids=chance.choice(_owners_of(kind, owners), size).tolist(),
                lives=chance.choice(["in_service", "planned", "being_built", "out_of_service"], size, p=[0.9, 0.04, 0.02, 0.04]).tolist(),
                names=[Text(zh=f"第{first + n}号路", en=f"Road {first + n}") for n in range(size)] if kind == "street" else None,
                fields=[{"class": name} for name in chance.choice(["trunk", "secondary", "branch"], size, p=[0.1, 0.25, 0.65]).tolist()] if kind == "street" else None,
            )  # fmt: skip


def _owners_of(kind: str, owners: list[int]) -> list[int]:
    """A kind belongs to two enterprises, as a rule in a city."""
    first = list(SHARES).index(kind)
    return [owners[first % len(owners)], owners[(first + 3) % len(owners)]]


def _places(count: int, chance: np.random.Generator) -> np.ndarray:
    """Half of them anywhere in the square, half about the centre: from 500 to 2,700 a km2 at a million."""
    anywhere = chance.uniform(-SIDE_M / 2, SIDE_M / 2, (count, 2))
    central = np.clip(chance.normal(0, SIDE_M / 5, (count, 2)), -SIDE_M / 2, SIDE_M / 2)
    return np.where(chance.random((count, 1)) < 0.5, anywhere, central)


def _houses(at: np.ndarray) -> np.ndarray:
    """Turned rectangles and L shapes of 10 to 40 m."""
    chance = np.random.default_rng(len(at))
    sides = chance.uniform(10, 40, (len(at), 1, 2))
    corners = np.array([[0, 0], [1, 0], [1, 0.5], [0.6, 0.5], [0.6, 1], [0, 1], [0, 0]]) * sides
    turn = chance.uniform(0, np.pi / 2, len(at))[:, None]
    x = corners[..., 0] * np.cos(turn) - corners[..., 1] * np.sin(turn)
    y = corners[..., 0] * np.sin(turn) + corners[..., 1] * np.cos(turn)
    return shapely.polygons(np.stack([x, y], axis=-1) + at[:, None, :])


def _streets(at: np.ndarray) -> np.ndarray:
    """Blocks of 150 to 350 m, slightly bent, in the four directions of a street grid."""
    chance = np.random.default_rng(len(at))
    along = np.linspace(0, 1, 6)[None, :] * chance.uniform(150, 350, (len(at), 1))
    bend = np.cumsum(chance.normal(0, 4, (len(at), 6)), axis=1)
    turn = chance.integers(0, 4, len(at))[:, None] * (np.pi / 2) + 0.2
    x, y = along * np.cos(turn) - bend * np.sin(turn), along * np.sin(turn) + bend * np.cos(turn)
    return shapely.linestrings(np.stack([x, y], axis=-1) + at[:, None, :])


_SHAPES = {"building": _houses, "street": _streets}
