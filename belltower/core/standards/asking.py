# SPDX-License-Identifier: Apache-2.0
"""Many clauses about one kind of asset as one statement: each asset is read once, and each clause says one letter of it.

A clause brings a Question (attribute.py, cadence.py). Every character of the statement is ours: predicates come out of
predicates/sql.py, names are declared ones, and all else are numbers and instants.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from belltower.core.standards.checks import Predicate
from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.nodes import Kind, Literal, Node, names_in
from belltower.core.standards.predicates.sql import Engine, fields_of_json, sql_of

IN_SERVICE = "a.life IN ('in_service', 'out_of_service')"
"""Planned, being built and retired assets are not judged."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a clause asks of the activities of an asset: whether one of ``activity`` counts that was done from ``first`` to ``last``.

    ``counts`` is SQL of a boolean over the columns ``v.f_<field>`` of the activity's fields in ``uses``. The answer is the
    column ``<name>``: 2 where one counts, 1 where one may, 0 where none does, NULL where none was done.
    """

    name: str
    activity: str
    uses: Mapping[str, Kind]
    counts: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """One clause's part of the statement.

    ``meant`` and ``outcome`` are SQL over the columns ``f_<field>`` of the fields in ``uses``, ``valid_from`` and ``id`` of
    the asset ``t``, and the column of what is ``done``; ``evidence`` is SQL of a jsonb over the row ``a`` of places_asset.
    """

    uses: frozenset[str]
    meant: str
    outcome: str
    evidence: str
    done: Done | None = None


@dataclass(frozen=True, slots=True)
class Spared:
    """Who is exempt from a clause: assets, and all that lie in areas."""

    assets: frozenset[int] = frozenset()
    areas: frozenset[int] = frozenset()

    @property
    def sql(self) -> str:
        """Whether the asset ``t`` is."""
        said = [
            f"t.{column} = ANY ({ids_of(ids)})" for column, ids in (("id", self.assets), ("area_id", self.areas)) if ids
        ]
        return " OR ".join(said) or "FALSE"


def statement(
    kind: str, fields: Mapping[str, Kind], asked: Sequence[tuple[Question, Spared]], subjects: Sequence[int] | None
) -> str:
    """SELECT id, area_id, letters: of every asset of ``kind`` in service, or of ``subjects``, one letter a question."""
    used = sorted(frozenset().union(*(question.uses for question, _ in asked)))
    read = fields_of_json({name: fields[name] for name in used}, "a.fields")
    columns = "".join(f", {read[name]} AS f_{name}" for name in used)
    among = "" if subjects is None else f" AND a.id = ANY ({ids_of(subjects)})"
    letters = " || ".join(_letter(question, spared) for question, spared in asked) or "''"
    return (
        f"SELECT t.id, t.area_id, {letters} AS letters FROM ("
        f"SELECT a.id, a.area_id, a.valid_from{columns} FROM places_asset a"
        # OFFSET keeps each field from being taken out of its JSON once for every mention.
        f" WHERE a.kind = {text(kind)} AND {IN_SERVICE}{among} OFFSET 0) AS t" + _joined(asked, subjects)
    )


def _joined(asked: Sequence[tuple[Question, Spared]], subjects: Sequence[int] | None) -> str:
    """For each activity one join, whatever many clauses ask of it: a city has more activities than assets."""
    alike: dict[tuple[str, datetime], list[Done]] = {}
    for done in (question.done for question, _ in asked if question.done is not None):
        alike.setdefault((done.activity, done.last), []).append(done)
    return "".join(_join(f"v{number}", listed, subjects) for number, listed in enumerate(alike.values()))


def _join(name: str, listed: Sequence[Done], subjects: Sequence[int] | None) -> str:
    """All that is asked of one activity, each of its rows read once, and each field taken out of its JSON once."""
    uses = {field: kind for one in listed for field, kind in one.uses.items()}
    read = fields_of_json(uses, "w.fields")
    columns = "".join(f", {read[field]} AS f_{field}" for field in sorted(uses))
    among = "" if subjects is None else f" AND w.asset_id = ANY ({ids_of(subjects)})"
    first = min(one.first for one in listed)
    answers = ", ".join(f"max({_answer(one, since=first)}) AS {one.name}" for one in listed)
    return (
        f" LEFT JOIN (SELECT v.asset_id, {answers} FROM (SELECT w.asset_id, w.at{columns} FROM activities_activity w"
        f" WHERE w.activity = {text(listed[0].activity)} AND w.asset_id IS NOT NULL{among}"
        f" AND w.at >= {instant(first)} AND w.at <= {instant(listed[0].last)} OFFSET 0) AS v GROUP BY v.asset_id) AS {name}"
        f" ON {name}.asset_id = t.id"
    )


def _answer(one: Done, *, since: datetime) -> str:
    """2, 1 or 0 of a row, NULL of one too old for this clause; ``since`` is from when rows are read at all."""
    answer = f"CASE {one.counts} WHEN TRUE THEN 2 WHEN FALSE THEN 0 ELSE 1 END"
    return answer if one.first == since else f"CASE WHEN v.at >= {instant(one.first)} THEN {answer} END"


def _letter(question: Question, spared: Spared) -> str:
    if question.meant == "TRUE" and spared == Spared():
        return f"({question.outcome})"
    return (
        f"(CASE WHEN NOT {question.meant} THEN '-' WHEN {spared.sql} THEN 'e'"
        f" WHEN {question.meant} IS NULL THEN 'u' ELSE {question.outcome} END)"
    )


def predicate(node: Node, fields: Iterable[str]) -> str:
    """A bound predicate over the columns of the statement."""
    return sql_of(node, Engine.POSTGRES, {name: f"t.f_{name}" for name in fields})


def truth_as_letter(sql: str) -> str:
    """h, b or u."""
    return f"CASE {sql} WHEN TRUE THEN 'h' WHEN FALSE THEN 'b' ELSE 'u' END"


def fields_in(*nodes: Node | Predicate | None) -> frozenset[str]:
    """The names that predicates speak of."""
    trees = (one.tree if isinstance(one, Predicate) else one for one in nodes if one is not None)
    return frozenset().union(*(names_in(one) for one in trees))


def evidence(values: Mapping[str, Given], fields: Collection[str], more: str = "") -> str:
    """SQL of a copy of what decided: the clause's values, the fields asked of, the asset's life and since when it is so."""
    noted = "".join(f", {text(name)}, a.fields -> {text(name)}" for name in sorted(fields))
    said = json.dumps({name: plain(value) for name, value in values.items()}, ensure_ascii=False, sort_keys=True)
    return (
        f"jsonb_build_object('values', {text(said)}::jsonb, 'fields', jsonb_build_object({noted[2:]}),"
        f" 'asset', jsonb_build_object('key', a.key, 'life', a.life, 'valid_from', a.valid_from){more})"
    )


def plain(value: Given) -> Any:
    """A dated value as JSON says it; lengths of time by ISO 8601."""
    if isinstance(value, CivilDuration):
        return (
            "P"
            + (f"{value.months}M" if value.months else "")
            + (f"{value.days}D" if value.days or not value.months else "")
        )
    if isinstance(value, timedelta):
        return f"PT{value // timedelta(minutes=1)}M"
    return value.isoformat() if isinstance(value, date) else value


def is_true(node: Node) -> bool:
    """Whether it is simply true."""
    return node == Literal(True, Kind.BOOLEAN)


def array_of(items: Iterable[object]) -> str:
    """PostgreSQL's text of an array: the driver looks at every element of a list by itself, for seconds where there are many."""
    return "{" + ",".join("NULL" if one is None else f'"{one}"' for one in items) + "}"


def ids_of(ids: Iterable[int]) -> str:
    """An array of ids."""
    return f"'{{{','.join(str(int(one)) for one in sorted(ids))}}}'::bigint[]"


def text(said: str) -> str:
    """A text of ours as a literal: names, and JSON of values."""
    if "\\" in said:
        return "E'" + said.replace("\\", "\\\\").replace("'", "''") + "'"
    return "'" + said.replace("'", "''") + "'"


def instant(at: datetime) -> str:
    """An instant as a literal."""
    return f"'{at.isoformat()}'::timestamptz"
