# SPDX-License-Identifier: Apache-2.0
"""What the front-end build made: which files an entry needs, and the drawing of each icon."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.templatetags.static import static

FOLDER = Path(__file__).parent / "static" / "built"
FONTS = FOLDER / "fonts"
"""The fonts for print."""
BELL = (FOLDER.parent / "console" / "bell.svg").read_text(encoding="utf-8").replace("#7a8794", "currentColor").strip()
BELL = BELL.replace("<svg ", '<svg class="icon bt-bell" aria-hidden="true" ')


@dataclass(frozen=True, slots=True)
class Entry:
    """The addresses a page loads for one entry: style sheets, the script, and the chunks that it imports."""

    styles: tuple[str, ...]
    script: str
    chunks: tuple[str, ...]


class NotBuilt(RuntimeError):
    """The front end was not built yet."""

    def __init__(self) -> None:
        super().__init__("The front end is not built. Run `make setup`.")


def entry(name: str) -> Entry:
    """The files of the entry ``name`` (its source, as "src/console.ts"). Raises NotBuilt, KeyError."""
    manifest = _manifest()
    chunks = _imported(manifest, name)
    styles = dict.fromkeys(style for key in (*chunks, name) for style in manifest[key].get("css", ()))
    return Entry(
        styles=tuple(_address(style) for style in styles),
        script=_address(manifest[name]["file"]),
        chunks=tuple(_address(manifest[key]["file"]) for key in chunks),
    )


def has(name: str) -> bool:
    """Whether the build made that entry."""
    return name in _manifest()


def icon(name: str) -> str:
    """The inside of the SVG of a Tabler outline icon; a plain circle where there is none of that name."""
    return _icons().get(name) or '<path d="M12 12m-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0"/>'


def _imported(manifest: dict[str, dict[str, list[str]]], name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for key in manifest[name].get("imports", ()):
        found |= dict.fromkeys((*_imported(manifest, key), key))
    return tuple(found)


def _address(file: str) -> str:
    return static(f"built/{file}")


def _manifest() -> dict[str, Any]:
    manifest: dict[str, Any] = _newest(FOLDER / "manifest.json")
    return manifest


def _icons() -> dict[str, str]:
    icons: dict[str, str] = _newest(FOLDER / "icons.json")
    return icons


# What was last read of each file, and the file's state then.
_kept: dict[Path, tuple[tuple[int, int], Any]] = {}


def _newest(path: Path) -> Any:
    """The file's content; while it is being built anew, what it was before. Raises NotBuilt where there is neither."""
    try:
        found = path.stat()
        state = (found.st_mtime_ns, found.st_size)
        if path not in _kept or _kept[path][0] != state:
            _kept[path] = (state, json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        if path not in _kept:
            raise NotBuilt from None
    return _kept[path][1]
