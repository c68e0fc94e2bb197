# SPDX-License-Identifier: Apache-2.0
"""The tree is RFC 9162's: against its recursive definition, and against roots known from Certificate Transparency."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.core.ledger import merkle
from belltower.core.ledger.check_proof import Refused, root_by_path, roots_by_growth

# The eight leaves of the reference implementation of RFC 6962 (merkle_tree_test of certificate-transparency).
KNOWN_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
KNOWN_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def _leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(bytes([number % 256, number >> 8])).digest() for number in range(count)]


def _node(leaves: list[bytes]) -> merkle.Node:
    return lambda level, index: merkle.root_of(leaves[index << level : (index + 1) << level])


def _defined_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return merkle.node_hash(_defined_root(leaves[:half]), _defined_root(leaves[half:]))


def _defined_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return []
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if index < half:
        return [*_defined_path(index, leaves[:half]), _defined_root(leaves[half:])]
    return [*_defined_path(index - half, leaves[half:]), _defined_root(leaves[:half])]


@pytest.mark.parametrize(("size", "expected"), KNOWN_ROOTS.items())
def test_roots_are_those_of_the_reference_implementation(size: int, expected: str) -> None:
    assert merkle.root_of([merkle.leaf_hash(each) for each in KNOWN_LEAVES[:size]]).hex() == expected


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert merkle.root_of([]).hex() == hashlib.sha256(b"").hexdigest()


@given(st.integers(1, 600), st.data())
def test_every_leaf_has_the_path_that_the_rfc_defines_and_the_checker_accepts(size: int, data: st.DataObject) -> None:
    leaves = _leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(index, size, _node(leaves))
    assert path == _defined_path(index, leaves)
    assert root_by_path(leaves[index], index, size, path) == _defined_root(leaves) == merkle.root(size, _node(leaves))


@given(st.integers(1, 400), st.data())
def test_growth_is_proved_between_any_two_sizes(new: int, data: st.DataObject) -> None:
    old, leaves = data.draw(st.integers(1, new)), _leaves(new)
    path = merkle.consistency(old, new, _node(leaves))
    roots = roots_by_growth(old, new, merkle.root_of(leaves[:old]), path)
    assert roots == (_defined_root(leaves[:old]), _defined_root(leaves))


@given(st.integers(2, 300), st.data())
def test_a_path_for_another_leaf_place_or_size_leads_elsewhere(size: int, data: st.DataObject) -> None:
    leaves = _leaves(size)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    path, root = merkle.inclusion(index, size, _node(leaves)), merkle.root_of(leaves)
    assert _leads_elsewhere(leaves[other], index, size, path, root)
    assert _leads_elsewhere(leaves[index], other, size, path, root)
    assert _leads_elsewhere(leaves[index], index, size, path[:-1], root)
    assert _leads_elsewhere(leaves[index], index, size, [*path, path[-1]], root)


def _leads_elsewhere(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    try:
        return root_by_path(leaf, index, size, path) != root
    except Refused:
        return True


def test_no_proof_is_made_of_what_is_not_there() -> None:
    leaves = _leaves(5)
    with pytest.raises(ValueError, match="leaf 5"):
        merkle.inclusion(5, 5, _node(leaves))
    with pytest.raises(ValueError, match="no beginning"):
        merkle.consistency(6, 5, _node(leaves))
