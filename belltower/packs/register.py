# SPDX-License-Identifier: Apache-2.0
"""Finds the installed packs through their entry points and registers what they declare."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib.metadata import entry_points
from importlib.resources import files

from belltower.kernel.packs import BadDeclaration, Pack, Register

GROUP = "belltower.packs"


def discover(enabled: Collection[str] | None = None) -> Register:
    """The register of every installed pack, or of the ``enabled`` ones only.

    Raises BadDeclaration when an entry point is not a Pack, its name differs, or an enabled pack is not installed.
    """
    points = {point.name: point for point in entry_points(group=GROUP)}
    wanted = points.keys() if enabled is None else enabled
    return Register(tuple(_load(name, points) for name in sorted(wanted)))


def standards(register: Register) -> Iterator[tuple[str, str]]:
    """The written standards of the registered packs: each file of their folder ``standards``, by pack and name, with its text."""
    points = {point.name: point for point in entry_points(group=GROUP)}
    for pack in register.packs:
        folder = files(points[pack.name].module.rpartition(".")[0]) / "standards"
        if folder.is_dir():
            for file in sorted(folder.iterdir(), key=lambda one: one.name):
                if file.name.endswith(".yaml"):
                    yield f"{pack.name}/{file.name}", file.read_text(encoding="utf-8")


def _load(name: str, points) -> Pack:  # type: ignore[no-untyped-def]
    if name not in points:
        raise BadDeclaration(
            pack=name, reason=f"it is enabled but not installed (there are {', '.join(sorted(points))})"
        )
    pack = points[name].load()
    if not isinstance(pack, Pack) or pack.name != name:
        raise BadDeclaration(pack=name, reason=f"its entry point is not a Pack named '{name}'")
    return pack
