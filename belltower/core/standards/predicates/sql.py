# SPDX-License-Identifier: Apache-2.0
"""A bound predicate as SQL of PostgreSQL, DuckDB and Spark. Every character of it is ours: nothing is copied from what was written."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from belltower.core.standards.predicates import judging, nodes
from belltower.core.standards.predicates.nodes import Kind, Node


class Engine(StrEnum):
    POSTGRES = "postgres"
    DUCKDB = "duckdb"
    SPARK = "spark"


def sql_of(node: Node, engine: Engine, columns: Mapping[str, str]) -> str:
    """A boolean SQL expression, NULL where unknown. ``columns`` gives each field's expression, of the kind declared.

    Dates are ISO texts there (their order is the dates'), numbers are doubles between 1e-100 and 1e100 or zero.
    """
    match node:
        case nodes.Literal():
            return _literal(node, engine)
        case nodes.Field(name, _):
            return columns[name]
        case nodes.And(parts):
            return "(" + " AND ".join(sql_of(part, engine, columns) for part in parts) + ")"
        case nodes.Or(parts):
            return "(" + " OR ".join(sql_of(part, engine, columns) for part in parts) + ")"
        case nodes.Not(of):
            return f"(NOT {sql_of(of, engine, columns)})"
        case nodes.IsUnknown(of):
            return f"({sql_of(of, engine, columns)} IS NULL)"
        case nodes.OneOf(of, among):
            return f"({sql_of(of, engine, columns)} IN ({', '.join(_literal(one, engine) for one in among)}))"
        case nodes.Comparison(sign, left, right) | nodes.Arithmetic(sign, left, right, _):
            return f"({sql_of(left, engine, columns)} {sign} {sql_of(right, engine, columns)})"
    raise TypeError(f"{node} is not bound to a date")


def _literal(node: nodes.Literal, engine: Engine) -> str:
    if node.kind is Kind.BOOLEAN:
        return "TRUE" if node.value else "FALSE"
    if node.kind is Kind.NUMBER:
        said = repr(float(node.value))  # type: ignore[arg-type]
        return f"CAST('{said}' AS {'DOUBLE' if engine is not Engine.POSTGRES else 'double precision'})"
    text = str(node.value)
    if "\\" in text or not text.isprintable():
        raise ValueError("a text that engines may read differently")
    quoted = text.replace("'", "''" if engine is not Engine.SPARK else "\\'")
    return f"'{quoted}'" + (' COLLATE "C"' if engine is Engine.POSTGRES else "")


def fields_of_json(fields: Mapping[str, Kind], column: str) -> dict[str, str]:
    """For PostgreSQL: each declared field out of the jsonb ``column``; what is not of its kind, or no double, is unknown."""
    return {name: _from_json(f"{column} -> '{name}'", f"{column} ->> '{name}'", kind) for name, kind in fields.items()}


def _from_json(value: str, text: str, kind: Kind) -> str:
    if kind is Kind.NUMBER:
        # In the order of jsonb nothing but numbers lies between two numbers; a type looked up by name costs twice the time.
        small, large = judging.SMALLEST, judging.LARGEST
        spans = ((f"{small!r}", f"{large!r}"), (f"-{large!r}", f"-{small!r}"))
        fits = " OR ".join(f"({value}) BETWEEN '{low}'::jsonb AND '{high}'::jsonb" for low, high in spans)
        return f"(CASE WHEN {fits} OR ({value}) = '0'::jsonb THEN ({value})::double precision END)"
    if kind is Kind.BOOLEAN:
        return f"(CASE {value} WHEN 'true'::jsonb THEN TRUE WHEN 'false'::jsonb THEN FALSE END)"
    if kind is Kind.DATE:
        return f"""(CASE WHEN {text} ~ '^{judging.DATE.pattern}$' THEN {text} END COLLATE "C")"""
    return f"""(CASE WHEN jsonb_typeof({value}) = 'string' THEN {text} END COLLATE "C")"""
