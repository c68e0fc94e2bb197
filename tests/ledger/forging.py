# SPDX-License-Identifier: Apache-2.0
"""Ways in which a superuser of the database may falsify what was written. Each says what must be named afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.rows import dict_row

from belltower.core.ledger import keys, merkle
from belltower.core.ledger.heads import TreeHead

Superuser = psycopg.Connection[Any]
Forgery = Callable[[Superuser, random.Random], str]
"""Falsifies something; returns the place that verification must name."""


def pick(admin: Superuser, sql: str, chance: random.Random) -> dict[str, Any]:
    """One of the rows, by chance."""
    with admin.cursor(row_factory=dict_row) as cursor:
        return chance.choice(cursor.execute(sql).fetchall())


def edit_row(admin: Superuser, chance: random.Random) -> str:
    table, change = chance.choice(
        [
            ("places_asset", "life = CASE life WHEN 'retired' THEN 'planned' ELSE 'retired' END"),
            ("places_asset", "owner_id = coalesce(owner_id, 0) + 1"),
            ("places_asset", "recorded_at = recorded_at - interval '1 microsecond'"),
            ("places_asset", "geometry = set_byte(geometry, 12, 255 - get_byte(geometry, 12))"),
            ("places_asset", "fields = fields || '{\"forged\": 1}'"),
            ("places_asset_past", "recorded_by = 'somebody else'"),
            ("places_party", 'name = name || \'{"zh": "别家"}\''),
            ("places_responsibility", "role = 'owner'"),
            ("places_area", "code = code || '9'"),
        ]
    )
    row = pick(admin, f"SELECT id FROM {table}", chance)["id"]
    admin.execute(f"UPDATE {table} SET {change} WHERE id = {row}")
    return f"{table} {row}"


def delete_row(admin: Superuser, chance: random.Random) -> str:
    table = chance.choice(["places_asset", "places_asset_past", "places_responsibility", "places_party"])
    row = pick(admin, f"SELECT id FROM {table}", chance)["id"]
    admin.execute(f"DELETE FROM {table} WHERE id = {row}")
    return f"{table} {row}"


def insert_row(admin: Superuser, chance: random.Random) -> str:
    row = pick(admin, "SELECT id FROM places_asset", chance)["id"]
    new = admin.execute(
        "INSERT INTO places_asset (uid, kind, key, life, fields, source, valid_from, recorded_at, recorded_by)"
        f" SELECT gen_random_uuid(), kind, key || '-bis', life, fields, source, valid_from, recorded_at, recorded_by"
        f" FROM places_asset WHERE id = {row} RETURNING id"
    ).fetchone()
    assert new
    return f"places_asset {new[0]}"


def swap_rows(admin: Superuser, chance: random.Random) -> str:
    """Two assets of which each is given the other's geometry."""
    with admin.cursor() as cursor:
        found = cursor.execute("SELECT id, geometry FROM places_asset ORDER BY id").fetchall()
    (one, its), (other, others) = chance.sample(found, 2)
    admin.execute("UPDATE places_asset SET geometry = %s WHERE id = %s", [others, one])
    admin.execute("UPDATE places_asset SET geometry = %s WHERE id = %s", [its, other])
    return f"places_asset {one}"


def edit_entry(admin: Superuser, chance: random.Random) -> str:
    change = chance.choice(
        [
            "actor = 'person:0'",
            "what = 'places.nothing'",
            "at = at - interval '1 second'",
            "rows = rows + 1",
            "operation = 'delete'",
            "action = gen_random_uuid()",
            "after = sha256(coalesce(after, ''))",
            "subject = 'somewhere'",
            "about = '{}'",
        ]
    )
    row = pick(admin, "SELECT entry_id FROM ledger_leaf", chance)["entry_id"]
    admin.execute(f"UPDATE ledger_entry SET {change} WHERE id = {row}")
    return f"entry {row}"


def delete_entry(admin: Superuser, chance: random.Random) -> str:
    row = pick(admin, "SELECT position, entry_id FROM ledger_leaf", chance)
    admin.execute(f"DELETE FROM ledger_entry WHERE id = {row['entry_id']}")
    return f"leaf {row['position']}"


def delete_entry_with_its_leaf(admin: Superuser, chance: random.Random) -> str:
    row = pick(admin, "SELECT position, entry_id FROM ledger_leaf", chance)
    admin.execute(f"DELETE FROM ledger_entry WHERE id = {row['entry_id']}")
    admin.execute(f"DELETE FROM ledger_leaf WHERE position = {row['position']}")
    size = admin.execute("SELECT max(position) + 1 FROM ledger_leaf").fetchone()
    return f"leaf {row['position']}" if size and row["position"] < size[0] else "held outside"


def insert_entry(admin: Superuser, chance: random.Random) -> str:
    row = pick(admin, "SELECT id FROM ledger_entry", chance)["id"]
    new = admin.execute(
        "INSERT INTO ledger_entry (at, actor, what, action, form_id, operation, rows, row, before, after, subject)"
        f" SELECT at, actor, what, action, form_id, operation, rows, row, before, after, subject FROM ledger_entry WHERE id = {row}"
        " RETURNING id"
    ).fetchone()
    assert new
    return f"entry {new[0]}"


