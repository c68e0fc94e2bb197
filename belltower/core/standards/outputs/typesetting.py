# SPDX-License-Identifier: Apache-2.0
"""Pages set by typst from a template of ours and plain data: the same bytes for the same data, and no page with a hole in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from belltower.core.standards.outputs.errors import NoFonts, NotTypeset

ROOT = Path(__file__).parents[2]
"""The rooms of core: a template of another room imports ``/standards/outputs/templates/house.typ``."""
TEMPLATES = Path(__file__).parent / "templates"
FONTS = ("NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf")


def typeset(template: str, data: Mapping[str, Any], *, fonts: Path, day: date) -> bytes:
    """The PDF (PDF/A-2a, PDF/UA-1) of a template with ``data``: one of ours (``book``), or of another room by its place in
    core (``campaigns/templates/closing``). Raises NotTypeset, NoFonts.

    Texts travel as data and are never read as markup. The archival standard makes a character without a glyph an error,
    which otherwise is silent; warnings (a family that is not there) are errors here too. ``day`` is the day it says it was made.
    """
    try:
        made, warnings = typst.compile_with_warnings(
            (ROOT if "/" in template else TEMPLATES) / f"{template}.typ", root=ROOT, font_paths=_fonts(fonts), ignore_system_fonts=True, format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, pdf_standards=["a-2a", "ua-1"],
            timestamp=datetime.combine(day, time(), UTC),
        )  # fmt: skip
    except typst.TypstError as error:
        raise NotTypeset(what=template, reason=error.message) from None
    if warnings:
        raise NotTypeset(what=template, reason=warnings[0].message)
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=4)
def _fonts(folder: Path) -> typst.Fonts:
    """The two weights of our one family, and nothing that this machine happens to have. Raises NoFonts."""
    if not all((folder / name).is_file() for name in FONTS):
        raise NoFonts(folder=folder)
    return typst.Fonts(font_paths=[folder], include_system_fonts=False, include_embedded_fonts=False)
