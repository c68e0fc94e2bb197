# SPDX-License-Identifier: Apache-2.0
"""CSV of any delimiter and the encodings seen in the field; a row with a broken quote costs that row only."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from belltower.core.places.loading.errors import UnreadableFile
from belltower.core.places.loading.readers.encodings import BAD, sniff_encoding
from belltower.core.places.loading.readers.source import CHUNK, Broken, Chunk, Shape, column_names, is_blank
from belltower.kernel.texts import Text

DELIMITERS = (",", ";", "\t", "|")
_LONGEST_CELL = 16 << 20  # outlines as WKT are long
_MOST_LINES = 5_000  # of one record; beyond it a quote was never closed
_BLOCK = 1 << 20

_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a]")
_UNCLOSED = Text(zh="引号没有闭合，或闭合的位置不对", en="a quote is not closed, or closes in the wrong place")
_CELLS = Text(
    zh="该行有 {found} 个单元格，表头有 {expected} 列", en="the row has {found} cells, the header has {expected}"
)
_BYTES = Text(
    zh="该行含有不属于 {encoding} 编码的字节", en="the row holds bytes that are no text in the encoding {encoding}"
)


class CsvFile:
    """A CSV file. Row 1 is the header, as spreadsheets count."""

    def __init__(self, path: Path, name: str) -> None:
        csv.field_size_limit(_LONGEST_CELL)
        self.path, self.name = path, name
        self._encoding, self._is_all_text = sniff_encoding(path)
        self._delimiter = self._sniff_delimiter()
        header = next((record for record in self._records() if not is_blank(record.cells)), None)
        if header is None:
            raise UnreadableFile(file=name, reason=Text(zh="文件是空的", en="it is empty"))
        if _NO_TEXT.search("".join(header.cells)):
            raise UnreadableFile(file=name, reason=Text(zh="内容不是文本表格", en="its content is no table of text"))
        self._header_row = header.row
        self.shape = Shape(
            "csv",
            column_names(header.cells),
            details={"encoding": self._encoding, "delimiter": self._delimiter},
        )

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]:
        """The rows after the header, in chunks of up to about ``size``."""
        columns, total = self.shape.columns, max(self.path.stat().st_size, 1)
        gathered = _Gathered(columns, self._encoding, self._is_all_text)
        with self._open() as file:
            for first, records in _parts(_Lines(file), self._delimiter, len(columns)):
                gathered.take(first, records, after=self._header_row)
                if len(gathered) >= size:
                    yield gathered.chunk(min(file.buffer.tell() / total, 1.0))  # type: ignore[attr-defined]
                    gathered = _Gathered(columns, self._encoding, self._is_all_text)
        yield gathered.chunk(1.0)

    def _records(self) -> Iterator[Record]:
        with self._open() as file:
            yield from _careful(_Lines(file), self._delimiter, None)

    def _open(self) -> IO[str]:
        return self.path.open(encoding=self._encoding, errors="replace", newline="")

    def _sniff_delimiter(self) -> str:
        """The delimiter that gives the header most cells."""
        with self._open() as file:
            lines = [line for _ in range(20) if (line := file.readline(1 << 16))]
        return max(DELIMITERS, key=lambda each: _width(lines, each)) if lines else ","


def _width(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How many cells the first row has, and how many of the others have as many."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0, 0
    return (len(rows[0]), sum(len(row) == len(rows[0]) for row in rows)) if rows else (0, 0)


@dataclass(slots=True)
class Record:
    """One record: its row number, and its cells or why it has none."""

    row: int
    cells: list[str]
    reason: Text | None = None


Cells = list[list[str]]


def _parts(lines: _Lines, delimiter: str, width: int) -> Iterator[tuple[int, Cells | Record]]:
    """The row number of the first, and rows that are all well, or one record that was looked at more closely."""
    row = 1
    while True:
        cells = _plain_rows(lines, delimiter, width)
        if cells:
            yield row, cells
            row += len(cells)
            continue
        for record in _careful(lines, delimiter, width, first=row):
            yield record.row, record
            row = record.row + 1
            if not lines.is_ahead:
                break
        else:
            return


def _plain_rows(lines: _Lines, delimiter: str, width: int) -> Cells:
    """A block of lines as rows, where there is no quote in it and every row is as wide as the header; else nothing."""
    block = lines.peek()
    if any('"' in line for line in block):
        return []
    try:
        cells = list(csv.reader(block, delimiter=delimiter))
    except csv.Error:
        return []
    if len(cells) != len(block) or set(map(len, cells)) != {width} or not all(map(str.strip, map("".join, cells))):
        return []
    lines.drop()
    return cells


def _careful(lines: _Lines, delimiter: str, width: int | None, *, first: int = 1) -> Iterator[Record]:
    """Record by record. One that spans lines and comes out wrong is cut after its first line and read on from there."""
    row = first - 1
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.begin()
        row += 1
        try:
            cells = next(reader, None)
        except csv.Error:
            reader = _after_first_line(lines, delimiter)
            yield Record(row, [lines.first.rstrip("\r\n")], _UNCLOSED)
            continue
        if cells is None:
            return
        if lines.spanned > 1 and (lines.is_open or (width is not None and len(cells) != width)):
            reader = _after_first_line(lines, delimiter)
            yield Record(row, [lines.first.rstrip("\r\n")], _UNCLOSED)
        elif width is not None and cells and len(cells) != width and not _is_padded(cells, width):
            yield Record(row, cells, _CELLS.format(found=len(cells), expected=width))
        else:
            yield Record(row, cells[:width])


def _after_first_line(lines: _Lines, delimiter: str) -> Any:
    lines.back_to_second()
    return csv.reader(lines, delimiter=delimiter)


def _is_padded(cells: Sequence[str], width: int) -> bool:
    """Whether the only cells too many are empty ones at the end."""
    return len(cells) > width and is_blank(cells[width:])


class _Lines:
    """The lines of a file, remembering those of the record being read so that they can be read again."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._ahead: list[str] = []
        self._taken: list[str] = []
        self.first = ""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self._taken) >= _MOST_LINES:
            raise csv.Error("too many lines")
        if not self._ahead:
            self._ahead = self._file.readlines(_BLOCK)[::-1]
            if not self._ahead:
                raise StopIteration
        line = self._ahead.pop()
        self._taken.append(line)
        return line

    @property
    def is_ahead(self) -> bool:
        """Whether lines have been taken from the file that nobody has read."""
        return bool(self._ahead)

    def peek(self) -> list[str]:
        """The block of lines ahead, in order; they stay ahead until they are dropped or read."""
        if not self._ahead:
            self._ahead = self._file.readlines(_BLOCK)[::-1]
        return self._ahead[::-1]

    def drop(self) -> None:
        """The block ahead has been read."""
        self._ahead = []

    def begin(self) -> None:
        """A new record begins with the next line."""
        self._taken = []

    @property
    def spanned(self) -> int:
        """How many lines the record took."""
        if self._taken:
            self.first = self._taken[0]
        return len(self._taken)

    @property
    def is_open(self) -> bool:
        """Whether the file ended inside a quote."""
        return sum(line.count('"') for line in self._taken) % 2 == 1

    def back_to_second(self) -> None:
        """Read the record's lines again, all but the first."""
        self.first = self._taken[0] if self._taken else ""
        self._ahead.extend(reversed(self._taken[1:]))
        self._taken = []


