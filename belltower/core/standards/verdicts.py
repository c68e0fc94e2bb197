# SPDX-License-Identifier: Apache-2.0
"""From columns of truths to what a judge gives back: counts of what holds by area, and each subject that does not, with why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from belltower.core.standards.asking import plain, text
from belltower.core.standards.judging import Broken, Judged
from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.things import FALSE, NOWHERE, TRUE, UNKNOWN, Ints, Letters, Things


def opposite(of: Letters) -> Letters:
    """Unknown stays unknown."""
    return np.where(of == UNKNOWN, UNKNOWN, 1 - of).astype(np.int8)


def either(one: Letters, other: Letters) -> Letters:
    """True where one is, false where both are, else unknown."""
    is_true, is_false = (one == TRUE) | (other == TRUE), (one == FALSE) & (other == FALSE)
    return np.where(is_true, TRUE, np.where(is_false, FALSE, UNKNOWN)).astype(np.int8)


def any_among(count: int, where: Ints, says: Letters) -> Letters:
    """For each of ``count`` things: whether any row at its place in ``where`` is true, else whether any is unknown."""
    found = np.full(count, FALSE, dtype=np.int8)
    found[where[says == UNKNOWN]] = UNKNOWN
    found[where[says == TRUE]] = TRUE
    return found


def judged(
    things: Things,
    holds: Letters,
    evidence: Callable[[Ints], Iterable[Mapping[str, Any]]],
    *,
    is_of_areas: bool = False,
    until: datetime | None = None,
) -> Judged:
    """What a clause says of the things that it means. ``evidence`` is asked once, for the places of those that do not hold.

    A thing of which it is unknown whether it is meant (column ``meant``) is unknown.
    """
    meant = things.says["meant"]
    says = np.where(meant == UNKNOWN, UNKNOWN, holds)
    good, bad = (meant != FALSE) & (says == TRUE), np.flatnonzero((meant != FALSE) & (says != TRUE))
    not_holding = [
        Broken(None if is_of_areas else int(things.ids[n]), _area(things.areas[n]),
               "broken" if says[n] == FALSE else "unknown", why)
        for n, why in zip(bad.tolist(), evidence(bad), strict=True)
    ]  # fmt: skip
    areas = (None if area == NOWHERE else area for area in things.areas[good].tolist())
    return Judged(list(zip(things.ids[good].tolist(), areas, strict=True)), not_holding, until)


def noted(ids: Iterable[int], fields: Iterable[str]) -> dict[int, dict[str, Any]]:
    """A copy of what is known of assets: ``asset`` (uid, kind, key, life) and those of its ``fields``, by id."""
    copied = ", ".join(f"{text(name)}, a.fields -> {text(name)}" for name in sorted(fields))
    sql = (
        "SELECT a.id, jsonb_build_object('asset', jsonb_build_object('uid', a.uid, 'kind', a.kind, 'key', a.key, 'life', a.life),"
        f" 'fields', jsonb_build_object({copied}))::text FROM places_asset a WHERE a.id = ANY (%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(ids)])
        return {pk: json.loads(said) for pk, said in cursor.fetchall()}


def values_as_json(values: Mapping[str, Given]) -> dict[str, Any]:
    """The clause's values of the day, for evidence."""
    return {name: plain(value) for name, value in sorted(values.items())}


def _area(of: Any) -> int | None:
    return None if of == NOWHERE else int(of)
