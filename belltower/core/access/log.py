# SPDX-License-Identifier: Apache-2.0
"""The security log: the ledger's entries about access, with who and about whom by user name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from belltower.core.access.models import ServiceAccount, User
from belltower.core.ledger.models import Entry

# A row's own entry comes with most of these; the log shows what was done once.
PREFIX = "access."
FAILED = ("access.sign_in_failed", "access.locked_out")
SIGNING = (*FAILED, "access.signed_in", "access.signed_out", "access.session_ended", "access.lock_out_lifted")
FACTORS = (
    "access.second_factor_set", "access.second_factor_removed", "access.recovery_code_used",
    "access.recovery_codes_renewed", "access.password_set", "access.identity_linked", "access.identity_unlinked",
)  # fmt: skip
LOOKS = ("access.personal_data_read", "access.user_erased")
GRANTS = (
    "access.grant",
    "access.end_grant",
    "access.add_user",
    "access.deactivate",
    "access.make_token",
    "access.revoke_token",
)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "failed": FAILED, "signing": SIGNING, "factors": FACTORS, "looks": LOOKS, "grants": GRANTS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the log shows it; ``who`` and ``whom`` are user names, or the reference where there is none."""

    entry: Entry
    who: str
    whom: str
    user: UUID | None


def entries(*, group: str = "", user: User | None = None) -> QuerySet[Entry]:
    """Entries about access, the newest first: of one group, or by or about one user."""
    found = Entry.objects.filter(what__startswith=PREFIX)
    if group in GROUPS:
        found = found.filter(what__in=GROUPS[group])
    if user is not None:
        found = found.filter(Q(actor=user.as_actor().reference) | Q(subject=user.reference))
    return found.order_by("-id")


def lines(found: Iterable[Entry]) -> list[Line]:
    """Entries with the names of who acted and whom it was about; two queries, whatever their number."""
    held = list(found)
    references = [part for entry in held for part in (entry.actor, entry.subject)]
    names = _names({uid for reference in references if (uid := _uid(reference))})
    return [
        Line(
            entry,
            names.get(_uid(entry.actor), entry.actor),
            names.get(_uid(entry.subject), entry.subject),
            _uid(entry.subject) if entry.subject.startswith("access.user:") else None,
        )
        for entry in held
    ]


def _names(uids: Iterable[UUID]) -> dict[Any, str]:
    asked = list(uids)
    names = dict(User.objects.filter(uid__in=asked).values_list("uid", "username"))
    return names | dict(ServiceAccount.objects.filter(uid__in=asked).values_list("uid", "name"))


def _uid(reference: str) -> UUID | None:
    try:
        return UUID(reference.partition(":")[2])
    except ValueError:
        return None
