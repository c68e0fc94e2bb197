# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree of RFC 9162, section 2.1, over SHA-256: roots, and proofs of inclusion and consistency. No database.

A tree is asked for the roots of its full subtrees: ``node(level, index)`` is the root of the 2**level leaves from
``index * 2**level`` on; level 0 are the leaves' hashes. Hashes are 32 bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

Node = Callable[[int, int], bytes]

EMPTY = sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf; its first byte keeps it apart from those of nodes."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes: bottom up, an odd last one moves up as it is."""
    level = list(leaves)
    if not level:
        return EMPTY
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)] + odd
    return level[0]


def root(size: int, node: Node) -> bytes:
    """The root of the first ``size`` leaves."""
    return _range(0, size, node) if size else EMPTY


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """The audit path of leaf ``index`` in the tree of ``size`` leaves (RFC 9162, 2.1.3.1), from the leaf up."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        half = begin + _largest_power_below(end - begin)
        if index < half:
            path.append(_range(half, end, node))
            end = half
        else:
            path.append(_range(begin, half, node))
            begin = half
    return path[::-1]


def consistency(old: int, new: int, node: Node) -> list[bytes]:
    """The proof that the tree of ``old`` leaves is the beginning of that of ``new`` (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {old} leaves is no beginning of one of {new}")
    path: list[bytes] = []
    begin, end, is_whole = 0, new, True
    while old < end:
        half = begin + _largest_power_below(end - begin)
        if old <= half:
            path.append(_range(half, end, node))
            end = half
        else:
            path.append(_range(begin, half, node))
            begin, is_whole = half, False
    if not is_whole:
        path.append(_range(begin, end, node))
    return path[::-1]


def _range(begin: int, end: int, node: Node) -> bytes:
    """The root over the leaves from ``begin`` to ``end``; ``begin`` is where a subtree of that size may begin."""
    width = end - begin
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return node(level, begin >> level)
    half = begin + _largest_power_below(width)
    return node_hash(_range(begin, half, node), _range(half, end, node))


def _largest_power_below(count: int) -> int:
    """The largest power of two that is smaller than ``count`` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)
