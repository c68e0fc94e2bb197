# SPDX-License-Identifier: Apache-2.0
"""CreateObservations: data arrays in, a link or ``error`` for each row, all that can be stored in one batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from belltower.core.ledger.entries import action
from belltower.edges.sensorthings import actions, observing
from belltower.edges.sensorthings.actions import Asking
from belltower.edges.sensorthings.checking import draft, id_of, wrong
from belltower.edges.sensorthings.errors import BadEntity, BadQuery, text
from belltower.edges.sensorthings.model import DATASTREAMS, OBSERVATIONS
from belltower.edges.sensorthings.shaping import self_link
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Refusal

_IDS = frozenset({"FeatureOfInterest/id", "FeatureOfInterest/@iot.id"})


@action("observations.create_observations")
def create(body: object, asking: Asking, *, by: Actor, base: str) -> list[str]:
    """For each row its self link, or "error" and why. Raises BadEntity when the whole cannot be read."""
    bodies = list(_bodies(body))
    settled = [_settled(each, asking) for each in bodies]
    refused = [
        (row, msgspec.json.encode(each)) for row, each in zip(settled, bodies, strict=True) if isinstance(row, Refusal)
    ]
    observing.keep_refused(refused, source=asking.source, now=asking.now)
    there = [
        observing.the_same(row) if asking.upsert and isinstance(row, observing.Observed) else None for row in settled
    ]
    good = [row for row, key in zip(settled, there, strict=True) if isinstance(row, observing.Observed) and key is None]
    keys = iter(observing.stored(observing.raw(), good, source=asking.source, now=asking.now) if good else [])
    return [
        f"error: {row}"
        if isinstance(row, Refusal)
        else self_link(base, OBSERVATIONS, next(keys) if key is None else key)
        for row, key in zip(settled, there, strict=True)
    ]


def _bodies(body: object) -> Iterator[dict[str, Any]]:
    """Each row as a body of its own."""
    if not isinstance(body, list):
        raise wrong(OBSERVATIONS, text("应为数组", "an array is wanted"))
    for block in body:
        stream = id_of(block.get("Datastream")) if isinstance(block, dict) else None
        names, rows = (block.get("components"), block.get("dataArray")) if isinstance(block, dict) else (None, None)
        if stream is None or not isinstance(names, list) or not isinstance(rows, list):
            reason = text(
                "每块须有 Datastream、components 和 dataArray",
                "each block has a Datastream with an id, components and a dataArray",
            )
            raise wrong(DATASTREAMS, reason)
        for row in rows:
            yield _body(stream, names, row)


def _body(stream: int, names: Sequence[str], row: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"Datastream": {"@iot.id": stream}}
    if not isinstance(row, list) or len(row) != len(names):
        return body  # without a result: refused by itself
    for name, value in zip(names, row, strict=True):
        if name in _IDS:
            body["FeatureOfInterest"] = {"@iot.id": value}
        elif value is not None or name == "result":
            body[str(name)] = value
    return body


def _settled(body: dict[str, Any], asking: Asking) -> observing.Observed | Refusal:
    try:
        return actions.observation(draft(OBSERVATIONS, body), asking, None)
    except (BadEntity, BadQuery) as refusal:
        return refusal
