# SPDX-License-Identifier: Apache-2.0
"""The declared kinds of assets, and whether values fit the fields that a kind declares."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings

from belltower.core.places.errors import BadFieldValue, MissingFields, UnknownField
from belltower.core.places.loading.values import Bad, Given, converter
from belltower.kernel.packs import Activity, AssetKind, Field, Register
from belltower.kernel.texts import Text
from belltower.kernel.units import Measured

__all__ = ["GIVEN", "kind_title", "merge_fields", "register", "require_fields", "validate_fields"]

GIVEN = "_given"
"""Inside an asset's fields: what a value that came in another unit came as, by field name."""

_LONGEST_TEXT = 2000
_NO_VALUE = Text(
    zh=f"不是单个值，或超过{_LONGEST_TEXT}个字符",
    en=f"it is no single value of up to {_LONGEST_TEXT} characters",
)


def register() -> Register:
    """All that the installed packs declared."""
    found: Register = settings.BELLTOWER_REGISTER
    return found


def kind_title(name: str) -> Text:
    """What a kind is called; a kind whose pack is no longer installed is called by its name."""
    kind = register().kinds.get(name)
    return kind.title if kind else Text(zh=name, en=name)


def validate_fields(kind: AssetKind | Activity | str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an asset or activity as they are stored, or the first that does not fit. What is not known (empty, "n/a", 未知) is None.

    Text is read as in a file (loading/values.py), so a person may type ``30 ft``, ``30 [ft_i]`` or ``是``; a quantity
    may also come as a number (in the declared unit), as a mapping of ``value`` and ``unit``, or as Measured. It is
    stored in the declared unit; what it came as is kept beside it, by field name, under GIVEN.

    Raises UnknownKind, UnknownField (with what was probably meant) or BadFieldValue.
    """
    declared = register().kind(kind) if isinstance(kind, str) else kind
    stored: dict[str, Any] = {}
    given: dict[str, str] = {}
    for name, value in values.items():
        read = _read(_declared(declared, name), value)
        stored[name] = read.value if isinstance(read, Given) else read
        if isinstance(read, Given) and read.given:
            given[name] = read.given
    return {**stored, GIVEN: given} if given else stored


def merge_fields(kind: AssetKind, known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """``known`` fields with the ``given`` ones merged in; None forgets one. What is not declared any more stays.

    Raises as validate_fields, and MissingFields where a required field would not be known.
    """
    new = validate_fields(kind, given)
    came_as = {name: text for name, text in known.get(GIVEN, {}).items() if name not in given} | new.pop(GIVEN, {})
    merged = {**known, **new, GIVEN: came_as}
    fields = {name: value for name, value in merged.items() if value is not None and (name != GIVEN or value)}
    require_fields(kind, fields)
    return fields


def require_fields(kind: AssetKind | Activity, stored: Mapping[str, Any]) -> None:
    """Raise MissingFields unless every required field is known."""
    missing = [field.title for field in kind.fields if field.required and stored.get(field.name) is None]
    if missing:
        both = (", ".join(title.say(language) for title in missing) for language in ("zh", "en"))
        raise MissingFields(kind=kind.title, fields=Text(*both))


def _declared(kind: AssetKind | Activity, name: str) -> Field:
    field = kind.field(name)
    if field is None:
        meant = difflib.get_close_matches(name, [one.name for one in kind.fields], n=1, cutoff=0.5)
        hint = Text(zh=f"是否想写“{meant[0]}”？", en=f"Did you mean '{meant[0]}'? ") if meant else ""
        raise UnknownField(field=name, kind=kind.title, hint=hint, known=", ".join(one.name for one in kind.fields))
    return field


def _read(field: Field, value: Any) -> Any:
    """The value, None or Given, by the reader that files are read with. Raises BadFieldValue."""
    read = converter(field)(_as_text(field, value))
    if isinstance(read, Bad):
        raise BadFieldValue(field=field.title, value=str(value)[:80], reason=read.reason)
    return read


def _as_text(field: Field, value: Any) -> str:
    match value:
        case None:
            return ""
        case Measured():
            return f"{value.original_value!r} {value.original_unit}"
        case {"value": number, "unit": unit}:
            return f"{number} {unit}"
        case str() | bool() | int() | float() | date() | Decimal():
            text = str(value).encode("utf-8", "ignore").decode().replace("\x00", "")
            if len(text) <= _LONGEST_TEXT:
                return text
    raise BadFieldValue(field=field.title, value=str(value)[:80], reason=_NO_VALUE)
