# SPDX-License-Identifier: Apache-2.0
"""Random predicates and random things, odd values among them, for whoever holds an engine against plain Python."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.nodes import Kind
from belltower.core.standards.predicates.parsing import Vocabulary

FIELDS = {
    "height": Kind.NUMBER, "width": Kind.NUMBER, "lamp": Kind.TEXT, "ok": Kind.BOOLEAN, "seen": Kind.DATE,
}  # fmt: skip
WORDS = Vocabulary(FIELDS, {"limit_m": Kind.NUMBER, "age": Kind.DURATION})
VALUES = {"limit_m": 0.3, "age": CivilDuration.read("P24M")}
TODAY = date(2026, 2, 28)
TYPES = {Kind.NUMBER: "DOUBLE", Kind.BOOLEAN: "BOOLEAN", Kind.TEXT: "VARCHAR", Kind.DATE: "VARCHAR"}

numbers = st.sampled_from(["height", "width", "limit_m", "0.1", "3", "-2.5", "1e-3", "0.30000000000000004"])
sums = st.recursive(
    numbers,
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from("+-"), below).map(lambda of: f"({of[0]} {of[1]} {of[2]})"),
        st.tuples(below, st.sampled_from(["* 3", "/ 7", "* limit_m", "/ 0.1"])).map(lambda of: f"({of[0]} {of[1]})"),
    ),
    max_leaves=4,
)
texts = st.sampled_from(["'LED'", "'led'", "'钠灯'", "'it''s'", "''", "'100%'"])
days = st.sampled_from(["today", "today - age", "today + age", "DATE '2024-02-28'", "DATE '2024-02-29'"])
signs = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
simple = st.one_of(
    st.tuples(sums, signs, sums).map(" ".join),
    st.tuples(sums, sums, sums).map(lambda of: f"{of[0]} BETWEEN {of[1]} AND {of[2]}"),
    st.tuples(st.sampled_from(["lamp =", "lamp <>"]), texts).map(" ".join),
    st.lists(texts, min_size=1, max_size=3).map(lambda of: f"lamp IN ({', '.join(of)})"),
    st.tuples(st.just("seen"), signs, days).map(" ".join),
    st.sampled_from(
        ["ok", "ok = FALSE", "lamp IS NULL", "height IS NOT NULL", "height IN (0.1, 3)", "TRUE", "ok <> ok"]
    ),
)
predicates = st.recursive(
    simple,
    lambda below: st.one_of(
        below.map(lambda of: f"NOT ({of})"),
        st.tuples(below, st.sampled_from(["AND", "OR"]), below).map(lambda of: f"({of[0]} {of[1]} {of[2]})"),
    ),
    max_leaves=6,
)
things = st.fixed_dictionaries(
    {},
    optional={
        "height": st.sampled_from(
            [0, 3, 0.1, 0.30000000000000004, -2.5, 1e99, 1e101, 1e-99, 1e-120, None, "3", True, [3], [], {}]
        ),
        "width": st.floats(-10, 10) | st.sampled_from([0.1, 0.2, 0.3, 7]),
        "lamp": st.sampled_from(["LED", "led", "钠灯", "it's", "", "100%", None, 4]),
        "ok": st.sampled_from([True, False, None, "true", 1]),
        "seen": st.sampled_from(["2024-02-28", "2024-02-29", "2026-02-28", "2028-02-28", "soon", None, "2024-2-28"]),
    },
)
