# SPDX-License-Identifier: Apache-2.0
"""What residents of the demo city write: simulated from messages.yaml, brought in as a file and classified as any city's are."""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from belltower.core.messages import actions
from belltower.core.messages.importing import import_file
from belltower.core.messages.joining import join_alike
from belltower.core.messages.loading import city_zone
from belltower.core.messages.models import Batch
from belltower.core.places.models import Area
from belltower.kernel.actors import Actor

BY = Actor.system("demo")
FILE = "simulated-messages.csv"
COLUMNS = ("留言编号", "留言用户", "联系电话", "留言主题", "留言时间", "留言详情", "点赞数", "答复意见", "答复时间")
_PAST_D, _WRITERS, _TAUGHT = 75, 260, 360
_ENDINGS = ("", "谢谢！", "请回复。", "盼解决。", "希望重视。")
_NO_PLACES = ("东门", "南门口", "学校对面", "菜市场旁")


@cache
def told() -> Mapping[str, Any]:
    """What messages.yaml tells."""
    read: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return read


def bring(now: datetime) -> int:
    """Train a model on simulated texts and bring in simulated messages, once; how many there are."""
    if Batch.objects.exists():
        return 0
    from belltower.analytics.text.classifying import train
    from belltower.analytics.text.keeping import as_bytes

    chance = random.Random(7)  # nosec B311  # a simulation
    places = _places()
    actions.put_categories([one["label"] for one in told()["matters"]], by=BY)
    taught = [_written(chance, places) for _ in range(_TAUGHT)]
    model = train([f"{subject}\n{text}" for subject, text, _ in taught], [label for *_, label in taught])
    actions.use_model(as_bytes(model), by=BY, now=now)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows(chance, places, now)])
        batch = import_file(path, by=BY, now=now)
    join_alike(by=BY, now=now)
    return batch.taken


def rows(chance: random.Random, places: list[str], now: datetime) -> Iterator[tuple[str, ...]]:
    """The rows of the simulated board, those of bursts among them."""
    for number, (subject, text, at) in enumerate(_all(chance, places, now), start=1):
        who = chance.randrange(_WRITERS)
        reply, replied_at = _reply(chance, subject, at, now)
        yield (f"SIM{number:05}", f"模拟网友{who:03}", f"1990000{who:04}", subject, _local(at), text, str(chance.choice((0, 0, 0, 1, 2, 5))),
               reply, _local(replied_at) if replied_at else "")  # fmt: skip


def _all(chance: random.Random, places: list[str], now: datetime) -> Iterator[tuple[str, str, datetime]]:
    for _ in range(told()["sampled"]):
        subject, text, _label = _written(chance, places)
        yield subject, text, now - timedelta(days=chance.uniform(0.1, _PAST_D))
    for subject, text in told()["unsure"] * 3:
        yield subject, text, now - timedelta(days=chance.uniform(0.1, _PAST_D))
    for matter in told()["matters"]:
        if burst := matter.get("burst"):
            for _ in range(burst["people"]):
                where = burst["place"] + chance.choice(("", "三栋", "东门", "旁", "附近"))
                days = burst["ago"] + chance.uniform(0, burst["days"])
                yield *_said(chance, matter, where), now - timedelta(days=days)


def _written(chance: random.Random, places: list[str]) -> tuple[str, str, str]:
    """Subject, text and label of one message about any matter, anywhere."""
    matters = told()["matters"]
    [matter] = chance.choices(matters, [one["weight"] for one in matters])
    where = chance.choice(places) + chance.choice(("", "", f"{chance.randrange(1, 300)}号", chance.choice(_NO_PLACES)))
    return *_said(chance, matter, where), "/".join(matter["label"])


def _said(chance: random.Random, matter: Mapping[str, Any], where: str) -> tuple[str, str]:
    subject = chance.choice(matter["subjects"]).format(where=where)
    return subject, chance.choice(matter["texts"]).format(where=where) + chance.choice(_ENDINGS)


def _reply(chance: random.Random, subject: str, at: datetime, now: datetime) -> tuple[str, datetime | None]:
    drawn = chance.random()
    for one in told()["replies"]:
        drawn -= one["share"]
        if drawn < 0:
            replied_at = at + timedelta(days=chance.gammavariate(3, 1.8))
            return (one["text"].format(subject=subject), replied_at) if replied_at < now else ("", None)
    return "", None


def _places() -> list[str]:
    """Names of the demo's own areas below the districts, with their district's before them."""
    rows = Area.objects.current().filter(level__in=("street", "community")).select_related("parent", "parent__parent")
    named = []
    for area in rows.order_by("path").defer("geometry", "words"):
        district = area.parent if area.level == "street" else area.parent and area.parent.parent
        named.append((district.title.zh if district else "") + area.title.zh)
    return named or ["本地"]


def _local(at: datetime) -> str:
    return f"{at.astimezone(city_zone()):%Y-%m-%d %H:%M:%S}"
