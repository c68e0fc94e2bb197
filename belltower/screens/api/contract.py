# SPDX-License-Identifier: Apache-2.0
"""The promise of /api/v1: changes are additive. Compares two OpenAPI documents and names each broken promise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

COMMITTED = Path("docs/reference/openapi.json")

Document = dict[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")


def breaks(old: Document, new: Document) -> list[str]:
    """What a client written against ``old`` could stumble over in ``new``, a sentence each; [] when nothing.

    Removed: operations, parameters, answers, fields, enum values. Retyped: parameters and fields. Newly required:
    parameters and fields of a request. Newly optional: fields of an answer, which clients may rely on.
    """
    both = Both(old, new)
    return [fault for path, methods in old["paths"].items() for fault in _path(path, methods, both)]


def _path(path: str, methods: Document, both: Both) -> Iterator[str]:
    for method in filter(methods.__contains__, _METHODS):
        name = f"{method.upper()} {path}"
        after = both.new["paths"].get(path, {}).get(method)
        if after is None:
            yield f"{name} was removed."
            continue
        yield from _parameters(name, methods[method], after, both)
        yield from _body(name, methods[method], after, both)
        yield from _answers(name, methods[method], after, both)


class Both:
    """Two documents, walked side by side; every named schema is compared once."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self.seen: set[tuple[str, bool]] = set()

    def schemas(self, name: str, old: Document, new: Document, *, asked: bool) -> Iterator[str]:
        """Compare two schemas; ``asked`` for a request's, where requiring more breaks, else an answer's."""
        if "$ref" in old:
            if (old["$ref"], asked) in self.seen:
                return
            self.seen.add((old["$ref"], asked))
            if "$ref" in new and (known := old["$ref"].rsplit("/", 1)[-1]):
                name = known
        before, after = _resolve(old, self.old), _resolve(new, self.new)
        yield from _types(name, before, after, asked=asked)
        yield from self._variants(name, before, after, asked=asked)
        yield from self._fields(name, before, after, asked=asked)
        if "items" in before and "items" in after:
            yield from self.schemas(f"{name}[]", before["items"], after["items"], asked=asked)

    def _variants(self, name: str, old: Document, new: Document, *, asked: bool) -> Iterator[str]:
        variants = [_resolve(one, self.new) | one for one in new.get("anyOf", ())]
        for one in old.get("anyOf", ()):
            kind = _kind(_resolve(one, self.old))
            match = next((x for x in variants if _kind(x) == kind and x.get("$ref") == one.get("$ref")), None)
            match = match or next((x for x in variants if _kind(x) == kind), None)
            if match is None:
                yield f"{name} may no longer be {kind}."
            else:
                yield from self.schemas(name, one, match, asked=asked)
        kinds = {_kind(_resolve(one, self.old)) for one in old.get("anyOf", ())}
        if kinds and not asked:
            yield from (f"{name} may be {_kind(one)} now." for one in variants if _kind(one) not in kinds)

    def _fields(self, name: str, old: Document, new: Document, *, asked: bool) -> Iterator[str]:
        was, now = old.get("properties", {}), new.get("properties", {})
        for field in was:
            if field not in now:
                yield f"The field {name}.{field} was removed."
            else:
                yield from self.schemas(f"{name}.{field}", was[field], now[field], asked=asked)
        needed_before, needed_now = set(old.get("required", ())), set(new.get("required", ()))
        if asked:
            yield from (f"The field {name}.{field} is required now." for field in sorted(needed_now - needed_before))
        else:
            missing = sorted((needed_before - needed_now) & now.keys())
            yield from (f"The field {name}.{field} may be missing now." for field in missing)


def _parameters(name: str, old: Document, new: Document, both: Both) -> Iterator[str]:
    was = {(one["in"], one["name"]): one for one in old.get("parameters", ())}
    now = {(one["in"], one["name"]): one for one in new.get("parameters", ())}
    for place, parameter in was:
        if (place, parameter) not in now:
            yield f"The parameter '{parameter}' of {name} was removed."
    for (place, parameter), after in now.items():
        before = was.get((place, parameter))
        if after.get("required") and not (before and before.get("required")):
            yield f"The parameter '{parameter}' of {name} is required now."
        if before:
            yield from both.schemas(f"{name} ?{parameter}", before["schema"], after["schema"], asked=True)


def _body(name: str, old: Document, new: Document, both: Both) -> Iterator[str]:
    was, now = old.get("requestBody"), new.get("requestBody")
    if now and now.get("required") and not was:
        yield f"{name} requires a body now."
    for media, before in (was or {}).get("content", {}).items():
        after = (now or {}).get("content", {}).get(media)
        if after is None:
            yield f"{name} no longer takes {media}."
        else:
            yield from both.schemas(f"the body of {name}", before["schema"], after["schema"], asked=True)


def _answers(name: str, old: Document, new: Document, both: Both) -> Iterator[str]:
    for status, before in old["responses"].items():
        after = new["responses"].get(status)
        if after is None:
            yield f"{name} no longer answers {status}."
            continue
        for media, held in before.get("content", {}).items():
            if media not in after.get("content", {}):
                yield f"{name} no longer answers {status} as {media}."
            else:
                schema = after["content"][media]["schema"]
                yield from both.schemas(f"the answer of {name}", held["schema"], schema, asked=False)


def _types(name: str, old: Document, new: Document, *, asked: bool) -> Iterator[str]:
    if "anyOf" not in old and _kind(old) != _kind(new) and not (asked and _takes(new, old)):
        yield f"{name} was {_kind(old)} and is {_kind(new)} now."
    for value in old.get("enum", ()):
        if "enum" in new and value not in new["enum"]:
            yield f"{name} may no longer be '{value}'."
    if asked and "enum" in new and "enum" not in old:
        yield f"{name} is limited to {new['enum']} now."


def _takes(new: Document, old: Document) -> bool:
    """Whether a request field that became a choice of types still takes its old one."""
    return any(_kind(one) == _kind(old) for one in new.get("anyOf", ()))


def _kind(schema: Document) -> str:
    """The JSON type of a schema in a word, with its format where it has one."""
    if "anyOf" in schema:
        return "one of several"
    if "const" in schema:
        return f"'{schema['const']}'"
    kind = str(schema.get("type", "anything"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _resolve(schema: Document, document: Document) -> Document:
    """The schema that a reference stands for."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema
