# SPDX-License-Identifier: Apache-2.0
"""Personal data, encrypted by field with a key per subject; erasing somebody is destroying their key.

What is stored is ``version 1 | nonce 12 | AES-256-GCM(text) with tag 16``, bound to the subject and the field. The
ledger commits to that, so nothing it proves breaks when a key is gone. docs/why/personal-data.md.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection, models

from belltower.core.ledger.entries import action
from belltower.core.ledger.master_keys import MasterKey, MasterKeys
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Conflict
from belltower.kernel.texts import Text

_VERSION = b"\x01"
_NONCE = 12  # bytes: NIST SP 800-38D, 8.2


class Erased(Enum):
    """What is read where a subject's key was destroyed: known to have been there, and gone for good."""

    ERASED = "erased"

    @property
    def text(self) -> Text:
        return Text(zh="（已删除）", en="(erased)")


ERASED: Final = Erased.ERASED


class SubjectErased(Conflict):
    """Personal data for somebody whose key was destroyed: it must not be made again."""

    code = "subject_erased"
    sentence = Text(
        zh="该对象的个人数据已删除，不能再写入。如为新人，请新建账号。",
        en="The personal data of this subject was erased and is not written again. For a new person, make a new account.",
    )


class SubjectKey(models.Model):
    """The key of one subject ("access.user:<uid>"), wrapped by the master key named; no key once it was erased."""

    subject = models.CharField(max_length=200, unique=True)
    wrapped = models.BinaryField(null=True)
    master = models.CharField(max_length=16, blank=True)
    made_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "ledger"
        db_table = "ledger_subject_key"


def seal(subject: str, field: str, text: str) -> bytes:
    """``text`` as it is stored for that field of that subject; inside an action, which may make the subject's key.

    Raises SubjectErased.
    """
    sealed = _sealed(_key_for_writing(subject), subject, field, text)
    assert sealed is not None
    return sealed


def seal_many(wanted: Sequence[tuple[str, str, str]]) -> list[bytes | None]:
    """As seal for many (subject, field, text), in their order; a few statements however many subjects there are.

    None for subjects that were erased: what comes in by file is no reason to refuse the file.
    """
    subjects = {subject for subject, _, _ in wanted}
    known = _keys(subjects)
    made = _made_keys(sorted(subjects - known.keys()))
    keys = {**known, **made, **_keys(subjects - known.keys() - made.keys())}
    return [_sealed(keys[subject], subject, field, text) for subject, field, text in wanted]


def unseal(subject: str, field: str, sealed: bytes | memoryview | None) -> str | Erased | None:
    """What was sealed; ERASED once the subject's key is destroyed, None where nothing was stored.

    Raises cryptography's InvalidTag for bytes that were moved here from another subject or field, or altered.
    """
    [text] = unseal_many([(subject, field, sealed)])
    return text


def unseal_many(sealed: Sequence[tuple[str, str, bytes | memoryview | None]]) -> list[str | Erased | None]:
    """As unseal for many (subject, field, stored), in their order; one query."""
    keys = _keys({subject for subject, _, stored in sealed if stored is not None})
    return [_open(keys, subject, field, stored) for subject, field, stored in sealed]


def is_erased(subject: str) -> bool:
    """Whether the personal data of this subject was erased."""
    return SubjectKey.objects.filter(subject=subject).exclude(erased_at=None).exists()


@action("ledger.erase_subject")
def erase(subject: str, *, by: Actor, now: datetime | None = None) -> bool:
    """Destroy the subject's key: what was sealed for it reads as erased from now on, everywhere. False when it was before.

    A subject that never had a key is marked as well, so that none is made later. A copy in a backup lives as long as
    the backup does.
    """
    at = now or datetime.now(UTC)
    row, _ = SubjectKey.objects.select_for_update().get_or_create(subject=subject, defaults={"made_at": at})
    if row.erased_at is not None:
        return False
    row.wrapped, row.master, row.erased_at = None, "", at
    row.save(update_fields=["wrapped", "master", "erased_at"])
    return True


