# SPDX-License-Identifier: Apache-2.0
"""The conditions of row-level security, as SQL for the migrations of every room (docs/why/rows.md).

Each setting is read once a statement, in a sub-select that stands alone; where none is set, nothing is seen. Migrations
that are out use these words as they are: a database that stands is changed by a new migration only.
"""

from __future__ import annotations


def _is(name: str, word: str) -> str:
    return f"(SELECT coalesce(current_setting('belltower.{name}', true) = '{word}', false))"


def _ids(name: str) -> str:
    """The ids that a setting lists; none where it is a star, empty or missing."""
    listed = f"string_to_array(nullif(current_setting('belltower.{name}', true), '*'), ',')::bigint[]"
    return f"(SELECT {listed})::bigint[]"


SEES_ALL = _is("sees", "all")
ANY_PARTY = _is("parties", "*")
ANY_AREA = _is("areas", "*")
NOT_OWN_ONLY = "(SELECT coalesce(current_setting('belltower.sees', true), '') <> 'own')"
"""For what is read to find out who somebody is, before there is a scope; a viewer of some rows sees it narrowed."""
VIEWER = "(SELECT nullif(current_setting('belltower.viewer', true), '')::uuid)"
IN_SCOPE = "(SELECT current_setting('belltower.scope', true))"


def of_party(column: str) -> str:
    """The row belongs to one of the viewer's parties, or the viewer sees those of all."""
    return f"({ANY_PARTY} OR {column} = ANY ({_ids('parties')}))"


def in_area(column: str) -> str:
    """The row lies in one of the viewer's areas, or the viewer sees all of them."""
    return f"({ANY_AREA} OR {column} = ANY ({_ids('areas')}))"


def of_kind(column: str) -> str:
    """The kind is not too secret for the viewer."""
    return f"{column} <> ALL ((SELECT string_to_array(current_setting('belltower.hidden', true), ','))::text[])"


def seen(*conditions: str) -> str:
    """The row is seen by who sees everything, and by others where all ``conditions`` hold."""
    return f"{SEES_ALL} OR ({' AND '.join(conditions)})"


def policy(table: str, condition: str, *, to: str = "PUBLIC", for_: str = "ALL", name: str = "seen") -> str:
    """SQL of one policy. What is not seen is not written either: the same condition holds for new rows.

    Where a table has several, a row is seen by who any of them shows it to.
    """
    check = "" if for_ == "SELECT" else f" WITH CHECK ({condition})"
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY {name} ON {table} FOR {for_} TO {to} USING ({condition}){check};\n"
    )


def no_policy(table: str, *names: str) -> str:
    """SQL that takes the policies away again, for the way back of a migration."""
    dropped = "".join(f"DROP POLICY {name} ON {table};\n" for name in (names or ("seen",)))
    return f"{dropped}ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;\n"
