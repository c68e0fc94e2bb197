# SPDX-License-Identifier: Apache-2.0
"""An asset's history as people read it: what changed, in the words of the kind, newest record first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from belltower.core.places.history import Change, Difference
from belltower.core.places.models import Life, Party
from belltower.kernel.packs import AssetKind
from belltower.kernel.texts import Text
from belltower.screens.console import dates, shown


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changed: what, from what, to what; None is "not known"."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Chapter:
    """One recorded change with its lines."""

    change: Change
    lines: list[Line]


def told(changes: Sequence[Change], kind: AssetKind | None) -> list[Chapter]:
    """The changes, newest record first; one query for the names of owners."""
    owners = {
        value for one in changes for d in one.differences if d.what == "owner_id" for value in (d.before, d.after)
    }
    names = {party.pk: party.title for party in Party.objects.filter(pk__in=owners - {None})}
    return [Chapter(one, [_line(d, kind, names) for d in one.differences]) for one in reversed(changes)]


def _line(difference: Difference, kind: AssetKind | None, owners: dict[int, Text]) -> Line:
    what, before, after = difference.what, difference.before, difference.after
    if what.startswith("fields."):
        return _field_line(what.removeprefix("fields."), before, after, kind)
    if what == "geometry":
        return Line(_title(what), None if before is None else _("another place"), None if after is None else _("moved"))
    return Line(_title(what), _said(what, before, owners), _said(what, after, owners))


def _field_line(name: str, before: Any, after: Any, kind: AssetKind | None) -> Line:
    field = kind.field(name) if kind else None
    if field is None:
        return Line(name, shown.plain(before), shown.plain(after))
    old, new = shown.shown(field, before), shown.shown(field, after)
    return Line(old.title, _with_unit(old), _with_unit(new))


def _with_unit(field: shown.ShownField) -> str | None:
    return None if field.value is None else f"{field.value} {field.unit}".strip()


def _title(what: str) -> str:
    return {
        "life": _("Life"),
        "code": _("Official code"),
        "name": _("Name"),
        "owner_id": _("Owner"),
        "geometry": _("Place"),
        "valid_from": _("True since"),
    }.get(what, what)


def _said(what: str, value: Any, owners: dict[int, Text]) -> str | None:
    language = get_language() or "zh"
    if value is None:
        return None
    if what == "life":
        return str(Life(value).label)
    if what == "owner_id":
        return owners[value].say(language) if value in owners else str(value)
    if what == "name":
        return Text.read(value).say(language)
    if what == "valid_from":
        return dates.instant(value, language)
    return str(value)