@action("ledger.rewrap_keys")
def rewrap(*, by: Actor) -> int:
    """Wrap every subject's key by the current master key; returns how many were wrapped by another. Raises NoMasterKey."""
    current = masters().current()
    old = SubjectKey.objects.select_for_update().exclude(wrapped=None).exclude(master=current.name)
    count = 0
    for row in old.iterator(chunk_size=1000):
        assert row.wrapped is not None
        row.wrapped = _wrap(current, row.subject, _unwrap(row.master, row.subject, row.wrapped))
        row.master = current.name
        row.save(update_fields=["wrapped", "master"])
        count += 1
    return count


def masters() -> MasterKeys:
    """The master keys of this installation."""
    found = settings.BELLTOWER_MASTER_KEYS
    assert isinstance(found, MasterKeys)
    return found


# Arrays: a statement with a place for each of some thousand values takes longer to be put together than to be carried out.
_MAKE = """
    INSERT INTO ledger_subject_key (subject, wrapped, master, made_at)
    SELECT n.subject, n.wrapped, %s, %s FROM unnest(%s::text[], %s::bytea[]) AS n (subject, wrapped)
    ON CONFLICT DO NOTHING RETURNING subject
"""
_READ = "SELECT subject, master, wrapped FROM ledger_subject_key WHERE subject = ANY(%s::text[])"


def _made_keys(subjects: Sequence[str]) -> dict[str, bytes | None]:
    """New keys, stored; those that another made at the same moment are left out."""
    if not subjects:
        return {}
    current, keys = masters().current(), {subject: secrets.token_bytes(32) for subject in subjects}
    wrapped = [_wrap(current, subject, key) for subject, key in keys.items()]
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, [current.name, datetime.now(UTC), list(keys), wrapped])
        return {subject: keys[subject] for (subject,) in cursor.fetchall()}


def _sealed(key: bytes | None, subject: str, field: str, text: str) -> bytes | None:
    if key is None:
        return None
    nonce = secrets.token_bytes(_NONCE)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, text.encode(), _bound(subject, field))


def _key_for_writing(subject: str) -> bytes:
    made = secrets.token_bytes(32)
    current = masters().current()
    facts = {"wrapped": _wrap(current, subject, made), "master": current.name, "made_at": datetime.now(UTC)}
    row, _ = SubjectKey.objects.get_or_create(subject=subject, defaults=facts)
    if row.wrapped is None:
        raise SubjectErased()
    return _unwrap(row.master, subject, row.wrapped)


def _keys(subjects: Iterable[str]) -> Mapping[str, bytes | None]:
    """The key of each subject that has or had one; None where it was destroyed."""
    wanted = sorted(subjects)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_READ, [wanted])
        rows = cursor.fetchall()
    return {
        subject: None if wrapped is None else _unwrap(master, subject, wrapped) for subject, master, wrapped in rows
    }


def _open(
    keys: Mapping[str, bytes | None], subject: str, field: str, stored: bytes | memoryview | None
) -> str | Erased | None:
    if stored is None:
        return None
    key, held = keys.get(subject), bytes(stored)
    if key is None:
        return ERASED
    if held[:1] != _VERSION:
        raise ValueError(f"{field} of {subject} is sealed in a way this version does not know")
    nonce, body = held[1 : 1 + _NONCE], held[1 + _NONCE :]
    return AESGCM(key).decrypt(nonce, body, _bound(subject, field)).decode()


def _bound(subject: str, field: str) -> bytes:
    return f"{subject}\n{field}".encode()


def _wrap(master: MasterKey, subject: str, key: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(master.secret).encrypt(nonce, key, subject.encode())


def _unwrap(master: str, subject: str, wrapped: bytes | memoryview) -> bytes:
    held = bytes(wrapped)
    return AESGCM(masters().named(master).secret).decrypt(held[:_NONCE], held[_NONCE:], subject.encode())
