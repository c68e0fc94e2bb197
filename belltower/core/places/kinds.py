# SPDX-License-Identifier: Apache-2.0
"""The declared kinds of assets, and whether values fit the fields that a kind declares."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.conf import settings

from belltower.core.places.errors import BadFieldValue, MissingFields, UnknownField
from belltower.kernel.packs import AssetKind, Field, FieldType, Register
from belltower.kernel.texts import Text
from belltower.kernel.units import Measured, Quantity

__all__ = ["kind_title", "register", "require_fields", "validate_fields"]

_NUMBER_AND_UNIT = re.compile(r"\s*([-+]?[\d.,]+(?:[eE][-+]?\d+)?)\s*(\S.*)?")
_YES = {"true", "yes", "y", "t", "1", "是", "有"}
_NO = {"false", "no", "n", "f", "0", "否", "无"}
_LONGEST_TEXT = 2000


def register() -> Register:
    """All that the installed packs declared."""
    found: Register = settings.BELLTOWER_REGISTER
    return found


def kind_title(name: str) -> Text:
    """What a kind is called; a kind whose pack is no longer installed is called by its name."""
    kind = register().kinds.get(name)
    return kind.title if kind else Text(zh=name, en=name)


def validate_fields(kind: AssetKind | str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored, or the first that does not fit. None and empty text stay None: not known.

    A quantity may come as a number (in the declared unit), as text with its unit (``"30 [ft_i]"``), as a mapping of
    ``value`` and ``unit``, or as Measured. It is stored as a bare number in the declared unit; one that came in
    another unit is stored as ``{value, unit, original_value, original_unit}``, so that the original is kept.

    Raises UnknownKind, UnknownField (with what was probably meant), BadFieldValue, or what kernel.units refuses.
    """
    declared = register().kind(kind) if isinstance(kind, str) else kind
    return {name: _stored(_declared(declared, name), value) for name, value in values.items()}


def require_fields(kind: AssetKind, stored: Mapping[str, Any]) -> None:
    """Raise MissingFields unless every required field is known."""
    missing = [field.title for field in kind.fields if field.required and stored.get(field.name) is None]
    if missing:
        both = (", ".join(title.say(language) for title in missing) for language in ("zh", "en"))
        raise MissingFields(kind=kind.title, fields=Text(*both))


def _declared(kind: AssetKind, name: str) -> Field:
    field = kind.field(name)
    if field is None:
        meant = difflib.get_close_matches(name, [one.name for one in kind.fields], n=1, cutoff=0.5)
        hint = Text(zh=f"是否想写“{meant[0]}”？", en=f"Did you mean '{meant[0]}'? ") if meant else ""
        raise UnknownField(field=name, kind=kind.title, hint=hint, known=", ".join(one.name for one in kind.fields))
    return field


def _stored(field: Field, value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(field.holds, Quantity):
        return _measured(field, value)
    return _READ[field.holds](field, value)


def _measured(field: Field, value: Any) -> Any:
    """A quantity in the declared unit; see validate_fields."""
    quantity, unit = field.holds, field.unit or ""
    if isinstance(value, Measured):
        came, came_in = value.original_value, value.original_unit
    elif isinstance(value, Mapping):
        came = _number(field, value.get("original_value", value.get("value")))
        came_in = str(value.get("original_unit") or value.get("unit") or unit)
    elif isinstance(value, str) and (parts := _NUMBER_AND_UNIT.fullmatch(value)):
        came, came_in = _number(field, parts[1]), (parts[2] or unit).strip()
    else:
        came, came_in = _number(field, value), unit
    if came_in == unit:
        return came
    assert isinstance(quantity, Quantity)
    quantity.demand(came_in)
    measured = Measured.of(came, came_in, stored_in=unit)
    return {"value": measured.value, "unit": unit, "original_value": came, "original_unit": came_in}


def _number(field: Field, value: Any) -> float:
    try:
        number = float(value.replace(",", "")) if isinstance(value, str) else float(value)
    except (TypeError, ValueError, OverflowError):
        raise _bad(field, value, zh="应为数字", en="it is not a number") from None
    if isinstance(value, bool) or not math.isfinite(number):
        raise _bad(field, value, zh="应为有限数", en="it is not a finite number")
    return number


def _integer(field: Field, value: Any) -> int:
    number = _number(field, value)
    if not number.is_integer() or abs(number) > 2**53:
        raise _bad(field, value, zh="应为整数", en="it is not a whole number")
    return int(number)


def _text(field: Field, value: Any) -> str:
    text = str(value).encode("utf-8", "ignore").decode().replace("\x00", "").strip()
    if isinstance(value, (Mapping, list)) or len(text) > _LONGEST_TEXT:
        raise _bad(
            field,
            value,
            zh=f"应为不超过{_LONGEST_TEXT}字的文本",
            en=f"it is no text of up to {_LONGEST_TEXT} characters",
        )
    return text


def _boolean(field: Field, value: Any) -> bool:
    said = str(value).strip().lower()
    if said not in _YES | _NO:
        raise _bad(field, value, zh="应为是或否", en="it is neither yes nor no")
    return said in _YES


def _date(field: Field, value: Any) -> str:
    try:
        return (
            value if type(value) is date else date.fromisoformat(str(value).strip()[:10].replace("/", "-"))
        ).isoformat()
    except ValueError:
        raise _bad(field, value, zh="应为日期，如 2026-01-31", en="it is no date such as 2026-01-31") from None


def _choice(field: Field, value: Any) -> str:
    said = str(value).strip()
    for choice in field.choices:
        if said.lower() in {choice.value, choice.title.zh.lower(), choice.title.en.lower()} - {""}:
            return choice.value
    known = ", ".join(choice.value for choice in field.choices)
    raise _bad(field, value, zh=f"可选值为 {known}", en=f"it is none of {known}")


def _bad(field: Field, value: Any, *, zh: str, en: str) -> BadFieldValue:
    return BadFieldValue(field=field.title, value=str(value)[:80], reason=Text(zh=zh, en=en))


_READ: dict[FieldType | Quantity, Callable[[Field, Any], Any]] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
}
