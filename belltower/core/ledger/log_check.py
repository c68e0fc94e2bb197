# SPDX-License-Identifier: Apache-2.0
"""The log itself checked: every leaf in its place, made of its entry, and the tree over them that of every head."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import reduce
from hashlib import sha256
from itertools import pairwise
from typing import Any

import psycopg

from belltower.core.ledger import merkle
from belltower.core.ledger.ahead import ahead
from belltower.core.ledger.findings import Finding, found
from belltower.core.ledger.heads import TreeHead

Note = Callable[[Sequence[tuple[Any, ...]]], Iterator[Finding]]
AT_ONCE = 20_000
BLOCK = 256
_TOLD_EVERY = 50_000


class Tree:
    """A tree that grows leaf by leaf: the roots of its full subtrees of 256 leaves and more, and the leaves after them."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        self._rest: list[bytes] = []
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []  # the largest full subtrees, falling in height: as bits of a counter

    def add(self, leaf: bytes) -> bool:
        """One more leaf hash; True when it fills a block, whose root is then the last of ``blocks``."""
        self._rest.append(leaf)
        self.size += 1
        if self.size % BLOCK:
            return False
        height, peak = 0, merkle.root_of(self._rest)
        self.blocks.append(peak)
        self._rest = []
        while self._peaks and self._peaks[-1][0] == height:
            peak, height = merkle.node_hash(self._peaks.pop()[1], peak), height + 1
        self._peaks.append((height, peak))
        return True

    def root(self) -> bytes:
        """The root over what was added, in as many steps as the tree is high: there are as many heads as minutes."""
        parts = [peak for _, peak in self._peaks] + ([merkle.root_of(self._rest)] if self._rest else [])
        return reduce(lambda right, left: merkle.node_hash(left, right), reversed(parts)) if parts else merkle.EMPTY


