# SPDX-License-Identifier: Apache-2.0
"""Every table has row security or a reason why not, and what an enterprise sees is found by an index all the same."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from belltower.core.places.scope import Scope, seen_as
from belltower.project.roles import SCOPED
from tests.scenes.two_enterprises import TwoEnterprises

pytestmark = pytest.mark.django_db


# Tables without policies, each with the reason why every viewer may read all of it.
PUBLIC_TABLES = {
    r"places_area(_stamp)?|places_city|places_code|places_numbering": "public: what the city and its areas are",
    r"places_stamp": "how often the assets of a square changed; of none of them what",
    r"observations_lake_(day|rollup|removal)": "which days lie in files; who reads one is shown visible streams only",
    r"ledger_.*": "the ledger's own migrations rule them (docs/why/ledger.md)",
    r"django_.*|auth_.*": "Django's own book-keeping: migrations, kinds of content, permissions that nothing uses",
    r"alarms_stamp": "how often a definition of an alarm was changed; of none of them what",
    r"messages_category": "public: the bureau's tree of what messages are about",
    r"test_.*": "made by other tests in this database",
    r"observations_reading_\d{8}": "a day of readings: only inserted into, and read through its parent, which has a policy",
    r"observations_observed_property": "public: what can be measured, and by which definition",
    r"access_tally": "failed attempts by digest or address, read before anybody is known",
    r"procrastinate_.*": "which job is carried by whom; what a job is stands in jobs_job",
}


def test_every_table_has_policies_or_a_reason_why_not(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace"
        )
        tables = dict(cursor.fetchall())
    open_tables = [name for name, is_on in tables.items() if not is_on]
    assert [one for one in open_tables if not any(re.fullmatch(each, one) for each in PUBLIC_TABLES)] == []
    scoped = {name for name, is_on in tables.items() if is_on and not name.startswith("ledger_")}
    assert scoped == set(SCOPED), "what belltower doctor looks after"


PLANS = {
    "a box of the map": ("box && '((1000,1000),(0,0))'::box", "places_asset_(box|extended)"),
    "words": ("words @@ 'abc:*'::tsquery", "places_asset_words"),
    "cells of a tile": ("cell >= 5 AND cell < 6", "places_asset_cell"),
    "one by its uid": (f"uid = '{'0' * 32}'", "places_asset_uid"),
    "what changed lately": ("recorded_at >= '2100-01-01'", "places_asset_recorded"),
    "a kind": ("kind = 'x'", "places_asset_kind"),
}


@pytest.mark.parametrize("what", PLANS)
def test_an_enterprise_s_rows_are_found_by_their_index(what: str, two_enterprises: TwoEnterprises) -> None:
    """Without the mark of roles.LEAKPROOF, PostgreSQL reads every row there is before it may ask a box or words."""
    condition, index = PLANS[what]
    with seen_as(Scope(frozenset({two_enterprises.ours.party.pk}))), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows are read whole otherwise
        cursor.execute(f"EXPLAIN SELECT key FROM places_asset WHERE {condition}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert re.search(rf"(Index|Bitmap).* (using|on) {index}", plan), plan
    assert re.search(r"Index Cond: ", plan), plan


def test_the_nearest_are_read_in_the_order_of_the_index(two_enterprises: TwoEnterprises) -> None:
    with seen_as(Scope(frozenset({two_enterprises.ours.party.pk}))), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(
            "EXPLAIN SELECT key FROM places_asset WHERE box IS NOT NULL ORDER BY box <-> point(0, 0) LIMIT 9"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Order By: (box <-> " in plan, plan
