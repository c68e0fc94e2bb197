# SPDX-License-Identifier: Apache-2.0
"""Query options: those of an address, and those in the parentheses of an $expand, read by the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from belltower.edges.sensorthings.errors import BadQuery, text
from belltower.edges.sensorthings.parser import Reader, ordering
from belltower.edges.sensorthings.syntax import Expansion, Options


def options(given: Iterable[tuple[str, str]]) -> Options:
    """The options of an address, from its decoded pairs. Raises BadQuery for one that is unknown or comes twice."""
    read: dict[str, Any] = {}
    pairs = tuple(given)
    for name, value in pairs:
        reader = Reader(value)
        _one(name, reader, read)
        reader.done()
    return Options(**read, given=pairs)


def _one(name: str, reader: Reader, into: dict[str, Any]) -> None:
    low = name.lower().removeprefix("$")
    if low not in _READERS:
        raise BadQuery(given=name[:100], reason=text("没有此查询选项", "there is no such query option"))
    field, read = _READERS[low]
    if field in into:
        raise BadQuery(given=name[:100], reason=text("出现了两次", "it comes twice"))
    into[field] = read(reader)


def _number(reader: Reader) -> int:
    word = reader.take()
    if word.kind != "number" or not word.text.isdigit() or len(word.text) > 15:
        raise BadQuery(given=reader.given[:100], reason=text("应为非负整数", "a whole number, 0 or more, is wanted"))
    return int(word.text)


def _truth(reader: Reader) -> bool:
    word = reader.take().text.lower()
    if word not in ("true", "false"):
        raise BadQuery(given=reader.given[:100], reason=text("应为 true 或 false", "true or false is wanted"))
    return word == "true"


def _names(reader: Reader) -> tuple[str, ...]:
    names: list[str] = []
    while not names or reader.takes(","):
        if reader.takes("*"):
            names.append("*")
            continue
        names.append(_name(reader))
        while reader.takes("/"):
            names[-1] += "/" + _name(reader)
    return tuple(names)


def _name(reader: Reader) -> str:
    word = reader.take()
    if word.kind != "name":
        raise reader.wrong()
    return word.text


def _expansions(reader: Reader) -> tuple[Expansion, ...]:
    found: list[Expansion] = []
    while not found or reader.takes(","):
        found.append(_expansion(reader))
    return tuple(found)


def _expansion(reader: Reader) -> Expansion:
    """``Datastreams($top=1;$expand=Sensor)`` or ``Datastreams/Sensor``, which is ``Datastreams($expand=Sensor)``."""
    name = _name(reader)
    if reader.takes("/"):
        return Expansion(name, Options(expand=(_expansion(reader),)))
    read: dict[str, Any] = {}
    given: list[tuple[str, str]] = []
    if reader.takes("("):
        while not reader.takes(")"):
            option = _name(reader)
            reader.need("=")
            began = reader.word.at
            _one(option, reader, read)
            given.append((option, reader.given[began : reader.word.at].strip()))
            if reader.word.text != ")":
                reader.need(";")
    return Expansion(name, Options(**read, given=tuple(given)))


def merged(expansions: Iterable[Expansion]) -> dict[str, Options]:
    """One set of options a navigation: ``Datastreams/Sensor,Datastreams/Thing`` asks for both below Datastreams."""
    found: dict[str, Options] = {}
    for each in expansions:
        before = found.get(each.navigation)
        if before is None:
            found[each.navigation] = each.options
        else:
            first, second = (before, each.options) if before.given else (each.options, before)
            found[each.navigation] = replace(first, expand=(*first.expand, *second.expand))
    return found


def _format(reader: Reader) -> bool:
    word = _name(reader)
    if word.lower() not in ("dataarray", "default", "json"):
        raise BadQuery(given=word, reason=text("没有此结果格式", "there is no such result format"))
    return word.lower() == "dataarray"


_READERS: Mapping[str, tuple[str, Callable[[Reader], Any]]] = {
    "filter": ("filter", lambda reader: reader.expression()),
    "orderby": ("order", ordering),
    "select": ("select", _names),
    "expand": ("expand", _expansions),
    "top": ("top", _number),
    "skip": ("skip", _number),
    "count": ("count", _truth),
    "resultformat": ("as_array", _format),
}
