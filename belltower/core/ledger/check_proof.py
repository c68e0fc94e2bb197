#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a proof of a Belltower ledger. Needs Python and, for signatures, the cryptography package; nothing else.

    python check_proof.py proof.json [public-key-in-hex]    entry (and row) in the log of a signed head
    python check_proof.py growth.json [public-key-in-hex]   an older head is the beginning of a newer one

Hashes as in RFC 9162, section 2.1, over SHA-256. Give the public key you know of the city: a proof cannot vouch for it.
"""

import json
import sys
from hashlib import sha256
from typing import Any


class Refused(Exception):
    """The proof does not hold."""


def must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Refused(otherwise)


def leaf(content: bytes) -> bytes:
    return sha256(b"\x00" + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_by_path(start: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2: the root that the path leads to from leaf number ``index`` of ``size``."""
    found, last = start, size - 1
    for step in path:
        must(last > 0, "the path is too long")
        if index % 2 or index == last:
            found = node(step, found)
            while index % 2 == 0 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node(found, step)
        index, last = index >> 1, last >> 1
    must(last == 0, "the path is too short")
    return found


def roots_by_growth(old: int, new: int, old_root: bytes, path: list[bytes]) -> tuple[bytes, bytes]:
    """RFC 9162, 2.1.4.2: the roots of both trees that the path leads to."""
    if old == new:
        return old_root, old_root
    if old & (old - 1) == 0:
        path = [old_root, *path]
    index, last = old - 1, new - 1
    while index % 2:
        index, last = index >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        must(last > 0, "the path is too long")
        if index % 2 or index == last:
            first, second = node(step, first), node(step, second)
            while index % 2 == 0 and index:
                index, last = index >> 1, last >> 1
        else:
            second = node(second, step)
        index, last = index >> 1, last >> 1
    must(last == 0, "the path is too short")
    return first, second


def check_head(head: dict[str, Any], public_key: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    must(head["algorithm"] == "ed25519-sha256", "an algorithm that this file does not know")
    must(sha256(public_key).hexdigest() == head["key"], "the head was signed with another key")
    names = ("size", "root", "at", "algorithm", "key")
    text = "\n".join(["belltower head 1", *(f"{name} {head[name]}" for name in names)])
    Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(head["signature"]), text.encode())


def check_row(row: dict[str, Any], entry: str) -> None:
    """The row's text is what the entry's ``after`` commits to, alone or as one of many."""
    facts = dict(line.split(" ", 1) for line in entry.split("\n")[1:])
    found = sha256(b"\x00" + bytes.fromhex(row["salt"]) + row["text"].encode()).digest()
    must(facts["table"] == f"{row['table']} {row['version']}", "the entry is about another table")
    must(json.loads(row["text"])[0] == row["id"], "the text is another row's")
    if "path" in row:
        start = leaf(bytes.fromhex(row["before"]) + found) if "before" in row else found
        must(int(facts["rows"]) == row["count"], "the batch is of another size")
        found = root_by_path(start, row["index"], row["count"], [bytes.fromhex(step) for step in row["path"]])
    else:
        must(int(facts["row"]) == row["id"], "the entry is about another row")
    must(found.hex() == facts["after"], "the row is not what the entry commits to")


def check(proof: dict[str, Any], public_key: bytes | None = None) -> None:
    """Raises Refused (or cryptography's InvalidSignature) where the proof does not hold."""
    if proof["format"] == "belltower growth 1":
        old, new, path = proof["old"], proof["new"], [bytes.fromhex(step) for step in proof["path"]]
        for head in (old, new):
            check_head(head, public_key or bytes.fromhex(proof["public_key"]))
        first, second = roots_by_growth(old["size"], new["size"], bytes.fromhex(old["root"]), path)
        must((first.hex(), second.hex()) == (old["root"], new["root"]), "the older log does not begin the newer one")
        return
    must(proof["format"] == "belltower proof 1", "no proof")
    head, entry = proof["head"], proof["entry"]
    check_head(head, public_key or bytes.fromhex(head["public_key"]))
    path = [bytes.fromhex(step) for step in proof["inclusion"]]
    found = root_by_path(leaf(entry["text"].encode()), entry["position"], head["size"], path)
    must(found.hex() == head["root"], "the entry is not in the log of this head")
    if "row" in proof:
        check_row(proof["row"], entry["text"])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        check(json.load(file), bytes.fromhex(sys.argv[2]) if len(sys.argv) > 2 else None)
    print("The proof holds.")
