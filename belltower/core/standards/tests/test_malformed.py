# SPDX-License-Identifier: Apache-2.0
"""A hundred spoilt documents, by hand and by generator: each is refused with a line and a sentence, and none is half-loaded."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from belltower.core.standards.errors import BadStandard
from belltower.core.standards.predicates.binding import bind
from belltower.core.standards.predicates.errors import BadPredicate
from belltower.core.standards.predicates.kinds import WrongKind
from belltower.core.standards.predicates.nodes import (
    And,
    Arithmetic,
    Comparison,
    Field,
    IsUnknown,
    Literal,
    Node,
    Not,
    OneOf,
    Or,
    parts_of,
)
from belltower.core.standards.predicates.parsing import parse
from belltower.core.standards.predicates.sql import Engine, sql_of
from belltower.core.standards.tests.chance import FIELDS, TODAY, VALUES, WORDS
from belltower.core.standards.tests.six_kinds import CLAUSES, read, written

WHERE = re.compile(r"^gas/order\.yaml, line (\d+): .{8,}", re.DOTALL)
BY_HAND = [  # (clause, was, becomes, part of the sentence)
    ("attribute", "id: gas.order", "id: Gas Order", "not of the form"),
    ("attribute", "id: gas.order", "id: 7", "must be a text"),
    ("attribute", "id: gas.order", "Id: gas.order", "did you mean 'id'?"),
    ("attribute", "issued_by: {zh: 市, en: City}\n", "", "'issued_by' is missing"),
    ("attribute", "issued_by: {zh: 市, en: City}", "issued_by: City", "must be keys with values"),
    ("attribute", "title: {zh: 燃气, en: Gas}", "title: {zh: 燃气, en: ''}", "must be a text"),
    ("attribute", "title: {zh: 燃气, en: Gas}", "title: {zh: 燃气, en: Gas, fr: Gaz}", "is not known here"),
    ("attribute", "- id: gas.low_enough", "- id: low_enough", "not of the form"),
    ("attribute", "- id: gas.low_enough\n", "- ids: gas.low_enough\n", "did you mean 'id'?"),
    ("attribute", "source: {document: Order 7, ", "source: {", "'document' is missing"),
    ("attribute", "seen: 2026-08-01", "seen: 2026-13-01", "cannot be read"),
    ("attribute", "seen: 2026-08-01", "seen: last year", "must be a day"),
    ("attribute", "seen: 2026-08-01", "seen: 2026-08-01T10:00:00Z", "must be a day"),
    ("attribute", "verified: primary", "verified: primry", "did you mean 'primary'?"),
    ("attribute", "grade: general", "grade: serious", "must be one of general, major"),
    ("attribute", "grade: general", "grade: [general]", "must be one of general, major"),
    ("attribute", "responsible: owner", "responsible: onwer", "did you mean 'owner'?"),
    ("attribute", "{working: P5D}", "{workdays: P5D}", "is not known here; there are natural, working."),
    ("attribute", "{working: P5D}", "{working: P0.5D}", "not of the form"),
    ("attribute", "{working: P5D}", "{}", "either natural or working"),
    ("attribute", "rectify_within: {2020-01-01:", "rectify_within: {soon:", "the day it begins to hold"),
    ("attribute", "rectify_within: {2020-01-01: {working: P5D}}", "rectify_within: P5D", "must be keys with values"),
    ("attribute", "values: {most: {2020-01-01: 6}}", "values: {most: 6}", "must be keys with values"),
    ("attribute", "values: {most: {2020-01-01: 6}}", "values: {most: {}}", "must list its days"),
    ("attribute", "values: {most: {2020-01-01: 6}}", "values: {most: {2020-1-1: 6}}", "the day it begins to hold"),
    ("attribute", "values: {most: {2020-01-01: 6}}", "values: {most: {20200101: 6}}", "the day it begins to hold"),
    ("attribute", "{2020-01-01: 6}", "{2020-01-01: 6, 2020-02-30: 7}", "the day it begins to hold"),
    ("attribute", "{2020-01-01: 6}", "{2021-01-01: 6, 2020-01-01: 7}", "must list its days"),
    ("attribute", "{2020-01-01: 6}", "{2020-01-01: 6, 2020-01-01: 7}", "stands there twice"),
    ("attribute", "{2020-01-01: 6}", "{2020-01-01: 6, 2021-01-01: six}", "of one kind on all its days"),
    ("attribute", "{2020-01-01: 6}", "{2020-01-01: .nan}", "must be a number"),
    ("attribute", "{2020-01-01: 6}", "{2020-01-01: .inf}", "must be a number"),
    ("attribute", "{2020-01-01: 6}", "{2020-01-01: [6]}", "must be a number"),
    ("attribute", "{2020-01-01: 6}", "{2020-01-01: ~}", "must be a number"),
    ("attribute", "{2020-01-01: 6}", "{2020-01-01: 2026-01-01}", "must be a number"),
    ("attribute", "{2020-01-01: 6}", "{2020-01-01: P1X}", "a length of time such as"),
    ("attribute", "{2020-01-01: 6}", "{2020-01-01: PT4X}", "an ISO 8601 duration"),
    ("attribute", "{2020-01-01: 6}", '{2020-01-01: "a\\u202eb"}', "an invisible character"),
    ("attribute", "values: {most:", "values: {today:", "cannot be called 'today'"),
    ("attribute", "values: {most:", "values: {floors:", "cannot be called 'floors'"),
    ("attribute", "values: {most:", "values: {Most:", "cannot be called 'Most'"),
    ("attribute", "applies_to: building", "applies_to: [building]", "must be a text"),
    ("attribute", "applies_to: building", "applies_to: {area: grid}", "'kind' can be of areas only for"),
    ("attribute", "applies_to: building", "applies_to: {level: grid}", "is not known here"),
    ("attribute", "check: {kind: attribute, ", "check: {", "'kind' is missing"),
    ("attribute", "check: {kind: attribute, holds:", "check: {kind: attribute, hold:", "did you mean 'holds'?"),
    ("attribute", "holds: floors <= most OR has_permit", "holds: [floors]", "must be a text"),
    ("attribute", "holds: floors <= most OR", "holds: flors <= most OR", "did you mean 'floors'?"),
    ("attribute", "holds: floors <= most OR", "holds: floors =< most OR", "look at its brackets"),
    ("attribute", "holds: floors <= most OR", "holds: floors <= 'most' OR", "cannot be compared"),
    ("attribute", "holds: floors <= most OR", "holds: floors <= most OR 1 OR", "yes or no is wanted"),
    ("attribute", "holds: floors <= most OR has_permit", "holds: floors <= most; DROP TABLE x", "not part of the language"),
    ("attribute", "holds: floors <= most OR has_permit", "holds: floors <= (SELECT 1)", "not part of the language"),
    ("attribute", "holds: floors <= most OR has_permit", "holds: floors <= most -- x", "'--' is not part of the language"),
    ("attribute", "closes_after: {2020-01-01: PT1H}", "closes_after: PT1H", "must be keys with values"),
    ("attribute", "reopens_within: {2020-01-01: P7D}", "reopens_within: {2020-01-01: P1M}", "an ISO 8601 duration"),
    ("attribute", "reopens_within:", "reopen_within:", "did you mean 'reopens_within'?"),
    ("attribute", "question: {zh: 几层, en: How many}", "questoin: {zh: 几层, en: How many}", "did you mean 'question'?"),
    ("attribute", "    why: {zh: 因为, en: Because}", "    why: Because", "must be keys with values"),
    ("attribute", "wrong: [{zh: 五, en: Five}, {zh: 七, en: Seven}, {zh: 八, en: Eight}]", "wrong: no", "a list of at least one"),
    ("attribute", "fields: {floors: 6}", "fields: {floor: 6}", "did you mean 'floors'?"),
    ("attribute", "fields: {floors: 6}", "fields: {floors: {a: 6}}", "must be a single value"),
    ("attribute", "fields: {floors: 6}", "fields: [floors]", "must be keys with values"),
    ("attribute", "fields: {floors: 6}", "feilds: {floors: 6}", "did you mean 'fields'?"),
    ("attribute", "on: 2026-01-01, fields: {floors: 6}", "on: 2019-01-01, fields: {floors: 6}", "before the clause holds"),
    ("attribute", "on: 2026-01-01, fields: {floors: 6}", "on: soon, fields: {floors: 6}", "a day and time such as"),
    ("attribute", "on: 2026-01-01, fields: {floors: 6}", "on: 9999-12-31, fields: {floors: 6}", "too late a day"),
    ("attribute", "outcome: holds", "outcome: hold", "did you mean 'holds'?"),
    ("attribute", "outcome: holds}", "outcome: holds, activities: []}", "is not known here"),
    ("attribute", "name: on the limit, ", "", "'name' is missing"),
    ("attribute", "title: {zh: 燃气, en: Gas}", "title: !!python/object:os.system {zh: a, en: b}", "must have no tag"),
    ("attribute", "title: {zh: 燃气, en: Gas}", "title: \tGas", "no YAML"),
    ("attribute", "clauses:\n", "clauses:\n- just a text\n", "must be keys with values"),
    ("attribute", "clauses:\n", "clauses: {}\nmore:\n", "is not known here"),
    ("cadence", "activity: home_visit, ", "", "'activity' is missing"),
    ("cadence", "within: every", "within: [every]", "the name of one of the clause's values"),
    ("cadence", "P24M, 2025-01-01: P12M", "P24M, 2025-01-01: PT12H", "of one kind on all its days"),
    ("cadence", "P24M, 2025-01-01: P12M", "P24M, 2025-01-01: P9999M9999Y", "a length of time such as"),
    ("cadence", "{2020-01-01: P24M, 2025-01-01: P12M}", "{2020-01-01: P999Y9999M99999D}", "is too long"),
    ("cadence", "activities: [{at: 2025-03-01T09:00+08:00,", "activities: [{when: 2025-03-01T09:00+08:00,", "is not known here"),
    ("cadence", "since: 2025-03-01", "since: {a: 1}", "must be a day"),
    ("signal", "condition: {kind: hi, limit: at_most, deadband: band, on_delay: delay}", "condition: hi", "keys with values"),
    ("signal", "kind: hi, limit: at_most, ", "kind: hi, ", "'limit' is missing"),
    ("signal", "kind: hi, limit: at_most", "kind: deviation, limit: at_most", "'set_point' is missing"),
    ("signal", "kind: hi, limit: at_most", "kind: discrepancy, limit: at_most", "must be one of"),
    ("signal", "    priority: 1\n", "", "'priority' is missing"),
    ("signal", "    priority: 1\n", "    priority: high\n", "a whole number from 1 to 4"),
    ("signal", "response: {zh: 关, en: Close the valve}", "respones: {zh: 关, en: Close it}", "did you mean 'response'?"),
    ("signal", "readings: [[PT0S, 19.9], [PT1M, 19.9]]", "readings: 19.9", "must be a list"),
    ("signal", "[PT0S, 19.9], [PT1M, 19.9]", "[soon, 19.9], [PT1M, 19.9]", "an ISO 8601 duration"),
    ("signal", "[PT0S, 19.9], [PT1M, 19.9]", "[PT0S, much], [PT1M, 19.9]", "must be a number"),
    ("silence", "{2020-01-01: PT10M}", "{2020-01-01: 10}", "names 'silent_for', a number"),
    ("spatial", "distance: away, ", "", "'distance' is missing"),
    ("spatial", "away: {2020-01-01: 0.7}", "away: {2020-01-01: -0.7}", "must not be negative"),
    ("spatial", "unless: has_permit", "unless: pressure > 1", "there is no 'pressure'"),
    ("spatial", "others: [{fields: {pressure: 0.4}, distance_m: 0.7}]", "others: {a: 1}", "must be a list"),
    ("spatial", "others: [{fields: {pressure: 0.4}, distance_m: 0.7}]", "others: [{fields: {pressure: 0.4}}]", "'distance_m' is missing"),
    ("reach", "reach: walk", "reach: far", "the name of one of the clause's values"),
    ("reach", "over: straight, ", "", "'over' is missing"),
    ("reach", "over: straight", "over: straight, window: walk", "belongs to a coverage by an activity"),
    ("watch", "window: watch", "reach: watch", "is not known here"),
    ("indicator", "counts: was_let_in, ", "", "'counts' is missing"),
    ("indicator", "window: window, ", "", "'window' is missing"),
    ("indicator", "counted: 190", "counted: -1", "a whole number from 0"),
    ("indicator", "among: 200", "among: many", "a whole number from 0"),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "was", "becomes", "said"), BY_HAND)
def test_each_fault_by_hand_is_refused_where_it_stands(clause: str, was: str, becomes: str, said: str) -> None:
    text = written(clause)
    assert was in text
    with pytest.raises(BadStandard) as refused:
        read(text.replace(was, becomes, 1))
    told = WHERE.match(str(refused.value))
    assert told, refused.value
    assert said in str(refused.value)
    # The clause begins at line 5; what stands in the document's head is told there.
    assert 1 <= int(told[1]) <= text.count("\n") + 1
    assert any("\u4e00" <= character <= "\u9fff" for character in refused.value.say("zh"))


def test_there_are_a_hundred_by_hand() -> None:
    assert len(set(BY_HAND)) >= 100


def spoilt(seed: int) -> Iterator[str]:
    """Documents with one value of the tree taken away, doubled, or put in place of another."""
    chance = random.Random(seed)
    whole = yaml.compose(written(*chance.sample(sorted(CLAUSES), 3)))
    nodes = [*_nodes(whole)]
    for _ in range(4):
        node = chance.choice([one for one in nodes if isinstance(one, yaml.MappingNode) and one.value])
        kept = list(node.value)
        at = chance.randrange(len(kept))
        key, _value = kept[at]
        other = chance.choice(nodes)
        node.value = chance.choice(
            [kept[:at] + kept[at + 1 :], [*kept, kept[at]], [*kept[:at], (key, other), *kept[at + 1 :]]]
        )
        # A tree put into itself cannot be written.
        with contextlib.suppress(RecursionError, yaml.YAMLError):
            yield yaml.serialize(whole, allow_unicode=True)
        node.value = kept


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    for each in node.value if isinstance(node, yaml.SequenceNode) else ():
        yield from _nodes(each)
    for _, each in node.value if isinstance(node, yaml.MappingNode) else ():
        yield from _nodes(each)


def test_documents_spoilt_by_chance_are_refused_with_a_line_or_read_whole() -> None:
    """Trees, each with one part removed, doubled or replaced: never another error, never a part of a document."""
    found = [_told(text) for seed in range(12) for text in spoilt(seed)]
    assert all(told is None or WHERE.match(told) for told in found)
    assert sum(told is not None for told in found) >= 24


def _told(text: str) -> str | None:
    """What is said of the document; None where it is taken, and then whole."""
    try:
        assert len(read(text).clauses) == 3
    except BadStandard as refusal:
        return str(refusal)
    return None


# Predicates ---------------------------------------------------------------------------------------------------------------

ATTACKS = [
    "1 = 1 UNION ALL SELECT fields FROM places_asset", "EXISTS (TABLE places_asset)", "height IN (TABLE x)",
    "height < (WITH a AS (SELECT 1) SELECT * FROM a)", "height < ALL (ARRAY[1])", "ok AND pg_read_file('/etc/passwd') = ''",
    "lamp = 'a' || pg_sleep(1)", "lamp = 'a'; --", "lamp = 'it''s' /* ' */ OR ok", "ok /*+ hint */", "ok\x00", "ok;", ";ok",
    "height FROM x", "ok WHERE ok", "ok RETURNING 1", "ok ORDER BY 1", "ok LIMIT 1", "ok OVER ()", "count(*) > 1", "(ok, ok)",
    "height = ANY ('{1}'::int[])", "lamp SIMILAR TO 'a'", "lamp ILIKE 'a'", "lamp REGEXP 'a'", "height::int = 1", "height -> 'a' = 1",
    "fields ->> 'height' = 'x'", "t.fields IS NULL", "ctid IS NULL", "tableoid = 1", "xmin = 1", "\"ok\"", "`ok`", "[ok]", "@ok", "#ok",
    "height = 1e", "height = 1_000", "height = 0b1", "height = .5.5", "height = '1'", "ok = 'true'", "ok = 1",
    "lamp = 'a' AND", "AND ok", "NOT", "()", "ok ok", "height < < 3", "height < 3 3", "lamp = \u2018a\u2019", "lamp = \uff07a\uff07",
    "ok \uff21\uff2e\uff24 ok", "ok\u2028OR ok", "ok\u200bOR ok", "h\u0435ight < 3", "height \u2264 3", "height \uff1c 3", "\u202eok",
    "lamp = 'a\u0000'", "lamp = 'a\nb'", "lamp = 'a\ud800'", "lamp = '\\'' OR ok", "lamp = $a$x$a$", "lamp = U&'\\0061'",
    "seen < now()", "seen < CURRENT_DATE", "seen < 'yesterday'", "seen = DATE 'today'", "seen = DATE '2026-02-30'",
    "seen - today = 1", "today - today = 1", "seen < today - 3", "seen < age", "age = age", "height < limit_m / 0", "height * height < 1",
]  # fmt: skip


@pytest.mark.parametrize("said", ATTACKS)
def test_no_attack_is_a_predicate(said: str) -> None:
    with pytest.raises((BadPredicate, WrongKind)):
        bind(parse(said, WORDS), VALUES, TODAY)


BOUND = (And, Or, Not, Comparison, OneOf, IsUnknown, Arithmetic, Field, Literal)
PIECES = st.sampled_from(
    [*FIELDS, "limit_m", "age", "today", "AND", "OR", "NOT", "IN", "IS", "NULL", "BETWEEN", "(", ")", ",", "=", "<", "<=", "<>",
     "+", "-", "*", "/", "1", "0.5", "1e3", "'LED'", "'x'' OR ''1'", "TRUE", "DATE '2026-01-01'", "::", ";", "--", "/*", "*/", "'",
     "SELECT", "FROM", "places_asset", "pg_sleep(1)", "CASE", "WHEN", "CAST", "AS", "text", "||", "$1", ".", "\\", "\u2019"]
)  # fmt: skip
QUOTED = re.compile(r"'(?:[^']|'')*'")
PLAIN = re.compile(r"[A-Za-z0-9_ ()<>=.,+*/\"-]*")
OURS = frozenset(
    [
        "AND",
        "OR",
        "NOT",
        "IN",
        "IS",
        "NULL",
        "CAST",
        "AS",
        "TRUE",
        "FALSE",
        "DOUBLE",
        "double",
        "precision",
        "COLLATE",
        "C",
    ]
)


@settings(max_examples=250, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=10).map(" ".join))
def test_what_is_taken_is_a_tree_of_nine_kinds_and_sql_of_our_own_words(said: str) -> None:
    """No injection: outside quoted texts the SQL holds our words, columns and numbers, and nothing of what was written."""
    try:
        node = bind(parse(said, WORDS), VALUES, TODAY)
    except (BadPredicate, WrongKind):
        return
    assert all(type(one) in BOUND for one in _all(node))
    assert all(one.name in FIELDS for one in _all(node) if isinstance(one, Field))
    for engine in (Engine.POSTGRES, Engine.DUCKDB):
        out = QUOTED.sub("''", sql_of(node, engine, {name: f"f_{name}" for name in FIELDS}))
        assert "--" not in out.replace("- -", "")
        assert "/*" not in out
        assert PLAIN.fullmatch(out.replace("''", ""))
        assert set(re.findall(r"[A-Za-z_]+", out)) <= OURS | {f"f_{name}" for name in FIELDS}


def _all(node: Node) -> Iterator[Node]:
    yield node
    for part in parts_of(node):
        yield from _all(part)
