# SPDX-License-Identifier: Apache-2.0
"""The second factor: one-time codes by RFC 6238 and recovery codes. Seeds are sealed, codes are taken once."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
from django.contrib.auth.hashers import make_password
from django.utils.crypto import constant_time_compare

from belltower.core.access.errors import NoSecondFactor, SecondFactorSet, SharedAccount, WrongCode
from belltower.core.access.models import SecondFactor, User
from belltower.core.ledger.entries import action, record
from belltower.core.ledger.personal import Erased, seal, unseal
from belltower.kernel.actors import Actor

STEP_S = 30
DRIFT = 1  # steps before and after the clock's: RFC 6238, 5.2 advises one
CODES = 10
_FIELD = "second_factor.seed"


def matching_step(seed: str, code: str, now: datetime, *, after: int) -> int | None:
    """The time step that ``code`` is right for, within one step of ``now`` and after step ``after``; None when wrong.

    A step once taken is never taken again (RFC 6238, 5.2), so a code that was seen over a shoulder is worthless.
    """
    asked, totp = int(now.timestamp()) // STEP_S, pyotp.TOTP(seed, interval=STEP_S)
    found = None
    for step in range(asked - DRIFT, asked + DRIFT + 1):  # all of them, so that time tells nothing
        is_right = hmac.compare_digest(totp.generate_otp(step).encode(), _digits(code).encode())
        found = step if is_right and step > after else found
    return found


def has_second_factor(user: User) -> bool:
    """Whether codes are asked of ``user``."""
    return SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).exists()


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What somebody puts into their authenticator: the seed to type, and the address their camera reads."""

    seed: str
    address: str


@action("access.begin_second_factor")
def begin(user: User, *, issuer: str, by: Actor) -> Enrolment:
    """A seed to be confirmed by a first code; the same one until then, so that a reloaded page shows it again.

    Raises SecondFactorSet, SharedAccount.
    """
    if user.is_shared:
        raise SharedAccount(name=user.username)
    factor = SecondFactor.objects.filter(user=user).first()
    seed = None if factor is None or factor.confirmed_at else _seed(user, factor)
    if factor is not None and factor.confirmed_at is not None:
        raise SecondFactorSet()
    if seed is None:
        seed = pyotp.random_base32()  # 160 bits: RFC 4226, 4
        SecondFactor.objects.update_or_create(user=user, defaults={"seed_sealed": seal(user.reference, _FIELD, seed)})
    return Enrolment(seed, pyotp.TOTP(seed, interval=STEP_S).provisioning_uri(name=user.username, issuer_name=issuer))


@action("access.set_second_factor")
def confirm(user: User, code: str, *, by: Actor, now: datetime) -> list[str]:
    """Set the second factor by a first right code; the recovery codes, shown this once. Raises WrongCode."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    step = None if factor is None else matching_step(_seed(user, factor), code, now, after=0)
    if factor is None or step is None:
        raise WrongCode()
    codes = _new_codes(factor)
    factor.confirmed_at, factor.last_step = now, step
    factor.save()
    record("access.second_factor_set", by=by, subject=user.reference)
    return codes


@action("access.take_code")
def take(user: User, code: str, *, by: Actor, now: datetime) -> bool:
    """Whether ``code`` is a one-time code of now, or an unused recovery code; either is used up by it."""
    factor = SecondFactor.objects.select_for_update().filter(user=user).exclude(confirmed_at=None).first()
    if factor is None:
        return False
    step = matching_step(_seed(user, factor), code, now, after=factor.last_step)
    if step is not None:
        factor.last_step = step
        factor.save(update_fields=["last_step"])
        return True
    return _take_recovery(user, factor, code, by=by)


@action("access.remove_second_factor")
def remove(user: User, *, by: Actor) -> None:
    """Ask no codes of ``user`` any more; their seed and recovery codes are gone. Raises NoSecondFactor."""
    if not SecondFactor.objects.filter(user=user).delete()[0]:
        raise NoSecondFactor()
    record("access.second_factor_removed", by=by, subject=user.reference)


@action("access.renew_recovery_codes")
def renew_recovery_codes(user: User, *, by: Actor) -> list[str]:
    """Ten new recovery codes, shown this once; the old ones are worthless. Raises NoSecondFactor."""
    factor = SecondFactor.objects.select_for_update().filter(user=user).exclude(confirmed_at=None).first()
    if factor is None:
        raise NoSecondFactor()
    codes = _new_codes(factor)
    factor.save(update_fields=["recovery_salt", "recovery_hashes"])
    record("access.recovery_codes_renewed", by=by, subject=user.reference)
    return codes


def recovery_codes_left(user: User) -> int:
    """How many recovery codes are unused."""
    factor = SecondFactor.objects.filter(user=user).first()
    return len(factor.recovery_hashes) if factor else 0


def _take_recovery(user: User, factor: SecondFactor, code: str, *, by: Actor) -> bool:
    tried = _hash(code, factor.recovery_salt or "none")  # hashed even where none is left: time tells nothing
    matching = [held for held in factor.recovery_hashes if constant_time_compare(held, tried)]
    if not matching:
        return False
    factor.recovery_hashes = [held for held in factor.recovery_hashes if held not in matching]
    factor.save(update_fields=["recovery_hashes"])
    record("access.recovery_code_used", by=by, subject=user.reference, about={"left": len(factor.recovery_hashes)})
    return True


def _new_codes(factor: SecondFactor) -> list[str]:
    """Ten codes of 50 random bits, as they are written down; only their hashes are kept."""
    codes = [_written(secrets.token_bytes(7)) for _ in range(CODES)]
    factor.recovery_salt = secrets.token_hex(16)
    factor.recovery_hashes = [_hash(code, factor.recovery_salt) for code in codes]
    return codes


def _written(random: bytes) -> str:
    letters = base64.b32encode(random).decode().lower()[:10]
    return f"{letters[:5]}-{letters[5:]}"


def _hash(code: str, salt: str) -> str:
    return make_password("".join(code.lower().split()).replace("-", ""), salt=salt)


def _seed(user: User, factor: SecondFactor) -> str:
    """The seed; a person whose data were erased has none, so nothing is right for them."""
    found = unseal(user.reference, _FIELD, factor.seed_sealed)
    return pyotp.random_base32() if found is None or isinstance(found, Erased) else found


def _digits(code: str) -> str:
    return "".join(code.split())