class LogCheck:
    """One pass over the log in its order."""

    def __init__(self, raw: psycopg.Connection[Any], outside: Sequence[TreeHead], *, since: int) -> None:
        self._raw, self._since = raw, since
        self._outside = outside
        self.size = self.checked = self.heads = 0
        self._tree, self._has_gap = Tree(), False
        self._roots: dict[int, list[tuple[bytes, str]]] = {}
        self._nodes: dict[int, bytes] = {}

    def run(self, note: Note, progress: Callable[[int, int], None] | None) -> Iterator[Finding]:
        """All that is wrong. ``note`` is handed each entry's facts (see _READ), in the order of the log."""
        self.size = self._one("SELECT coalesce(max(position) + 1, 0) FROM ledger_leaf")
        self._roots, self._nodes = self._heads(), self._kept_nodes()
        for rows in ahead(self._parts()):
            yield from self._leaves(rows)
            yield from note([row[3:] for row in rows if row[3] is not None])
            if progress and self._tree.size % _TOLD_EVERY < AT_ONCE:
                progress(self._tree.size, self.size)
        yield from (found("head_beyond", name) for roots in self._roots.values() for _, name in roots)
        yield from (found("node_changed", f"node 8/{n}") for n in self._nodes)
        yield from self._higher_nodes()
        yield from self._beside_the_log(note)

    def _parts(self) -> Iterator[list[tuple[Any, ...]]]:
        """The log part by part, in its order: whole queries, which PostgreSQL joins by hash where a cursor would look up."""
        edges = [-(2**62), *range(AT_ONCE, self.size, AT_ONCE), 2**62]
        for first, end in pairwise(edges):
            with psycopg.Cursor(self._raw) as cursor:
                cursor.execute(_READ, [first, end, self._since], binary=True)
                yield cursor.fetchall()

    def _leaves(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[Finding]:
        tree = self._tree
        for row in rows:
            kept, text = row[1], row[2]
            leaf = kept if text is None else sha256(b"\x00" + text).digest()
            self.checked += text is not None
            if row[0] != tree.size or row[3] is None or leaf != kept:
                leaf = yield from self._wrong(row, leaf)
            if tree.add(leaf) and self._nodes.pop(len(tree.blocks) - 1, None) != tree.blocks[-1]:
                yield found("node_changed", f"node 8/{len(tree.blocks) - 1}")
            if tree.size in self._roots:
                yield from self._meet(tree.size)

    def _wrong(self, row: tuple[Any, ...], leaf: bytes) -> Generator[Finding, None, bytes]:
        """What is wrong with a leaf; returns the hash with which the tree goes on."""
        position, kept, entry = row[0], row[1], row[3]
        if position != self._tree.size and not self._has_gap:
            self._has_gap = True
            yield found("leaf_missing", f"leaf {self._tree.size}")
        if entry is None:
            yield found("entry_missing", f"leaf {position}")
            return bytes(kept)
        if leaf != kept:
            yield found("entry_changed", f"entry {entry} (leaf {position})")
        return leaf

    def _meet(self, size: int) -> Iterator[Finding]:
        """The heads signed at this size."""
        root = self._tree.root()
        yield from (found("head_differs", name) for kept, name in self._roots.pop(size) if kept != root)

    def _heads(self) -> dict[int, list[tuple[bytes, str]]]:
        """All heads by size: root, and how it is called."""
        heads: dict[int, list[tuple[bytes, str]]] = {}
        with psycopg.Cursor(self._raw) as cursor:
            cursor.execute("SELECT size, root FROM ledger_head", binary=True)
            for size, root in cursor.fetchall():
                heads.setdefault(size, []).append((root, f"head {size}"))
        for head in self._outside:
            heads.setdefault(head.size, []).append((head.root, f"head {head.size} held outside"))
        self.heads = sum(map(len, heads.values()))
        return heads

    def _kept_nodes(self) -> dict[int, bytes]:
        with psycopg.Cursor(self._raw) as cursor:
            cursor.execute('SELECT "index", hash FROM ledger_node WHERE level = 8', binary=True)
            return dict(cursor.fetchall())

    def _higher_nodes(self) -> Iterator[Finding]:
        """Nodes of levels 16, 24 ... as they are kept, beside those that the log makes."""
        with psycopg.Cursor(self._raw) as cursor:
            cursor.execute('SELECT level, "index", hash FROM ledger_node WHERE level > 8', binary=True)
            kept = {(level, index): root for level, index, root in cursor.fetchall()}
        level, below = 8, self._tree.blocks
        while len(below) >= BLOCK:
            level += 8
            full = range(0, len(below) - len(below) % BLOCK, BLOCK)
            below = [merkle.root_of(below[first : first + BLOCK]) for first in full]
            wrong = [index for index, root in enumerate(below) if kept.pop((level, index), None) != root]
            yield from (found("node_changed", f"node {level}/{index}") for index in wrong)
        yield from (found("node_changed", f"node {level}/{index}") for level, index in kept)

    def _beside_the_log(self, note: Note) -> Iterator[Finding]:
        """Entries without a place: those that wait for one are noted, others were written past the ledger."""
        with psycopg.Cursor(self._raw) as cursor:
            cursor.execute(_BESIDE, binary=True)
            rows = cursor.fetchall()
        yield from (found("entry_unplaced", f"entry {row[1]}") for row in rows if not row[0])
        yield from note([row[1:] for row in rows if row[0]])

    def _one(self, sql: str) -> int:
        with psycopg.Cursor(self._raw) as cursor:
            row = cursor.execute(sql).fetchone()
            assert row
            return int(row[0])


_FACTS = "e.id, e.form_id, e.operation, e.rows, e.row, e.before, e.after"
# Entries of one part lie close together: their range is read by its index, however long the log is.
_READ = f"""
    WITH part AS MATERIALIZED (SELECT * FROM ledger_leaf WHERE position >= %s AND position < %s)
    SELECT l.position, l.hash, CASE WHEN l.position >= %s THEN convert_to(ledger_leaf_text(e, f), 'UTF8') END, {_FACTS}
    FROM part l LEFT JOIN ledger_entry e ON e.id = l.entry_id
        AND e.id >= (SELECT min(entry_id) FROM part) AND e.id <= (SELECT max(entry_id) FROM part)
    LEFT JOIN ledger_form f ON f.id = e.form_id ORDER BY l.position
"""
_BESIDE = f"""
    SELECT p.entry_id IS NOT NULL, {_FACTS} FROM ledger_entry e
    LEFT JOIN ledger_leaf l ON l.entry_id = e.id LEFT JOIN ledger_pending p ON p.entry_id = e.id
    WHERE l.entry_id IS NULL ORDER BY e.id
"""
