# SPDX-License-Identifier: Apache-2.0
"""Proofs that a person can take away: that an entry is in the log of a signed head, and that a row is what it commits to.

A proof is JSON; check_proof.py reads it without anything of this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from belltower.core.ledger import keys, merkle
from belltower.core.ledger.heads import TreeHead, log_size, newest, node
from belltower.core.ledger.models import Batch, Entry, Form, Head
from belltower.kernel.errors import Conflict, NotFound
from belltower.kernel.texts import Text

FORMAT = "belltower proof 1"


class NotInHead(Conflict):
    """The entry is younger than the head it should be proved against."""

    code = "not_in_head"
    sentence = Text(
        zh="记录 {entry} 尚未进入已签名的树头，请几秒后再试。",
        en="Entry {entry} is in no signed head yet; try again in some seconds.",
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands in the log, and the text that was hashed there."""

    position: int
    text: str


def place_of(entry_id: int) -> Place:
    """The entry's place. Raises NotFound, or NotInHead while it has none."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [entry_id])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(noun="entry", name=entry_id)
    if row[0] is None:
        raise NotInHead(entry=entry_id)
    return Place(*row)


_PLACE = """
    SELECT l.position, ledger_leaf_text(e, f) FROM ledger_entry e
    LEFT JOIN ledger_form f ON f.id = e.form_id LEFT JOIN ledger_leaf l ON l.entry_id = e.id WHERE e.id = %s
"""


def prove_entry(entry_id: int, head: TreeHead | None = None) -> dict[str, Any]:
    """The proof that an entry is in the log of ``head`` (the newest when not given). Raises NotFound or NotInHead."""
    against = head or newest()
    place = place_of(entry_id)
    if against is None or place.position >= against.size:
        raise NotInHead(entry=entry_id)
    path = merkle.inclusion(place.position, against.size, node)
    return {
        "format": FORMAT,
        "entry": {"position": place.position, "text": place.text},
        "inclusion": [each.hex() for each in path],
        "head": {**against.as_json(), "public_key": public_key_of(against).hex()},
    }


def prove_row(entry_id: int, row: int, head: TreeHead | None = None) -> dict[str, Any]:
    """As prove_entry, with the row as it is now, which is what the entry's ``after`` commits to where nothing changed it since.

    Raises NotFound where the entry is not about that row, or wrote it away.
    """
    proof = prove_entry(entry_id, head)
    entry = Entry.objects.select_related("form").get(pk=entry_id)
    form = entry.form
    if form is None or entry.operation == "delete":
        raise NotFound(noun="row", name=row)
    proof["row"] = {"table": form.table, "version": form.version, "columns": ["id", *form.columns], "id": row}
    proof["row"] |= _opened(form, row)
    if entry.row is None:
        proof["row"] |= _in_batch(entry, row)
    elif entry.row != row:
        raise NotFound(noun="row", name=row)
    return proof


def _opened(form: Form, row: int) -> dict[str, str]:
    """The row's salt and text: what opens its commitment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT salt, content FROM ledger_open(%s::smallint, %s)", [form.pk, row])
        found = cursor.fetchone()
    if found is None or found[1] is None:
        raise NotFound(noun="row", name=row)
    return {"salt": bytes(found[0]).hex(), "text": found[1]}


def _in_batch(entry: Entry, row: int) -> dict[str, Any]:
    """Where the row stands in its entry's tree, and the path from there to the root that the entry names."""
    batch = Batch.objects.get(pk=entry.pk)
    if row not in batch.ids:
        raise NotFound(noun="row", name=row)
    index = batch.ids.index(row)
    befores, afters = _split(batch.befores), _split(batch.afters)
    leaves = afters if not befores else [merkle.leaf_hash(b + a) for b, a in zip(befores, afters, strict=True)]
    path = merkle.inclusion(
        index, len(leaves), lambda level, at: merkle.root_of(leaves[at << level : (at + 1) << level])
    )
    found: dict[str, Any] = {"index": index, "count": len(leaves), "path": [each.hex() for each in path]}
    return found | ({"before": befores[index].hex()} if befores else {})


def _split(hashes: bytes | memoryview | None) -> list[bytes]:
    held = bytes(hashes or b"")
    return [held[at : at + 32] for at in range(0, len(held), 32)]


def prove_growth(old: int, new: int) -> list[str]:
    """The proof that the log of ``old`` entries is the beginning of that of ``new``. Raises NotFound beyond the log."""
    if not 0 < old <= new or new > log_size():
        raise NotFound(noun="head", name=f"{old}..{new}")
    return [each.hex() for each in merkle.consistency(old, new, node)]


def entries_of(table: str, row: int) -> list[int]:
    """The ids of all entries about one row, the newest first; batches as well."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES_OF, {"table": table, "row": row})
        return [found[0] for found in cursor.fetchall()]


_ENTRIES_OF = """
    SELECT e.id FROM ledger_entry e JOIN ledger_form f ON f.id = e.form_id
        WHERE f."table" = %(table)s AND e.row = %(row)s
    UNION ALL
    SELECT e.id FROM ledger_batch b JOIN ledger_entry e ON e.id = b.entry_id JOIN ledger_form f ON f.id = e.form_id
        WHERE f."table" = %(table)s AND b.first <= %(row)s AND b.last >= %(row)s AND %(row)s = ANY(b.ids)
    ORDER BY 1 DESC
"""


def row_named(table: str, uid: str) -> int:
    """The id of the row of that uid, where the ledger is about the table and the caller may see the row. Raises NotFound."""
    if not Form.objects.filter(table=table, columns__contains=["uid"]).exists() or not _is_uuid(uid):
        raise NotFound(noun=Text(zh="记录行", en="row"), name=f"{table}/{uid}")
    with connection.cursor() as cursor:
        # The table is one that the ledger lists, as was just asked, and is quoted.
        cursor.execute(f"SELECT id FROM {connection.ops.quote_name(table)} WHERE uid = %s", [uid])  # nosec B608
        found = cursor.fetchone()
    if found is None:
        raise NotFound(noun=Text(zh="记录行", en="row"), name=f"{table}/{uid}")
    return int(found[0])


def last_entry_of(table: str, row: int) -> int:
    """The newest entry about a row, which is the one that its present state is proved by. Raises NotFound."""
    found = entries_of(table, row)
    if not found:
        raise NotFound(noun=Text(zh="记录", en="entry"), name=f"{table} {row}")
    return found[0]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def public_key_of(head: TreeHead) -> bytes:
    """The public key that checks the head, where it is still this installation's. Raises NotFound for a former key."""
    key = keys.signing_key()
    if key.name != head.key:
        raise NotFound(noun="key", name=head.key)
    return key.public


def head_of(size: int) -> TreeHead:
    """The signed head of that size. Raises NotFound."""
    row = Head.objects.filter(size=size).first()
    if row is None:
        raise NotFound(noun="head", name=size)
    return TreeHead.of(row)


def growth(old: TreeHead, new: TreeHead) -> dict[str, Any]:
    """The proof, as JSON to take away, that the log of head ``old`` is the beginning of that of ``new``."""
    return {
        "format": "belltower growth 1",
        "old": old.as_json(),
        "new": new.as_json(),
        "path": prove_growth(old.size, new.size),
        "public_key": public_key_of(new).hex(),
    }
