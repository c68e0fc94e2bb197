# SPDX-License-Identifier: Apache-2.0
"""How declared fields are shown: title, value in the reader's words, unit as printed, and what it came as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from belltower.core.places.kinds import GIVEN
from belltower.kernel.packs import AssetKind, Field, FieldType
from belltower.kernel.units import Quantity
from belltower.screens.console import dates

# UCUM codes as people print them; any other code is printed as it is.
PRINTED = {
    "m2": "m²", "km2": "km²", "m3": "m³", "[ft_i]": "ft", "[in_i]": "in", "[mi_i]": "mi", "[sft_i]": "ft²", "har": "ha",
    "Cel": "°C", "[degF]": "°F", "1": "", "{person}": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field of one asset, ready to be put on a page; ``value`` is None where it is not known."""

    name: str
    title: str
    value: str | None
    unit: str = ""
    original: str = ""
    is_number: bool = False


def fields_of(kind: AssetKind | None, stored: Mapping[str, Any]) -> list[ShownField]:
    """All declared fields, known or not, and then what is stored without being declared any more."""
    given = stored.get(GIVEN, {})
    declared = [shown(one, stored.get(one.name), given.get(one.name, "")) for one in (kind.fields if kind else ())]
    rest = stored.keys() - {one.name for one in declared} - {GIVEN}
    return declared + [ShownField(name, name, plain(stored[name])) for name in sorted(rest)]


def shown(field: Field, value: Any, given: str = "") -> ShownField:
    """One declared field with its stored value; ``given`` is what it came as, where that was another unit."""
    title = field.title.say(get_language() or "zh")
    is_number = isinstance(field.holds, Quantity) or field.holds in (FieldType.INTEGER, FieldType.NUMBER)
    return ShownField(field.name, title, _said(field, value), printed(field.unit), given, is_number)


def printed(unit: str | None) -> str:
    """A UCUM code as people print it."""
    return PRINTED.get(unit or "", unit or "")


def plain(value: Any) -> str | None:
    """A value without a declaration, as text."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, float):
        return number_format(round(value, 6), use_l10n=False).rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
    return str(value)


def _said(field: Field, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if field.holds is FieldType.CHOICE:
        titles = {choice.value: choice.title for choice in field.choices}
        return titles[value].say(get_language() or "zh") if value in titles else str(value)
    if field.holds is FieldType.DATE:
        return dates.day(str(value), get_language() or "zh")
    return plain(value)


TYPE_TITLES = {
    FieldType.TEXT: gettext_lazy("Text"),
    FieldType.INTEGER: gettext_lazy("Whole number"),
    FieldType.NUMBER: gettext_lazy("Number"),
    FieldType.BOOLEAN: gettext_lazy("Yes or no"),
    FieldType.DATE: gettext_lazy("Date"),
    FieldType.CHOICE: gettext_lazy("Choice"),
}


def type_title(field: Field) -> str:
    """What a field holds, in a word: a type, or the quantity that is measured."""
    if isinstance(field.holds, Quantity):
        return field.holds.called.say(get_language() or "zh")
    return str(TYPE_TITLES[field.holds])
