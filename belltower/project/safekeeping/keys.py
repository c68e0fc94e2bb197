# SPDX-License-Identifier: Apache-2.0
"""The keys of an installation, and how a backup carries them: sealed with a passphrase or to a recipient, or not at all.

A seal is ChaCha20-Poly1305 under a key from scrypt (passphrase) or from X25519 and HKDF (recipient: an ephemeral key
against the recipient's public one, so that the machine that makes backups cannot open them).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from belltower.project.safekeeping.errors import KeysStaySealed

SECRET = "secret-key"
_PUBLIC = "belltower-recipient:"
_PRIVATE = "belltower-identity:"
_SCRYPT = {"n": 2**16, "r": 8, "p": 1}  # 64 MiB, a quarter of a second
Keys = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Lid:
    """How keys are sealed: a passphrase, or a recipient's public key; exactly one of them."""

    passphrase: str = ""
    recipient: str = ""

    @property
    def to(self) -> str:
        return "passphrase" if self.passphrase else self.recipient


@dataclass(frozen=True, slots=True)
class Opener:
    """What may open sealed keys: a passphrase, or an identity made by make_identity()."""

    passphrase: str = ""
    identity: str = ""


def held(home: Path, secret_key: str) -> Keys:
    """Every key of an installation by its path in the home: the secret key, the ledger's, the master key."""
    found = [*home.glob("*-key"), *home.glob("*-keys/*"), *home.glob("keys/**/*")]
    kept = {path.relative_to(home).as_posix(): path.read_bytes() for path in found if path.is_file()}
    return {**kept, SECRET: secret_key.encode()}


def in_folder(folder: Path) -> Keys:
    """The keys that somebody kept in a folder of their own, named as in the home."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: value.strip() if name == SECRET else value for name, value in found.items()}


def fingerprint(value: bytes) -> str:
    """Tells two keys apart and gives neither away (keys are random, so it cannot be guessed back)."""
    return hashlib.sha256(b"belltower key " + value).hexdigest()[:24]


def fingerprints(keys: Keys) -> dict[str, str]:
    """Name to fingerprint."""
    return {name: fingerprint(value) for name, value in sorted(keys.items())}


def make_identity() -> tuple[str, str]:
    """A new private identity and the recipient that belongs to it, both as one line of text."""
    private = X25519PrivateKey.generate()
    return (
        _PRIVATE + base64.b64encode(private.private_bytes_raw()).decode(),
        _PUBLIC + base64.b64encode(private.public_key().public_bytes_raw()).decode(),
    )


def is_recipient(text: str) -> bool:
    """Whether this line is a recipient."""
    try:
        return text.startswith(_PUBLIC) and len(base64.b64decode(text.removeprefix(_PUBLIC), validate=True)) == 32
    except ValueError:
        return False


def seal(keys: Keys, lid: Lid, *, backup: str) -> bytes:
    """The keys in a box that only ``lid`` opens and that belongs to this backup alone."""
    salt, nonce = os.urandom(32), os.urandom(12)
    said: dict[str, Any] = {"format": 1, "salt": _text(salt), "nonce": _text(nonce)}
    if lid.passphrase:
        said |= {"with": "scrypt", **_SCRYPT}
        key = _from_passphrase(lid.passphrase, salt, _SCRYPT)
    else:
        ephemeral = X25519PrivateKey.generate()
        said |= {"with": "x25519", "ephemeral": _text(ephemeral.public_key().public_bytes_raw()), "to": lid.recipient}
        public = X25519PublicKey.from_public_bytes(base64.b64decode(lid.recipient.removeprefix(_PUBLIC)))
        key = _from_exchange(ephemeral.exchange(public), salt)
    content = json.dumps({name: _text(value) for name, value in keys.items()}).encode()
    said["box"] = _text(ChaCha20Poly1305(key).encrypt(nonce, content, backup.encode()))
    return json.dumps(said, indent=1).encode()


def open_sealed(sealed: bytes, opener: Opener, *, backup: str) -> Keys:
    """The keys of that backup. Raises KeysStaySealed."""
    try:
        said = json.loads(sealed)
        key = _key_for(said, opener, backup)
        content = ChaCha20Poly1305(key).decrypt(_bytes(said["nonce"]), _bytes(said["box"]), backup.encode())
    except InvalidTag:
        reason = "the passphrase, or the identity, is another, or the file was changed"
        raise KeysStaySealed(backup=backup, reason=reason) from None
    except (ValueError, KeyError, TypeError):
        raise KeysStaySealed(backup=backup, reason="the file with the keys cannot be read") from None
    return {name: _bytes(value) for name, value in json.loads(content).items()}


def _key_for(said: dict[str, Any], opener: Opener, backup: str) -> bytes:
    salt = _bytes(said["salt"])
    if said["with"] == "scrypt":
        if not opener.passphrase:
            raise KeysStaySealed(backup=backup, reason="they are sealed with a passphrase (--passphrase-file)")
        return _from_passphrase(opener.passphrase, salt, {name: int(said[name]) for name in _SCRYPT})
    if not opener.identity:
        raise KeysStaySealed(backup=backup, reason=f"they are sealed to {said['to']} (--identity)")
    private = X25519PrivateKey.from_private_bytes(_bytes(opener.identity.strip().removeprefix(_PRIVATE)))
    return _from_exchange(private.exchange(X25519PublicKey.from_public_bytes(_bytes(said["ephemeral"]))), salt)


def _from_passphrase(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    if cost["n"] * cost["r"] > 2**23:
        raise ValueError("an unreasonable cost")  # a changed file must not take all memory
    return Scrypt(salt=salt, length=32, **cost).derive(passphrase.encode())


def _from_exchange(shared: bytes, salt: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"belltower backup keys").derive(shared)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return base64.b64decode(value, validate=True)


def read_line(path: Path) -> str:
    """The one line of a file that holds a passphrase, a recipient or an identity."""
    return path.read_text(encoding="utf-8").strip()
