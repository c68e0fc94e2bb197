# SPDX-License-Identifier: Apache-2.0
"""Spreadsheets (XLSX, and XLS and ODS as well): the first sheet that holds a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine

from belltower.core.places.loading.errors import UnreadableFile
from belltower.core.places.loading.readers.source import CHUNK, Chunk, Shape, column_names, is_blank
from belltower.kernel.texts import Text

_LOOKED_AT = 10


class SheetFile:
    """A spreadsheet. Titles above the table are passed over: the header is the first row as wide as the table."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        try:
            self._book = python_calamine.CalamineWorkbook.from_path(str(path))
            self._sheet = self._first_with_rows()
        except (python_calamine.CalamineError, OSError, ValueError) as error:
            reason = Text(zh=f"不是可读的电子表格（{error}）", en=f"it is not a readable spreadsheet ({error})")
            raise UnreadableFile(file=name, reason=reason) from None
        self._skipped, header = self._header()
        self._width = len(header)
        self.shape = Shape("xlsx", column_names(header), details={"sheet": self._sheet.name})

    def _first_with_rows(self) -> Any:
        for sheet in self._book.sheet_names:
            found = self._book.get_sheet_by_name(sheet)
            if found.total_height:
                return found
        raise ValueError("every sheet is empty")

    def _rows(self) -> Iterator[tuple[int, Sequence[Any]]]:
        """Row number and cells of every row, from the first."""
        return enumerate(self._sheet.iter_rows(), start=1)

    def _header(self) -> tuple[int, list[Any]]:
        """The number of the header's row, and its cells up to the last that is filled."""
        rows = list(islice(self._rows(), _LOOKED_AT))
        widest = max((_filled(cells) for _, cells in rows), default=0)
        for number, cells in rows:
            if widest and _filled(cells) * 2 > widest:
                return number, _trimmed(cells)
        raise UnreadableFile(file=self.name, reason=Text(zh="表格没有表头", en="its sheet has no header"))

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]:
        """The rows below the header, in chunks of ``size``."""
        rows, total = self._rows(), max(self._sheet.total_height, 1)
        for number, _ in rows:
            if number == self._skipped:
                break
        while part := list(islice(rows, size)):
            kept = [(number, _fit(cells, self._width)) for number, cells in part if not is_blank(cells)]
            columns = zip(*(cells for _, cells in kept), strict=True) if kept else [()] * self._width
            values = dict(zip(self.shape.columns, columns, strict=True))
            yield Chunk([number for number, _ in kept], values, share=min(part[-1][0] / total, 1.0))


def _filled(cells: Sequence[Any]) -> int:
    return sum(cell not in ("", None) for cell in cells)


def _trimmed(cells: Sequence[Any]) -> list[Any]:
    kept = list(cells)
    while kept and kept[-1] in ("", None):
        kept.pop()
    return kept


def _fit(cells: Sequence[Any], width: int) -> list[Any]:
    return [*cells[:width], *[""] * (width - len(cells))]
