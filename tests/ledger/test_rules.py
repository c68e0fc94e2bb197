# SPDX-License-Identifier: Apache-2.0
"""A superuser who changes the ledger's rules instead of its rows is found as well."""

from __future__ import annotations

import pytest

from belltower.core.ledger.rules_check import check_rules, rules_of_code
from tests.ledger.forging import Superuser

pytestmark = pytest.mark.django_db(transaction=True)

CHANGES = {
    "a function that does nothing": (
        "CREATE OR REPLACE FUNCTION ledger_update_places_asset() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "function ledger_update_places_asset",
    ),
    "a trigger switched off": (
        "ALTER TABLE places_asset DISABLE TRIGGER ledger_update_places_asset",
        "trigger ledger_update_places_asset on places_asset",
    ),
    "a trigger that fires for replicas only": (
        "ALTER TABLE places_area ENABLE REPLICA TRIGGER ledger_delete_places_area",
        "trigger ledger_delete_places_area on places_area",
    ),
    "a trigger dropped": ("DROP TRIGGER ledger_refuse ON ledger_entry", "trigger ledger_refuse on ledger_entry"),
    "a trigger of nobody's": (
        "CREATE TRIGGER quietly BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "trigger quietly on ledger_entry",
    ),
    "a function of nobody's": (
        "CREATE FUNCTION ledger_extra() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "function ledger_extra",
    ),
}


def test_the_rules_of_a_city_are_those_of_the_code(admin: Superuser) -> None:
    rules = rules_of_code()
    assert {"ledger_sequence", "ledger_enter", "ledger_insert_places_asset"} <= rules.functions.keys()
    assert len(rules.triggers) > 60
    assert [*check_rules(admin)] == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_rule_is_named(admin: Superuser, change: str) -> None:
    statement, where = CHANGES[change]
    admin.execute(statement)  # type: ignore[arg-type]
    assert [(one.code, one.where) for one in check_rules(admin)] == [("rule_changed", where)]