@dataclass(slots=True)
class _Gathered:
    """Records on their way into a chunk."""

    columns: tuple[str, ...]
    encoding: str
    is_all_text: bool
    rows: list[int] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows) + len(self.broken)

    def take(self, first: int, records: Cells | Record, *, after: int) -> None:
        """Take rows from row number ``first`` on, or one record; those up to row ``after`` are above the table."""
        if isinstance(records, Record):
            if records.row > after:
                self._take_one(records)
            return
        above = max(after + 1 - first, 0)
        self.rows.extend(range(first + above, first + len(records)))
        self.cells.extend(records[above:])

    def _take_one(self, record: Record) -> None:
        if record.reason is not None:
            self._break(record, record.reason)
        elif not is_blank(record.cells):
            self.rows.append(record.row)
            self.cells.append(record.cells)

    def _break(self, record: Record, reason: Text) -> None:
        # Cells beyond the header stay in the last one: nothing that stood there is dropped.
        cells, width = record.cells, len(self.columns)
        if len(cells) > width:
            cells = [*cells[: width - 1], " ".join(cells[width - 1 :])]
        values = dict(zip(self.columns, cells, strict=False))
        self.broken.append(Broken(record.row, reason, values))

    def chunk(self, share: float) -> Chunk:
        """The chunk; rows with bytes that are no text go aside."""
        bad = set() if self.is_all_text else {at for at, cells in enumerate(self.cells) if BAD in "".join(cells)}
        for at in sorted(bad):
            self._break(Record(self.rows[at], self.cells[at]), _BYTES.format(encoding=self.encoding))
        rows = [row for at, row in enumerate(self.rows) if at not in bad] if bad else self.rows
        cells = [row for at, row in enumerate(self.cells) if at not in bad] if bad else self.cells
        columns: Sequence[Sequence[str]] = list(zip(*cells, strict=True)) if cells else [()] * len(self.columns)
        return Chunk(rows, dict(zip(self.columns, columns, strict=True)), None, self.broken, share)
