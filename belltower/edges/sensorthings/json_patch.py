# SPDX-License-Identifier: Apache-2.0
"""JSON Patch (RFC 6902) of an entity's properties: add, remove, replace, move, copy, test."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from belltower.edges.sensorthings.errors import BadEntity, text

MEDIA_TYPE = "application/json-patch+json"


def changed(now: Mapping[str, Any], operations: object) -> dict[str, Any]:
    """The properties that differ after ``operations``, as a merge would write them. Raises BadEntity."""
    if not isinstance(operations, list) or not all(isinstance(each, dict) for each in operations):
        raise _wrong("[]")
    after: dict[str, Any] = copy.deepcopy(dict(now))
    for each in operations:
        try:
            _apply(after, each)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError):
            raise _wrong(str(each)[:100]) from None
    return {name: after.get(name) for name in now if after.get(name) != now[name]}


def _apply(document: dict[str, Any], operation: Mapping[str, Any]) -> None:
    verb, path = operation["op"], _steps(operation["path"])
    if verb in ("move", "copy"):
        origin = _steps(operation["from"])
        value = copy.deepcopy(_at(document, origin))
        if verb == "move":
            _remove(document, origin)
        _add(document, path, value)
    elif verb == "add":
        _add(document, path, operation["value"])
    elif verb == "remove":
        _remove(document, path)
    elif verb == "replace":
        _at(document, path)
        _remove(document, path)
        _add(document, path, operation["value"])
    elif verb != "test" or _at(document, path) != operation["value"]:
        raise ValueError(verb)


def _steps(pointer: str) -> list[str]:
    if not pointer.startswith("/"):
        raise ValueError(pointer)
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]


def _at(document: Any, steps: list[str]) -> Any:
    for step in steps:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def _add(document: dict[str, Any], steps: list[str], value: Any) -> None:
    holder = _at(document, steps[:-1])
    if holder is None and len(steps) == 2:  # "properties" that are not there yet
        holder = document[steps[0]] = {}
    if isinstance(holder, list):
        holder.insert(len(holder) if steps[-1] == "-" else int(steps[-1]), value)
    else:
        holder[steps[-1]] = value


def _remove(document: dict[str, Any], steps: list[str]) -> None:
    holder = _at(document, steps[:-1])
    del holder[int(steps[-1]) if isinstance(holder, list) else steps[-1]]


def _wrong(given: str) -> BadEntity:
    return BadEntity(entity="JSON Patch", reason=text("无法执行 {given}", "{given} cannot be done", given=given))
