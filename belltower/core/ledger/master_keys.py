# SPDX-License-Identifier: Apache-2.0
"""The installation's master keys: what wraps each subject's key. They come from a file or the environment, never the database."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

LENGTH = 32  # bytes: AES-256


class NoMasterKey(Refusal):
    """A subject's key is wrapped by a master key that this installation does not hold."""

    code = "no_master_key"
    sentence = Text(
        zh="本机没有主密钥 {key}，无法读取个人数据。请恢复主密钥文件（见 docs/guides/personal-data.md）。",
        en="Master key {key} is not here, so personal data cannot be read. Bring back the key file (docs/guides/personal-data.md).",
    )


class UnreadableMasterKey(Refusal):
    """What should be a master key is none."""

    code = "unreadable_master_key"
    sentence = Text(
        zh="主密钥无法使用：每行应为 32 字节的 base64。请检查 BELLTOWER_MASTER_KEY 或 home/master-key。",
        en="The master key cannot be used: each line is 32 bytes in base64. Check BELLTOWER_MASTER_KEY or home/master-key.",
    )


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One master key; ``name`` is the beginning of its SHA-256 and says nothing of it."""

    secret: bytes

    @property
    def name(self) -> str:
        return hashlib.sha256(b"belltower master key" + self.secret).hexdigest()[:16]


class MasterKeys:
    """The keys of an installation, the one that wraps first; older ones still unwrap.

    ``given`` is their text (BELLTOWER_MASTER_KEY); without it they are in ``path``, made there at the first use. The
    file is read again when a key is missed, so that a rotation needs no restart.
    """

    def __init__(self, path: Path, given: str | None = None) -> None:
        self.path = path
        self._given = given
        self._keys: Sequence[MasterKey] = read_keys(given) if given else ()

    @property
    def is_given(self) -> bool:
        """Whether the keys come from outside and this program cannot add to them."""
        return self._given is not None

    def current(self) -> MasterKey:
        """The key that wraps from now on. Raises UnreadableMasterKey."""
        if not self.is_given:
            _make_once(self.path)
            self._keys = read_keys(self.path.read_text())
        return self._keys[0]

    def named(self, name: str) -> MasterKey:
        """The key of that name. Raises NoMasterKey."""
        found = next((key for key in self._keys if key.name == name), None)
        if found is None and not self.is_given and self.path.exists():
            self._keys = read_keys(self.path.read_text())
            found = next((key for key in self._keys if key.name == name), None)
        if found is None:
            raise NoMasterKey(key=name)
        return found

    def add_new(self) -> MasterKey:
        """Put a new key before the others in the file; it wraps from now on. For keys that are kept here only."""
        old = self.path.read_text() if self.path.exists() else ""
        _replace(self.path, new_line() + "\n" + old)
        return self.current()


def new_line() -> str:
    """A new key as it stands in the file."""
    return base64.b64encode(secrets.token_bytes(LENGTH)).decode()


def read_keys(text: str) -> Sequence[MasterKey]:
    """The keys in ``text``, one a line or word, the current one first. Raises UnreadableMasterKey."""
    try:
        found = [MasterKey(base64.b64decode(word, validate=True)) for word in text.replace(",", " ").split()]
    except (binascii.Error, ValueError):
        raise UnreadableMasterKey() from None
    if not found or any(len(key.secret) != LENGTH for key in found):
        raise UnreadableMasterKey()
    return found


def _make_once(path: Path) -> None:
    """A first key, where there is no file; of two processes at once, one makes it and both read the same."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _beside(path, new_line() + "\n") as made, contextlib.suppress(FileExistsError):
        os.link(made, path)


def _replace(path: Path, text: str) -> None:
    with _beside(path, text) as made:
        whole = path.with_name(path.name + ".new")
        whole.unlink(missing_ok=True)
        os.link(made, whole)
        whole.replace(path)


@contextlib.contextmanager
def _beside(path: Path, text: str) -> Iterator[str]:
    """A whole, synced file of mode 0600 beside ``path``, under a name of its own, gone afterwards."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name + ".") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        yield file.name
