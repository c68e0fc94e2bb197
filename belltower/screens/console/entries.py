# SPDX-License-Identifier: Apache-2.0
"""The ledger's list: its filters as the address states them, keyset pages, and entries with names as of now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from belltower.core.access import log
from belltower.core.access.models import ServiceAccount, User
from belltower.core.ledger.models import Entry, Form, Operation
from belltower.core.ledger.proofs import entries_of
from belltower.screens.console import dates

SIZE = 50
LARGEST = 2**63 - 1
NEVER = Q(pk__in=[])


@dataclass(frozen=True)
class Listing:
    """Which entries an address asks for. What cannot be understood finds nothing, and is told."""

    who: str = ""
    what: str = ""
    table: str = ""
    row: str = ""
    since: str = ""
    until: str = ""
    after: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Listing:
        """The listing of a query string."""
        return cls(**{name: asked.get(name, "").strip()[:200] for name in cls.__dataclass_fields__})

    @property
    def is_narrowed(self) -> bool:
        return bool(self.who or self.what or self.table or self.row or self.since or self.until)

    def rows(self, *, with_access: bool) -> QuerySet[Entry]:
        """The entries, newest first. Who signed in when is left out but for those who keep the security log."""
        found = Entry.objects.filter(*self._conditions())
        if not with_access:
            found = found.exclude(what__startswith=log.PREFIX)
        return found.order_by("-id")

    def page(self, *, with_access: bool) -> tuple[list[Entry], int | None]:
        """The page behind ``after``, and where the next one begins."""
        found = self.rows(with_access=with_access)
        if number(self.after):
            found = found.filter(pk__lt=number(self.after))
        some = list(found[: SIZE + 1])
        return some[:SIZE], some[SIZE - 1].pk if len(some) > SIZE else None

    def _conditions(self) -> list[Q]:
        found = []
        if self.who:
            found.append(Q(actor__in=references(self.who)))
        if self.what:
            # A whole word is looked up; the beginning of one, such as "places.", is searched for.
            found.append(Q(what__startswith=self.what) if self.what.endswith(".") else Q(what=self.what))
        if self.table:
            forms = list(Form.objects.filter(table=self.table).values_list("pk", flat=True))
            found.append(Q(form_id__in=forms) if forms else NEVER)
        if self.row:
            wanted = number(self.row)
            found.append(Q(pk__in=entries_of(self.table, wanted)) if wanted and self.table else NEVER)
        for name, text in (("at__gte", self.since), ("at__lt", self.until)):
            if text:
                at = civil(text)
                found.append(Q(**{name: at}) if at else NEVER)
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a page shows it. ``who`` is a name as of now; the ledger itself holds references only."""

    entry: Entry
    who: str
    table: str
    operation: str


def lines(found: Iterable[Entry], *, own_party: int | None = None, is_everyone_named: bool = True) -> list[Line]:
    """Entries as they are shown; names of people only to who sees everything, and of one's own party."""
    held = list(found)
    tables = dict(Form.objects.values_list("pk", "table"))
    if is_everyone_named:
        names = [line.who for line in log.lines(held)]
    else:
        known = _own_names(held, own_party)
        names = [known.get(entry.actor) or _somebody(entry.actor) for entry in held]
    return [
        Line(entry, who, tables.get(entry.form_id or 0, ""), operation_title(entry.operation))
        for entry, who in zip(held, names, strict=True)
    ]


def operation_title(operation: str) -> str:
    """What was done to the rows, in a word."""
    return {
        Operation.INSERT: _("added"),
        Operation.UPDATE: _("changed"),
        Operation.DELETE: _("removed"),
        Operation.NOTE: _("noted"),
    }[Operation(operation)]


def references(name: str) -> list[str]:
    """What the ledger calls somebody of that name: people and service accounts by name, the rest as it is."""
    people = User.objects.filter(username=name).values_list("uid", flat=True)
    accounts = ServiceAccount.objects.filter(name=name).values_list("uid", flat=True)
    return [name, *(f"person:{uid}" for uid in people), *(f"service:{uid}" for uid in accounts)]


def number(text: str) -> int | None:
    """A number of an entry or a row; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def civil(text: str) -> datetime | None:
    """An instant typed as the city's civil time; None for nonsense."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return typed.replace(tzinfo=typed.tzinfo or dates.city_zone()).astimezone(UTC)


def _own_names(held: Iterable[Entry], party: int | None) -> dict[str, str]:
    """The names of those who acted and belong to the viewer's own party, by reference."""
    if party is None:
        return {}
    uids = [uid for entry in held if (uid := _person(entry.actor))]
    people = User.objects.filter(uid__in=uids, party_id=party).values_list("uid", "username")
    return {f"person:{uid}": name for uid, name in people}


def _somebody(reference: str) -> str:
    kind, _colon, name = reference.partition(":")
    return {"person": _("a person"), "service": _("a service account")}.get(kind, name)


def _person(reference: str) -> UUID | None:
    kind, _colon, uid = reference.partition(":")
    return UUID(uid) if kind == "person" else None