def swap_entries(admin: Superuser, chance: random.Random) -> str:
    """Two leaves that change places, each with its hash."""
    size = admin.execute("SELECT count(*) FROM ledger_leaf").fetchone()
    assert size
    one, other = sorted(chance.sample(range(size[0]), 2))
    admin.execute(f"UPDATE ledger_leaf SET position = -1 WHERE position = {one}")
    admin.execute(f"UPDATE ledger_leaf SET position = {one} WHERE position = {other}")
    admin.execute(f"UPDATE ledger_leaf SET position = {other} WHERE position = -1")
    return "held outside"


def edit_batch(admin: Superuser, chance: random.Random) -> str:
    row = pick(admin, "SELECT entry_id FROM ledger_batch", chance)["entry_id"]
    change = chance.choice(
        ["afters = set_byte(afters, 0, get_byte(afters, 0) # 255)", "last = last + 1", "ids = ids[2:]"]
    )
    changed = admin.execute(f"UPDATE ledger_batch SET {change} WHERE entry_id = {row} RETURNING 1").fetchone()
    assert changed
    return f"entry {row}"


def delete_batch(admin: Superuser, chance: random.Random) -> str:
    row = pick(admin, "SELECT entry_id FROM ledger_batch", chance)["entry_id"]
    admin.execute(f"DELETE FROM ledger_batch WHERE entry_id = {row}")
    return f"entry {row}"


def edit_head(admin: Superuser, chance: random.Random) -> str:
    row = pick(admin, "SELECT size FROM ledger_head", chance)["size"]
    admin.execute(f"UPDATE ledger_head SET at = at - interval '1 day' WHERE size = {row}")
    return f"head {row}"


def rewrite_tail(admin: Superuser, chance: random.Random) -> str:
    """Everything from some entry on is made anew, consistently: leaves, subtrees and heads, signed with the true key."""
    size = admin.execute("SELECT count(*) FROM ledger_leaf").fetchone()
    assert size
    first = chance.randrange(size[0])
    admin.execute(
        "UPDATE ledger_entry e SET actor = 'person:forged' FROM ledger_leaf l WHERE l.entry_id = e.id AND l.position = %s",
        [first],
    )
    make_consistent(admin)
    return "held outside"


def cut_tail(admin: Superuser, chance: random.Random) -> str:
    """The last entries are gone, and everything else agrees with that."""
    size = admin.execute("SELECT count(*) FROM ledger_leaf").fetchone()
    assert size
    first = chance.randrange(size[0] // 2, size[0])
    admin.execute(
        "DELETE FROM ledger_entry e USING ledger_leaf l WHERE l.entry_id = e.id AND l.position >= %s", [first]
    )
    admin.execute("DELETE FROM ledger_leaf WHERE position >= %s", [first])
    make_consistent(admin)
    return "held outside"


def move_back_in_time(admin: Superuser, chance: random.Random) -> str:
    """An asset's last change is undone: row, past and entry, and the log made to agree."""
    row = pick(admin, "SELECT asset_id, id FROM places_asset_past", chance)
    admin.execute(
        "UPDATE places_asset a SET life = p.life, name = p.name FROM places_asset_past p WHERE p.id = %s AND a.id = p.asset_id",
        [row["id"]],
    )
    admin.execute(f"DELETE FROM places_asset_past WHERE id = {row['id']}")
    return f"places_asset_past {row['id']}"


def make_consistent(admin: Superuser) -> None:
    """Leaves, kept subtrees and heads as an honest log of the present entries would have them."""
    admin.execute(
        "UPDATE ledger_leaf l SET hash = sha256('\\x00'::bytea || convert_to(ledger_leaf_text(e, f), 'UTF8'))"
        " FROM ledger_entry e LEFT JOIN ledger_form f ON f.id = e.form_id WHERE e.id = l.entry_id"
    )
    leaves = [bytes(row[0]) for row in admin.execute("SELECT hash FROM ledger_leaf ORDER BY position").fetchall()]
    admin.execute("DELETE FROM ledger_node")
    for index in range(len(leaves) // 256):
        root = merkle.root_of(leaves[index * 256 : (index + 1) * 256])
        admin.execute('INSERT INTO ledger_node (level, "index", hash) VALUES (8, %s, %s)', [index, root])
    key = keys.signing_key()
    for size, at in admin.execute("SELECT size, at FROM ledger_head").fetchall():
        if size > len(leaves):
            admin.execute("DELETE FROM ledger_head WHERE size = %s", [size])
            continue
        head = TreeHead(size, merkle.root_of(leaves[:size]), at, keys.ALGORITHM, key.name, b"")
        admin.execute(
            "UPDATE ledger_head SET root = %s, signature = %s WHERE size = %s", [head.root, key.sign(head.text), size]
        )


FORGERIES: tuple[Forgery, ...] = (
    edit_row, edit_row, edit_row, delete_row, insert_row, swap_rows, edit_entry, edit_entry, delete_entry,
    delete_entry_with_its_leaf, insert_entry, swap_entries, edit_batch, delete_batch, edit_head, rewrite_tail, cut_tail,
    move_back_in_time,
)  # fmt: skip
