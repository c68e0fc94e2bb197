# SPDX-License-Identifier: Apache-2.0
"""Whether the ledger's rules in the database are those of the code: a superuser may change a rule instead of a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL

from belltower.core.ledger.findings import Finding, found

_FUNCTION = re.compile(
    r"CREATE (?:OR REPLACE )?FUNCTION (?P<name>ledger_\w+)\s*\(.*?AS \$\$(?P<body>.*?)\$\$"
    r"|DROP FUNCTION (?P<gone>ledger_\w+(?:, ledger_\w+)*)",
    re.DOTALL,
)
_TRIGGER = re.compile(
    r"CREATE (?:OR REPLACE )?TRIGGER (?P<name>ledger_\w+)\s[^;]*?\sON (?P<table>\w+)\s"
    r"|DROP TRIGGER (?P<gone>ledger_\w+) ON (?P<left>\w+)"
)
_KEPT = ("ledger_form", "ledger_secret", "ledger_entry", "ledger_batch", "ledger_leaf", "ledger_node", "ledger_head")
_FUNCTIONS_THERE = r"""SELECT p.proname, p.prosrc FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'ledger\_%'"""
_TRIGGERS_THERE = r"""SELECT t.tgname, c.relname, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
      AND (t.tgname LIKE 'ledger\_%%' OR c.relname = ANY(%s))"""


@dataclass(slots=True)
class Rules:
    """Bodies of functions by name, and triggers as (name, table)."""

    functions: dict[str, str] = field(default_factory=dict)
    triggers: set[tuple[str, str]] = field(default_factory=lambda: {("ledger_refuse", table) for table in _KEPT})

    def read(self, sql: str) -> None:
        """Take in what one migration's SQL makes, replaces and drops."""
        for one in _FUNCTION.finditer(sql):
            if one["gone"]:
                for name in one["gone"].split(", "):
                    self.functions.pop(name, None)
            else:
                self.functions[one["name"]] = one["body"]
        for one in _TRIGGER.finditer(sql):
            if one["gone"]:
                self.triggers.discard((one["gone"], one["left"]))
            elif one["table"] != "I":
                self.triggers.add((one["name"], one["table"]))


def rules_of_code() -> Rules:
    """The rules as the migrations of every installed room and pack leave them."""
    loader, rules = MigrationLoader(None), Rules()
    for key in dict.fromkeys(
        key for leaf in sorted(loader.graph.leaf_nodes()) for key in loader.graph.forwards_plan(leaf)
    ):
        for operation in loader.graph.nodes[key].operations:
            if isinstance(operation, RunSQL) and isinstance(operation.sql, str):
                rules.read(operation.sql)
    return rules


def check_rules(raw: psycopg.Connection[Any]) -> Iterator[Finding]:
    """What is changed, missing, switched off or added among the ledger's functions and triggers."""
    rules = rules_of_code()
    with psycopg.Cursor(raw) as cursor:
        functions = dict(cursor.execute(_FUNCTIONS_THERE).fetchall())
        triggers = {(name, table): on for name, table, on in cursor.execute(_TRIGGERS_THERE, [list(_KEPT)]).fetchall()}
    for name in sorted(rules.functions.keys() | functions.keys()):
        if functions.get(name) != rules.functions.get(name):
            yield found("rule_changed", f"function {name}")
    for name, table in sorted(rules.triggers | triggers.keys()):
        if triggers.get((name, table)) not in ("O", "A") or (name, table) not in rules.triggers:
            yield found("rule_changed", f"trigger {name} on {table}")
