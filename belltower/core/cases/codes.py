# SPDX-License-Identifier: Apache-2.0
"""Tracking codes of reports: what a resident keeps to follow a case without an account."""

from __future__ import annotations

import hashlib
import re
import secrets

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that is read as something else."""
_LENGTH = 20
"""100 bits: nobody finds one by trying, at any speed a network allows."""
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A random code of 100 bits as people copy it: ``7K3QM-09XAB-C4RTW-1ZPND``."""
    plain = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(plain[at : at + 5] for at in range(0, _LENGTH, 5))


def digest_of(code: str) -> str | None:
    """SHA-256 in hex of a code as somebody typed it (case, spaces and lines do not count); None where it cannot be one."""
    plain = re.sub(r"[\s\-‐–—]", "", code.upper()).translate(_READ_AS)
    if len(plain) != _LENGTH or set(plain) - set(_LETTERS):
        return None
    return hashlib.sha256(plain.encode()).hexdigest()
