# SPDX-License-Identifier: Apache-2.0
"""What a viewer may see: one value that every list, tile, export and look-up takes, and that the database keeps to.

``seen_as`` tells it to the database for a transaction; the policies on the tables (kernel/row_policies.py) do the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from psycopg.pq import TransactionStatus

from belltower.core.places.kinds import register
from belltower.kernel.packs import Secrecy


@dataclass(frozen=True, slots=True)
class Scope:
    """Row scope of one viewer. ``owner_ids`` None means every owner's assets, else only those parties' own.

    ``area_ids`` None means anywhere, else only what lies in one of those areas (each is named, those below too).
    Kinds that are more secret than ``secrecy`` are never seen. An asset is seen where all three hold.
    """

    owner_ids: frozenset[int] | None = None
    area_ids: frozenset[int] | None = None
    secrecy: Secrecy = Secrecy.SECRET

    @property
    def key(self) -> str:
        """Stands for all viewers that see the same; part of every cache key."""
        owners = "all" if self.owner_ids is None else "owners-" + _listed(self.owner_ids, "-")
        areas = "" if self.area_ids is None else "-areas-" + _listed(self.area_ids, "-")
        hidden = self.hidden_kinds
        return owners + areas + ("-without-" + ",".join(hidden) if hidden else "")

    @property
    def sees_all(self) -> bool:
        """Whether no row is hidden."""
        return self.owner_ids is None and self.area_ids is None and not self.hidden_kinds

    @property
    def hidden_kinds(self) -> tuple[str, ...]:
        """The kinds that are declared more secret than this viewer may see, sorted."""
        if self.secrecy is Secrecy.SECRET:
            return ()
        return tuple(sorted(kind.name for kind in register().kinds.values() if kind.secrecy > self.secrecy))

    def assets(self) -> Q:
        """The filter for a queryset of Asset."""
        owned = Q() if self.owner_ids is None else Q(owner_id__in=self.owner_ids)
        within = Q() if self.area_ids is None else Q(area_id__in=self.area_ids)
        hidden = self.hidden_kinds
        return owned & within & (~Q(kind__in=hidden) if hidden else Q())

    @property
    def sql(self) -> str:
        """The same for a statement that asks by place: "" or conditions that each begin with AND.

        ``+ 0`` keeps the owner's index out of it. PostgreSQL takes any box for half a percent of the city and would
        read all that an enterprise owns beside it.
        """
        owned = "" if self.owner_ids is None else " AND owner_id + 0 = ANY(%(owners)s)"
        within = "" if self.area_ids is None else " AND area_id = ANY(%(areas)s)"
        return owned + within + (" AND kind <> ALL(%(hidden)s)" if self.hidden_kinds else "")

    @property
    def facts(self) -> dict[str, list[Any]]:
        """The values that ``sql`` names."""
        owners, areas = sorted(self.owner_ids or ()), sorted(self.area_ids or ())
        return {"owners": owners, "areas": areas, "hidden": list(self.hidden_kinds)}


EVERYTHING = Scope()
NOTHING = Scope(frozenset())


@contextmanager
def seen_as(scope: Scope, *, viewer: UUID | None = None) -> Iterator[None]:
    """A transaction in which the database shows what ``scope`` may see; inside another one, until the end of the block.

    ``viewer`` is who looks, for what is theirs alone (their jobs and saved views); left out, it stays who it was.
    The scope from before holds again afterwards. Nothing outlives the transaction, so a connection that is used again
    begins with what it was opened with: nothing in the web, everything in a worker.
    """
    wanted = _settings(scope, viewer)
    if not connection.in_atomic_block:
        with transaction.atomic():
            _exchange(wanted)
            with _known(wanted):
                yield
        return
    known: _Said | None = getattr(connection, _KNOWN, None)
    if known is not None and known[:-1] == wanted[:-1] and wanted[-1] in (None, known[-1]):
        yield  # it is so already: most verbs ask for everything in the name of who sees everything
        return
    before = _exchange(wanted)
    try:
        with _known((*wanted[:-1], wanted[-1] or before[-1])):
            yield
    finally:
        # After an error of the database's the transaction is lost, and its settings go with it.
        if connection.connection.info.transaction_status == TransactionStatus.INTRANS:
            _exchange(before)


_Said = tuple[str | None, ...]
_KNOWN = "belltower_seen_as"
"""Where a connection keeps what the innermost ``seen_as`` set on it."""


@contextmanager
def _known(said: _Said) -> Iterator[None]:
    before = getattr(connection, _KNOWN, None)
    setattr(connection, _KNOWN, said)
    try:
        yield
    finally:
        setattr(connection, _KNOWN, before)


def streamed_as(scope: Scope, parts: Iterable[Any], *, viewer: UUID | None = None) -> Iterator[Any]:
    """``parts``, made as ``scope`` sees them, for an answer that is sent after its view has returned."""
    with seen_as(scope, viewer=viewer):
        yield from parts


def settings_of(scope: Scope) -> dict[str, str]:
    """What the policies read, by name (``belltower.NAME``), for a connection that says once whose rows it shows.

    Such a connection only reads, serves nobody else before it is told again, and has no viewer.
    """
    return {name: value or "" for name, value in zip(_NAMES, _settings(scope, None), strict=True)}


_NAMES = ("sees", "parties", "areas", "secrecy", "hidden", "scope", "viewer")
_EXCHANGE = "SELECT " + ", ".join(
    f"current_setting('belltower.{name}', true),"
    f" set_config('belltower.{name}', coalesce(%s, current_setting('belltower.{name}', true), ''), true)"
    for name in _NAMES
)


def _settings(scope: Scope, viewer: UUID | None) -> tuple[str | None, ...]:
    """What the policies read, in the order of _NAMES. A star stands for "whatever it is"; None stays as it was."""
    return (
        "all" if scope.sees_all else "own",
        "*" if scope.owner_ids is None else _listed(scope.owner_ids, ","),
        "*" if scope.area_ids is None else _listed(scope.area_ids, ","),
        str(scope.secrecy.value),
        ",".join(scope.hidden_kinds),
        scope.key,
        None if viewer is None else str(viewer),
    )


def _exchange(values: Iterable[str | None]) -> tuple[str, ...]:
    """Set the settings for this transaction; what they were before."""
    with connection.cursor() as cursor:
        cursor.execute(_EXCHANGE, list(values))
        return tuple(word or "" for word in cursor.fetchone()[::2])


def _listed(ids: Iterable[int], between: str) -> str:
    return between.join(map(str, sorted(ids)))
