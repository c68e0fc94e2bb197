# SPDX-License-Identifier: Apache-2.0
"""Personal data of users: said masked in lists, whole to who asks for it and is noted, and gone when somebody is erased."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from belltower.core.access.errors import BadContact, SharedAccount
from belltower.core.access.models import Identity, SecondFactor, Session, User, read_name
from belltower.core.ledger import personal
from belltower.core.ledger.entries import action, record
from belltower.core.ledger.personal import Erased, seal, unseal_many
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text, has_chinese

FIELDS = ("name", "email", "phone")
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]+\.[^\s@.]{2,}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{5,24}")


@dataclass(frozen=True, slots=True)
class Person:
    """What a user is called and how they are reached; None where nothing is known, erased where it was."""

    name: Text
    email: str | Erased | None
    phone: str | Erased | None
    is_erased: bool = False

    def masked(self) -> Person:
        """The same, as others see it in lists."""
        return Person(
            Text(zh=mask_name(self.name.zh), en=mask_name(self.name.en)) if not self.is_erased else self.name,
            mask_email(self.email) if isinstance(self.email, str) else self.email,
            mask_phone(self.phone) if isinstance(self.phone, str) else self.phone,
            self.is_erased,
        )


def mask_phone(number: str) -> str:
    """138****1234: the first three and last four digits of a number; of a short one, the last two."""
    digits = re.sub(r"[ -]", "", number)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else f"****{digits[-2:]}"


def mask_email(address: str) -> str:
    """l***@example.org: the first letter and the host."""
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}"


def mask_name(name: str) -> str:
    """李**: the family name of a Chinese name, the first letters of other names' words."""
    if has_chinese(name):
        return name[:1] + "*" * max(len(name) - 1, 1)
    return " ".join(word[:1] + "***" for word in name.split())


def people(users: Sequence[User]) -> list[Person]:
    """What is known of each of ``users``, unmasked and in their order; one query. For pages that mask, or that note the look."""
    asked = [(user.reference, field, getattr(user, f"{field}_sealed")) for user in users for field in FIELDS]
    told = unseal_many(asked)
    return [_person(user, told[at * len(FIELDS) :][: len(FIELDS)]) for at, user in enumerate(users)]


def masked(users: Sequence[User]) -> list[Person]:
    """As people, masked; names of accounts that several use are nobody's and stay."""
    found = zip(users, people(users), strict=True)
    return [person if user.is_shared else person.masked() for user, person in found]


def look_at(user: User, *, by: Actor) -> Person:
    """Everything known of ``user``, unmasked. A look at somebody else's is an entry."""
    if by.uid != user.uid:
        record("access.personal_data_read", by=by, subject=user.reference, about={"fields": list(FIELDS)})
    return people([user])[0]


@action("access.set_contact")
def set_contact(user: User, *, email: str, phone: str, by: Actor) -> None:
    """Keep how a person is reached, sealed; an empty text forgets it. Raises BadContact, SharedAccount, SubjectErased."""
    if user.is_shared:
        raise SharedAccount(name=user.username)
    for given, shape in ((email, _EMAIL), (phone, _PHONE)):
        if given and not shape.fullmatch(given):
            raise BadContact(given=given)
    user.email_sealed = seal(user.reference, "email", email) if email else None
    user.phone_sealed = seal(user.reference, "phone", phone) if phone else None
    user.save(update_fields=["email_sealed", "phone_sealed"])


@action("access.rename_user")
def rename(user: User, name: Text, *, by: Actor) -> None:
    """Call a person otherwise. Raises SharedAccount, SubjectErased."""
    if user.is_shared:
        raise SharedAccount(name=user.username)
    user.name_sealed = seal(user.reference, "name", json.dumps(name.as_json(), ensure_ascii=False))
    user.save(update_fields=["name_sealed"])


@action("access.erase_user")
def erase(user: User, *, by: Actor) -> bool:
    """Destroy the key of a person's data, and keep them out. False when they were erased before.

    Their user name and what they did stay: the ledger's proofs are over what is stored. What was sealed reads as erased.
    """
    is_new = personal.erase(user.reference, by=by)
    User.objects.filter(pk=user.pk).update(is_active=False)
    Session.objects.filter(user=user).delete()
    SecondFactor.objects.filter(user=user).delete()
    Identity.objects.filter(user=user).delete()
    if is_new:
        record("access.user_erased", by=by, subject=user.reference)
    return is_new


def _person(user: User, told: Sequence[str | Erased | None]) -> Person:
    name, email, phone = told
    if user.name is not None:
        return Person(Text.read(user.name), email, phone)
    return Person(read_name(name, user.username), email, phone, is_erased=isinstance(name, Erased))
