# SPDX-License-Identifier: Apache-2.0
"""What every pack owes the people who use it: words in both languages, a page, an honest checklist, a place on the map."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest
import yaml

from belltower.kernel.codes import check_class_code
from belltower.kernel.packs import Pack
from belltower.kernel.texts import Text
from belltower.packs.register import GROUP

ICONS = Path(__file__).parents[3] / "web" / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
CHECKLIST = {
    "sourced_standards",
    "worked_examples",
    "recorded_payloads",
    "silent_sensor_is_shown",
    "resident_page",
    "every_kind_on_the_map",
    "official_codes",
    "names_of_real_columns",
    "translated",
}
POINTS = sorted(entry_points(group=GROUP), key=lambda point: point.name)
each_pack = pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)


def _pack(point: EntryPoint) -> Pack:
    pack: Pack = point.load()
    return pack


def _folder(point: EntryPoint) -> Traversable:
    return files(import_module(point.module).__package__ or point.module)


def _readiness(point: EntryPoint) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((_folder(point) / "readiness.yaml").read_text(encoding="utf-8"))
    return found


def _texts(pack: Pack) -> Iterator[Text]:
    yield from (pack.title, pack.about)
    yield from (each.title for each in (*pack.streams, *pack.cases))
    for kind in pack.assets:
        yield kind.title
        for field in kind.fields:
            yield field.title
            yield from (choice.title for choice in field.choices)


def test_there_are_packs() -> None:
    assert {point.name for point in POINTS} >= {
        "advertising", "bikes", "excavation", "gas", "ground", "poles", "sanitation", "stations", "waste",
    }  # fmt: skip


@each_pack
def test_every_word_of_a_pack_is_said_in_chinese_and_english(point: EntryPoint) -> None:
    assert [text for text in _texts(_pack(point)) if not (text.zh and text.en)] == []


@each_pack
def test_a_pack_has_a_page_that_names_each_of_its_kinds(point: EntryPoint) -> None:
    page = (_folder(point) / "README.md").read_text(encoding="utf-8")
    assert [kind.name for kind in _pack(point).assets if f"`{kind.name}`" not in page] == []


@each_pack
def test_a_packs_checklist_says_done_todo_or_exempt_with_a_reason(point: EntryPoint) -> None:
    said = _readiness(point)
    assert set(said) == CHECKLIST
    for item, state in said.items():
        is_exempt = isinstance(state, dict) and set(state) == {"exempt"} and len(str(state["exempt"])) > 10
        assert state in ("done", "todo") or is_exempt, item


@each_pack
def test_every_kind_is_on_the_map_or_the_checklist_says_why_not(point: EntryPoint) -> None:
    shown = {layer.kind for layer in _pack(point).layers}
    hidden = {kind.name for kind in _pack(point).assets} - shown
    assert not hidden or _readiness(point)["every_kind_on_the_map"] != "done", hidden


@each_pack
def test_official_classes_are_well_formed(point: EntryPoint) -> None:
    pack = _pack(point)
    codes = [kind.gb_code for kind in pack.assets if kind.gb_code]
    codes += [case.matter_code for case in pack.cases if case.matter_code]
    assert [wrong for code in codes if (wrong := check_class_code(code))] == []


@each_pack
def test_a_checklist_does_not_claim_what_the_manifest_lacks(point: EntryPoint) -> None:
    pack, said = _pack(point), _readiness(point)
    if said["official_codes"] == "done":
        assert any(kind.gb_code for kind in pack.assets)
    if said["names_of_real_columns"] == "done":
        assert any(kind.aliases or any(field.aliases for field in kind.fields) for kind in pack.assets)
    if said["sourced_standards"] == "done":
        assert (_folder(point) / "standards").is_dir()


@each_pack
def test_every_layer_has_an_icon_that_is_there(point: EntryPoint) -> None:
    if not ICONS.is_dir():
        pytest.skip("the front end is not set up (make setup), so the icons are not here to look at")
    assert [layer.icon for layer in _pack(point).layers if not (ICONS / f"{layer.icon}.svg").is_file()] == []
