# SPDX-License-Identifier: Apache-2.0
"""The key that signs tree heads: Ed25519, in a file of the installation that the database never holds.

The algorithm is named in every head, so that SM2 with SM3 may follow without a change of what was signed before.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

ALGORITHM = "ed25519-sha256"


class UnreadableSigningKey(Refusal):
    """The file is there and holds no key that signs heads."""

    code = "unreadable_signing_key"
    sentence = Text(
        zh="账本签名密钥 {path} 无法读取：应为 PEM 格式的 Ed25519 私钥。请从备份恢复该文件。",
        en="The ledger's signing key {path} cannot be read: an Ed25519 private key in PEM is wanted. Restore it from a backup.",
    )


class SigningKey:
    """The private key in ``path``, made there at the first use, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._key = _read(path) if path.exists() else _make(path)

    @property
    def public(self) -> bytes:
        """The 32 bytes with which anybody checks a signature."""
        return self._key.public_key().public_bytes_raw()

    @property
    def name(self) -> str:
        return name_of(self.public)

    def sign(self, text: str) -> bytes:
        """The signature of ``text`` in UTF-8, 64 bytes."""
        return self._key.sign(text.encode())


def signing_key() -> SigningKey:
    """The key of this installation. Raises UnreadableSigningKey."""
    return SigningKey(Path(settings.BELLTOWER_LEDGER_KEY))


def name_of(public: bytes) -> str:
    """What a head calls its key: the SHA-256 of the public one."""
    return hashlib.sha256(public).hexdigest()


def is_signed(public: bytes, text: str, signature: bytes) -> bool:
    """Whether the holder of that key signed ``text``."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise UnreadableSigningKey(path=path) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UnreadableSigningKey(path=path)
    return key


def _make(path: Path) -> Ed25519PrivateKey:
    """A new key; where two processes make one at the same time, the first one counts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(
            Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(file.name, path)
    os.unlink(file.name)
    return _read(path)
