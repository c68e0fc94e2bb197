# SPDX-License-Identifier: Apache-2.0
"""What is printed: the same bytes again, nothing off the page, no hole where a character has no glyph, doubt in sight."""

from __future__ import annotations

import re

import pytest

from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Role
from belltower.core.standards.outputs.book import Print, book, book_data
from belltower.core.standards.outputs.edition import Chosen, edition
from belltower.core.standards.outputs.errors import NoFonts, NothingToPrint, NotTypeset
from belltower.core.standards.outputs.oscal import NAMESPACE, catalogue
from belltower.core.standards.outputs.table import table
from belltower.core.standards.outputs.tests.scene import (
    AFTER,
    BEFORE,
    FONTS,
    WRITTEN,
    lights,
    on,
    outside_the_page,
    text_of,
)

UUID = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[45][0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}")
TOKEN = re.compile(r"[^\W\d][\w.\-]*")


@pytest.mark.parametrize(("language", "paper"), [("zh", "a6"), ("both", "a6"), ("en", "a4")])
def test_a_book_says_all_that_a_clause_says_and_stays_on_its_pages(language: str, paper: str) -> None:
    how = Print(
        FONTS, language=language, paper=paper, address="https://city.example", publisher="市城管局", head="7 0abc"
    )
    made = book(on(AFTER), how)
    assert made == book(on(AFTER), how)
    assert outside_the_page(made, 12) == []
    text = text_of(made).replace("\u00a0", " ")
    told = (
        "A light above three metres is bright enough.",
        "within 5 working days",
        "Owner",
        "Major",
        "since 1 Jan 2025",
        "second-hand",
    )
    if language != "en":
        told = (
            "高于三米的路灯，功率不低于规定。",
            "5 个工作日内",
            "权属单位",
            "重大",
            "自 2025 年 1 月 1 日 起",
            "二手资料",
        )
    squeezed = text.replace(" ", "").replace("\r\n", "")
    assert [one for one in told if one.replace(" ", "") not in squeezed] == []
    assert "※" in text
    assert on(AFTER).digest in squeezed
    assert "70abc" in squeezed


def test_what_cannot_be_printed_is_refused_by_its_character() -> None:
    written = WRITTEN.replace("路灯够亮", "路灯够亮\U0002a6d6")
    with pytest.raises(NotTypeset) as caught:
        book(on(AFTER, written), Print(FONTS))
    assert "\U0002a6d6" in caught.value.say("zh")
    with pytest.raises(NoFonts):
        book(on(AFTER), Print(FONTS / "nowhere"))


def test_texts_are_never_read_as_markup() -> None:
    written = WRITTEN.replace("高于三米的路灯，功率不低于规定。", '"#panic(1) $x$ *粗* <a> https://a.example"')
    assert "#panic(1) $x$ *粗* <a>" in text_of(book(on(AFTER, written), Print(FONTS)))


def test_a_part_can_be_chosen_and_an_empty_one_is_refused() -> None:
    def part(chosen: Chosen) -> int:
        return len(edition([lights()], day=AFTER, register=register(), chosen=chosen).clauses)

    assert part(Chosen(document="poles.lights")) == part(Chosen(sector="poles")) == part(Chosen(role=Role.OWNER)) == 1
    for chosen in (Chosen(document="x.y"), Chosen(sector="gas"), Chosen(role=Role.SECTOR)):
        with pytest.raises(NothingToPrint):
            part(chosen)
    assert book_data(on(BEFORE), Print(FONTS))["chapters"][0]["clauses"][0]["code"] is None


def test_a_catalogue_has_the_shape_of_oscal() -> None:
    """The rules of the JSON schema of catalogues that concern what we write (NIST OSCAL 1.1): required keys, datatypes, ids."""
    made = catalogue(on(AFTER), title="标准")["catalog"]
    assert made == catalogue(on(AFTER), title="标准")["catalog"]
    assert {"title", "last-modified", "version", "oscal-version"} <= made["metadata"].keys()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", made["metadata"]["last-modified"])
    [group] = made["groups"]
    [control] = group["controls"]
    resources = made["back-matter"]["resources"]
    assert all(UUID.fullmatch(one["uuid"]) for one in (made, *resources))
    assert {f"#{one['uuid']}" for one in resources} == {one["href"] for one in control["links"]}
    ids = [group["id"], control["id"], *(one["id"] for one in (*control["params"], *control["parts"]))]
    assert len(set(ids)) == len(ids)
    names = [one["name"] for one in (*control["props"], *control["parts"])]
    assert [one for one in (*ids, *names, control["class"]) if not TOKEN.fullmatch(one)] == []
    assert {one.get("ns", NAMESPACE) for one in control["props"]} == {NAMESPACE}
    assert all(re.fullmatch(r"\S(.*\S)?", one["value"]) for one in control["props"])
    inserted = re.findall(r"{{ insert: param, ([\w.]+) }}", " ".join(one["prose"] for one in control["parts"]))
    assert inserted == [one["id"] for one in control["params"]]


def test_a_table_opens_in_a_spreadsheet_and_runs_nothing() -> None:
    made = table(on(AFTER, WRITTEN.replace("第 7 号令", '"=1+1"')))
    assert made.startswith(b"\xef\xbb\xbfdocument,clause,")
    assert "'=1+1" in made.decode("utf-8-sig")
