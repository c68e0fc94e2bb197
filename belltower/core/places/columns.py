# SPDX-License-Identifier: Apache-2.0
"""Column types PostgreSQL has and Django has not: a box in the metric plane, and words to search by."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models


class Box(NamedTuple):
    """An axis-parallel rectangle in the city's metric plane, in metres."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float


class BoxField(models.Field):  # type: ignore[type-arg]
    """A PostgreSQL ``box``. Its GiST index answers "meets this box" (&&) and "nearest to this point" (<->)."""

    def db_type(self, connection: object) -> str:
        return "box"

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Box | None:
        if value is None:
            return None
        x_max, y_max, x_min, y_min = (float(part) for part in value.strip("()").replace("),(", ",").split(","))
        return Box(x_min, y_min, x_max, y_max)

    def get_prep_value(self, value: Box | None) -> str | None:
        return None if value is None else f"(({value[2]!r},{value[3]!r}),({value[0]!r},{value[1]!r}))"


@BoxField.register_lookup
class Meets(models.Lookup):
    """``box__meets=Box(...)``: the boxes share a point (edges count)."""

    lookup_name = "meets"

    def as_sql(self, compiler, connection):  # type: ignore[no-untyped-def]
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} && {right}::box", (*left_params, *right_params)


class WordsField(models.Field):  # type: ignore[type-arg]
    """A PostgreSQL ``tsvector`` that search.py fills; it holds codes, words and pinyin."""

    def db_type(self, connection: object) -> str:
        return "tsvector"


@WordsField.register_lookup
class Matches(models.Lookup):
    """``words__matches=query``: the words answer a tsquery in its text form, as search.query_of() writes it."""

    lookup_name = "matches"

    def as_sql(self, compiler, connection):  # type: ignore[no-untyped-def]
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} @@ {right}::tsquery", (*left_params, *right_params)
