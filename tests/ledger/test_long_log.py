# SPDX-License-Identifier: Apache-2.0
"""A log of more than 65,536 entries: the tree has a third kept level, which grows, proves and is verified."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from belltower.core.ledger import heads, merkle
from belltower.core.ledger.check_proof import roots_by_growth
from belltower.core.ledger.entries import entry
from belltower.core.ledger.log_check import Tree
from belltower.core.ledger.verification import verify, verify_on
from belltower.kernel.actors import Actor
from tests.ledger.forging import Superuser

NOW = datetime(2026, 2, 1, tzinfo=UTC)
MANY = 66_000
BY = Actor.system("test")

pytestmark = pytest.mark.django_db(transaction=True)


def _grow(count: int) -> None:
    with entry("test.grow", by=BY), connection.cursor() as cursor:
        cursor.execute("SELECT count(ledger_note('thing:' || n, NULL)) FROM generate_series(1, %s) AS n", [count])


def _leaves() -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM ledger_leaf ORDER BY position")
        return [bytes(row[0]) for row in cursor.fetchall()]


def test_a_log_beyond_65536_entries_is_ordered_signed_and_verified(admin: Superuser) -> None:
    _grow(MANY)
    first = heads.sign_head(NOW)
    _grow(700)
    second = heads.sign_head(NOW)
    assert first
    assert second
    assert second.size == heads.log_size() > MANY
    leaves = _leaves()
    assert second.root == merkle.root_of(leaves)
    assert heads.node(16, 0) == merkle.root_of(leaves[:65_536])
    proof = merkle.consistency(first.size, second.size, heads.node)
    assert roots_by_growth(first.size, second.size, first.root, proof) == (first.root, second.root)
    assert verify(against=[first, second]).is_whole
    admin.execute("UPDATE ledger_node SET hash = sha256('other') WHERE level = 16")
    assert [finding.where for finding in verify_on(admin, against=[second]).findings] == ["node 16/0"]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 767, 1024, 1500])
def test_a_tree_that_grew_leaf_by_leaf_has_the_root_of_its_leaves(size: int) -> None:
    leaves = [merkle.leaf_hash(str(n).encode()) for n in range(size)]
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    assert tree.root() == merkle.root_of(leaves)
