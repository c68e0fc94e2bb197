# SPDX-License-Identifier: Apache-2.0
"""People of an OpenID Connect provider, tied to our users by issuer and subject. Never by e-mail: addresses change hands."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from belltower.core.access.errors import IdentityTaken, SharedAccount, UnknownIdentity
from belltower.core.access.models import Identity, User
from belltower.core.ledger.entries import action, record
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

# RFC 8176: ways of authenticating that are a second factor, or prove that there was one.
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "swk", "sms", "tel", "mca", "sc", "face", "fpt", "iris", "retina"})


@action("access.link_identity")
def link(user: User, *, issuer: str, subject: str, by: Actor) -> Identity:
    """Let this somebody of the provider in as ``user``. Linking the same again changes nothing.

    Raises IdentityTaken where they are tied to another user, SharedAccount.
    """
    if user.is_shared:
        raise SharedAccount(name=user.username)
    found, is_new = Identity.objects.get_or_create(issuer=issuer, subject=subject, defaults={"user": user})
    if found.user_id != user.pk:
        raise IdentityTaken()
    if is_new:
        record("access.identity_linked", by=by, subject=user.reference, about={"issuer": issuer})
    return found


@action("access.unlink_identity")
def unlink(user: User, uid: UUID, *, by: Actor) -> None:
    """Let them in by this identity no more. Raises NotFound."""
    if not Identity.objects.filter(user=user, uid=uid).delete()[0]:
        raise NotFound(noun=Text(zh="统一身份", en="identity"), name=uid)
    record("access.identity_unlinked", by=by, subject=user.reference)


def user_of(issuer: str, subject: str) -> User:
    """The active user tied to that subject of that issuer. Raises UnknownIdentity, for one who was deactivated too."""
    found = Identity.objects.select_related("user").filter(issuer=issuer, subject=subject, user__is_active=True).first()
    if found is None:
        raise UnknownIdentity()
    return found.user


def is_strong(methods: Iterable[object]) -> bool:
    """Whether the provider's ``amr`` says that a second factor was used, so that ours need not be asked."""
    return any(method in SECOND_FACTORS for method in methods)
