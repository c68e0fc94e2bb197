# SPDX-License-Identifier: Apache-2.0
"""Files as they come: encodings, delimiters, broken rows, and files that are not what they seem."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.core.places.loading.errors import UnreadableFile
from belltower.core.places.loading.readers import open_file
from belltower.core.places.loading.readers.csv_file import CsvFile
from belltower.core.places.loading.readers.source import Source

REGISTER = '编号,名称,备注\nL-1,灯一,好\nL-2,灯二,"第一行\n第二行"\nL-3,灯三,坏\n'


def written(folder: Path, content: bytes, name: str = "lights.csv") -> Source:
    path = folder / name
    path.write_bytes(content)
    return open_file(path)


def cells(source: Source, column: str) -> list[str]:
    return [cell for chunk in source.chunks() for cell in chunk.values[column]]


def broken(source: Source) -> list[int]:
    return [each.row for chunk in source.chunks() for each in chunk.broken]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_register_is_read_in_any_of_its_usual_encodings(tmp_path: Path, encoding: str) -> None:
    source = written(tmp_path, REGISTER.encode(encoding))
    assert source.shape.columns == ("编号", "名称", "备注")
    assert cells(source, "名称") == ["灯一", "灯二", "灯三"]
    assert cells(source, "备注")[1] == "第一行\n第二行"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    source = written(tmp_path, REGISTER.replace(",", delimiter).encode())
    assert cells(source, "编号") == ["L-1", "L-2", "L-3"]


def test_rows_have_the_numbers_a_spreadsheet_shows(tmp_path: Path) -> None:
    source = written(tmp_path, b"a,b\n1,2\n\n3,4\n")
    assert [row for chunk in source.chunks() for row in chunk.rows] == [2, 4]


def test_an_open_quote_costs_one_row_and_not_the_rest(tmp_path: Path) -> None:
    source = written(tmp_path, b'key,note\nL-1,ok\nL-2,"never closed\nL-3,ok\nL-4,"fine"\nL-5,ok\n')
    assert cells(source, "key") == ["L-1", "L-3", "L-4", "L-5"]
    assert broken(source) == [3]


def test_a_row_of_another_width_is_told_with_all_it_held(tmp_path: Path) -> None:
    source = written(tmp_path, b"key,note\nL-1,a,b,c\nL-2\nL-3,ok,\n")
    asides = [each for chunk in source.chunks() for each in chunk.broken]
    assert [(each.row, each.values) for each in asides] == [(2, {"key": "L-1", "note": "a b c"}), (3, {"key": "L-2"})]
    assert cells(source, "key") == ["L-3"]


def test_bytes_that_are_no_text_cost_their_row(tmp_path: Path) -> None:
    source = written(tmp_path, "key,note\nL-1,好\nL-2,".encode() + b"\xff\xfe\x81" + "\nL-3,坏\n".encode())
    assert cells(source, "key") == ["L-1", "L-3"]
    assert broken(source) == [3]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_and_every_row_is_counted(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """No row is read twice and none is lost: the numbers of rows taken and rows broken never meet."""
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(b"key,note\n" + content)
    try:
        source = CsvFile(path, "any.csv")
    except UnreadableFile:
        return
    chunks = list(source.chunks(3))
    rows = [row for chunk in chunks for row in (*chunk.rows, *(each.row for each in chunk.broken))]
    assert len(rows) == len(set(rows))
    assert all(len(column) == len(chunk.rows) for chunk in chunks for column in chunk.values.values())


@given(
    st.lists(
        st.tuples(
            st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\ufeff\r\n"), min_size=1),
            st.text(alphabet="ab\"',;\n"),
        ),
        max_size=30,
    )
)
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    import csv

    path = tmp_path_factory.mktemp("back") / "back.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("key", "note"), *rows])
    source = CsvFile(path, "back.csv")
    found = [row for chunk in source.chunks() for row in zip(*chunk.values.values(), strict=True)]
    assert found == [row for row in rows if row[0].strip() or row[1].strip()]
    assert broken(source) == []


def test_broken_json_is_told_with_its_byte(tmp_path: Path) -> None:
    content = json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": None}]}
    )
    with pytest.raises(UnreadableFile, match=r"broken at byte \d+"):
        written(tmp_path, content[:60].encode(), "a.geojson")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b"key,note\n1,2\n"), ("a.csv", b""), ("a.gpkg", b"nothing"), ("a.zip", b"PK\x03\x04nothing"),
     ("a.csv", bytes(range(1, 32)) * 9), ("a.geojson", b'{"type": "Point"}'), ("a.xlsx", b"PK\x03\x04broken")],
)  # fmt: skip
def test_a_file_that_is_not_what_it_seems_is_refused_in_words(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(UnreadableFile) as refused:
        written(tmp_path, content, name)
    assert name in refused.value.say("zh")
