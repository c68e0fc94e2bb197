# SPDX-License-Identifier: Apache-2.0
"""Every address of the people's door, with something filled in where it has a gap; read from the URL map itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

# What is filled in, by the converter of the gap.
FILLINGS = {
    "uuidstr": "0190b8a0-0000-7000-8000-000000000000",
    "uuid": "0190b8a0-0000-7000-8000-000000000000",
    "int": "1",
    "slug": "430405",
    "str": "x",
    "path": "x",
}
_GAP = re.compile(r"<(?:(\w+):)?\w+>")


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the URL map."""

    name: str
    address: str

    def __str__(self) -> str:
        return self.name or self.address


def every_route() -> list[Route]:
    """All addresses, each once, by the name that Django finds for it (its first)."""
    found: dict[str, Route] = {}
    for route in _below(get_resolver(), "/", ""):
        found.setdefault(route.address, route)
    return sorted(found.values(), key=lambda one: one.address)


def _below(resolver: URLResolver, before: str, space: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        address = before + _filled(pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _below(pattern, address, inner)
        elif isinstance(pattern, URLPattern):
            yield Route(f"{space}{pattern.name or ''}", address)


def _filled(pattern: URLPattern | URLResolver) -> str:
    if isinstance(pattern.pattern, RoutePattern):
        return _GAP.sub(lambda gap: FILLINGS[gap[1] or "str"], str(pattern.pattern))
    assert isinstance(pattern.pattern, RegexPattern), pattern
    return str(pattern.pattern).strip("^$").replace("\\", "") + "x"
