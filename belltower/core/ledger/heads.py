# SPDX-License-Identifier: Apache-2.0
"""The log put in order, and its head signed. Workers do it every few seconds; anybody may ask for it at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from belltower.core.ledger import keys, merkle
from belltower.core.ledger.models import Head

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A head as it is held outside: everything that is needed to check it, and nothing secret."""

    size: int
    root: bytes
    at: datetime
    algorithm: str
    key: str
    signature: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return f"belltower head 1\nsize {self.size}\nroot {self.root.hex()}\nat {at}\nalgorithm {self.algorithm}\nkey {self.key}"

    def as_json(self) -> dict[str, Any]:
        """As files and pages carry it: hashes in hexadecimal, the instant in UTC."""
        facts = dict(line.split(" ", 1) for line in self.text.split("\n")[1:])
        return {**facts, "size": self.size, "signature": self.signature.hex()}

    @classmethod
    def read(cls, facts: dict[str, Any]) -> TreeHead:
        """From its JSON. Raises KeyError or ValueError for anything else."""
        return cls(
            size=int(facts["size"]),
            root=bytes.fromhex(facts["root"]),
            at=datetime.fromisoformat(facts["at"]),
            algorithm=str(facts["algorithm"]),
            key=str(facts["key"]),
            signature=bytes.fromhex(facts["signature"]),
        )

    @classmethod
    def of(cls, row: Head) -> TreeHead:
        return cls(row.size, bytes(row.root), row.at, row.algorithm, row.key, bytes(row.signature))


def sequence() -> int:
    """Give every committed entry its place in the log; how many got one. Safe to call anywhere: it is done by one at a time."""
    total = 0
    while added := _sequence_some():
        total += added
    return total


def _sequence_some() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_sequence(%s)", [AT_ONCE])
        [added] = cursor.fetchone()
        return int(added)


def sign_head(now: datetime) -> TreeHead | None:
    """Sign the log as it is, if it has grown since the last head. Returns the newest head; None for an empty log."""
    sequence()
    size = log_size()
    last = Head.objects.first()
    if size == 0 or (last and last.size == size):
        return TreeHead.of(last) if last else None
    key = keys.signing_key()
    head = TreeHead(size, merkle.root(size, node), now, keys.ALGORITHM, key.name, b"")
    row = Head(size=size, root=head.root, at=now, algorithm=head.algorithm, key=head.key, signature=key.sign(head.text))
    Head.objects.bulk_create([row], ignore_conflicts=True)  # another process may have signed the same size
    return TreeHead.of(Head.objects.get(size=size))


def newest() -> TreeHead | None:
    """The newest signed head."""
    row = Head.objects.first()
    return TreeHead.of(row) if row else None


def log_size() -> int:
    """How many entries have their place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position) + 1, 0) FROM ledger_leaf")
        [size] = cursor.fetchone()
        return int(size)


def node(level: int, index: int) -> bytes:
    """The root of a full subtree of the log (merkle.Node), from what is kept of levels 0, 8, 16 ..."""
    kept = level - level % 8
    count = 1 << (level - kept)
    first = index * count
    with connection.cursor() as cursor:
        if kept == 0:
            cursor.execute(_LEAVES, [first, first + count])
        else:
            cursor.execute(_NODES, [kept, first, first + count])
        return merkle.root_of([bytes(row[0]) for row in cursor.fetchall()])


_LEAVES = "SELECT hash FROM ledger_leaf WHERE position >= %s AND position < %s ORDER BY position"
_NODES = 'SELECT hash FROM ledger_node WHERE level = %s AND "index" >= %s AND "index" < %s ORDER BY "index"'
