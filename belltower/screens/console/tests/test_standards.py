# SPDX-License-Identifier: Apache-2.0
"""The library, a document and a clause as pages, and what they are made of: words of a check, the time line of its values."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from functools import cache

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Dated, Document, TimeAllowed
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.nodes import Kind
from belltower.core.standards.predicates.parsing import Vocabulary, parse
from belltower.core.standards.reading import read_document
from belltower.core.standards.tests import six_kinds
from belltower.kernel.texts import Text
from belltower.packs import register as packs
from belltower.screens.console import (
    standard_clause,
    standard_listing,
    standard_system,
    standard_timeline,
    standard_writing,
)
from belltower.screens.console.standard_sentences import by_name, sentence
from belltower.screens.console.standard_words import Speaker
from belltower.screens.console.tests import breaches, scene

TODAY = date(2026, 11, 23)
WRITTEN = ("poles.banner_size", "poles.banner_clearance", "poles.shared_pole_height")


@cache
def documents() -> tuple[Document, ...]:
    """The packs' two first standards, read."""
    files = [
        one for one in packs.standards(register()) if one[0] in ("poles/lamp_poles.yaml", "poles/shared_poles.yaml")
    ]
    return tuple(read_document(text, file=name, register=register()) for name, text in files)


def signed_in(username: str = "viewer", language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(scene.user(username))
    return client


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        ("clearance >= above AND NOT over_carriageway", "底边离地 ≥ 3 m，且伸到车行道上方：否",
         "Height of its lower edge ≥ 3 m and Over the carriageway: no"),
        ("clearance IS NULL OR NOT (clearance < above)", "底边离地未知，或并非（底边离地 < 3 m）",
         "Height of its lower edge is not known or not (Height of its lower edge < 3 m)"),
        ("height * 2 BETWEEN above AND 9", "高 × 2 ≥ 3 m，且高 × 2 ≤ 9", "Height × 2 ≥ 3 m and Height × 2 ≤ 9"),
    ],
)  # fmt: skip
def test_a_predicate_is_said_in_words_with_the_values_of_the_day(written: str, zh: str, en: str) -> None:
    declared = by_name(register().kind("pole_banner").fields)
    fields = {"clearance": Kind.NUMBER, "over_carriageway": Kind.BOOLEAN, "height": Kind.NUMBER}
    node = parse(written, Vocabulary(fields, {"above": Kind.NUMBER}))
    assert Speaker(declared, {"above": 3.0}, "zh").say(node) == zh
    assert Speaker(declared, {"above": 3.0}, "en").say(node) == en
    assert "above" in Speaker(declared, {}, "en").say(node)  # what is not in force is said by its name


@pytest.mark.parametrize(
    ("length", "is_working", "zh", "en"),
    [("P5D", True, "5 个工作日", "5 working days"), ("PT8H", False, "8 小时", "8 hours"),
     ("P1DT1H", False, "1 天 1 小时", "1 day 1 hour")],
)  # fmt: skip
def test_the_time_allowed_is_said_in_words(length: str, is_working: bool, zh: str, en: str) -> None:
    said = standard_clause.time_allowed(TimeAllowed(length, is_working))
    assert (said.zh, said.en) == (zh, en)


def test_a_length_of_time_is_said_in_words() -> None:
    speaker = Speaker({}, {}, "en")
    assert speaker.value(CivilDuration(24, 0)) == "24 months"
    assert speaker.value(CivilDuration(1, 3)) == "1 month 3 days"


def test_each_of_the_six_kinds_is_a_sentence_in_both_languages() -> None:
    """Of two languages neither may show a name of a value that is in force, and every limit has its unit."""
    document = six_kinds.read(six_kinds.written())
    assert {one.check.kind.value for one in document.clauses} == set(standard_listing.CHECKS)
    for clause in document.clauses:
        values = clause.values_on(TODAY)
        assert values is not None
        for language, end in (("zh", "。"), ("en", ".")):
            said = sentence(clause, six_kinds.REGISTER, values, language)
            assert said.endswith(end)
            assert not [name for name in values if name in said.replace(" away ", " ")], said
            assert "None" not in said
        standard_clause.page_of(standard_listing.Entry(clause, document), TODAY, six_kinds.REGISTER, "en")


def test_the_time_line_tells_past_values_todays_and_those_announced() -> None:
    dated = Dated(((date(2020, 1, 1), 3.0), (date(2024, 7, 1), 2.5), (date(2027, 1, 1), 2.0)))
    spans = standard_timeline.spans_of(dated, TODAY)
    assert [(one.value, one.when) for one in spans] == [(3.0, "past"), (2.5, "now"), (2.0, "announced")]
    drawing = standard_timeline.drawn({"limit": dated}, TODAY, lambda name, value: f"{value} m")
    assert drawing is not None
    [line] = drawing.lines
    assert [bar.said for bar in line.bars] == ["3.0 m", "2.5 m", "2.0 m"]
    assert line.bars[1].x < drawing.today < line.bars[2].x
    assert all(one.x + one.width == pytest.approx(two.x) for one, two in zip(line.bars, line.bars[1:], strict=False))
    assert line.bars[-1].x + line.bars[-1].width <= drawing.width
    assert standard_timeline.drawn({}, TODAY, lambda name, value: "") is None


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ({}, "poles.banner_size", 3),
        ({"q": "净空"}, "poles.banner_clearance", 1),
        ({"q": "BANNER vehicles"}, "poles.banner_clearance", 1),
        ({"q": "149-2021"}, "poles.banner_clearance", 2),
        ({"q": "poles.shared_pole_height"}, "poles.shared_pole_height", 1),
        ({"pack": "poles", "check": "attribute", "grade": "general", "verified": "secondary", "kind": "shared_pole"},
         "poles.shared_pole_height", 1),
        ({"grade": "major"}, None, 0),
        ({"q": "nobody wrote this"}, None, 0),
        ({"check": "<script>"}, None, 0),
    ],
)  # fmt: skip
def test_the_library_is_searched_in_both_languages_and_narrowed(
    query: dict[str, str], first: str | None, count: int
) -> None:
    found = [
        one
        for one in standard_listing.Library.read(query).found(standard_listing.entries_of(documents()))
        if one.clause.id in WRITTEN
    ]
    assert len(found) == count
    assert (found[0].clause.id if found else None) == first


def test_a_facet_counts_what_each_of_its_values_would_leave() -> None:
    entries = [one for one in standard_listing.entries_of(documents()) if one.clause.id in WRITTEN]
    titles = standard_listing.Titles(register(), "en")
    with translation.override("en"):
        found = standard_listing.Library.read({"kind": "shared_pole"}).facets(entries, titles)
    facets = {one.name: one for one in found}
    assert facets["kind"].options == (("pole_banner", "Banner on a lamp pole", 2), ("shared_pole", "Shared pole", 1))
    assert facets["check"].options == (("attribute", "Attribute", 1),)


@pytest.mark.django_db
def test_the_pages_of_the_library_tell_the_law_its_numbers_and_how_far_they_were_verified(city: None) -> None:
    assert "No standards yet" in signed_in().get(reverse("console:standards")).content.decode()
    breaches.law()
    client = signed_in()
    library = client.get(reverse("console:standards"), {"kind": "pole_banner"}).content.decode()
    assert reverse("console:clause", args=["poles.banner_size"]) in library
    assert "Secondary source" in library
    document = client.get(reverse("console:standard", args=["poles.lamp_pole_banners"])).content.decode()
    assert "There is room below a banner" in document
    clause = client.get(reverse("console:clause", args=["poles.banner_size"])).content.decode()
    for word in ("Every banner on a lamp pole: Height ≤ 2.4 m and Width ≤ 1 m.", "5 working days", "the owner",
                 "secondary source only", "Too wide is enough to know", "灯杆上的广告"):  # fmt: skip
        assert word in clause
    chinese = signed_in(language="zh-hans").get(reverse("console:clause", args=["poles.banner_size"])).content.decode()
    for word in ("每个灯杆广告：高 ≤ 2.4 m，且宽 ≤ 1 m。", "5 个工作日", "二手来源"):
        assert word in chinese
    assert client.get(reverse("console:clause", args=["poles.nothing"])).status_code == 404
    assert client.get(reverse("console:standard", args=["nothing"])).status_code == 404


@pytest.mark.django_db
def test_a_clause_tells_how_the_city_stands_and_the_matrix_sums_it_by_area(city: None) -> None:
    breaches.broken_city()
    page = signed_in().get(reverse("console:clause", args=["poles.banner_size"]))
    tally = page.context["tally"]
    assert (tally.holds, tally.broken, tally.unknown, tally.exempt, tally.said) == (180, 5, 1, 1, "96.7 %")
    assert len(page.context["days"]) == 7
    assert "bt-trend-line" in page.content.decode()
    for query, wanted in (({}, {"430405": 5}), ({"area": "430405"}, {"430405001": 2, "430405002": 3})):
        matrix = signed_in().get(reverse("console:standards_matrix"), query)
        [row] = matrix.context["rows"]
        assert {area.code: cell.broken for area, cell in row.cells} == wanted
        assert row.total.judged == 186
    for at, title, beside in (
        ("", "All standards", "document:poles.lamp_pole_banners"),
        ("clause:poles.banner_size", "A banner on a lamp pole is not too big", "party:lighting"),
        ("party:lighting", "Street Lighting Office", "clause:poles.banner_size"),
        ("no:thing", "All standards", "document:poles.lamp_pole_banners"),
    ):
        system = signed_in().get(reverse("console:standards_system"), {"at": at}).context
        assert (system["middle"].title.en, system["middle"].tally.broken) == (title, 5)
        for drawing in system["drawings"]:
            assert beside in {one.node.key for one in drawing.placed}
    subjects = signed_in().get(reverse("console:clause_subjects", args=["poles.banner_size"]), {"outcome": "holds"})
    assert "Counted, not kept one by one" in subjects.content.decode()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 9, 27, 28, 60])
def test_no_label_of_a_drawing_meets_another_or_leaves_it(count: int, language: str) -> None:
    """However many neighbours there are and however long they are called: each has a row of its own on its side."""
    title = Text(
        zh="这是一条非常长的条款名称，" * 4, en="A very long title of a clause, which nobody reads at once " * 2
    )
    nodes = [
        standard_system.Node(f"clause:{n}", "clause", title, standard_system.Tally(), "none", "") for n in range(count)
    ]
    for drawing in standard_system.drawings(nodes, language):
        assert len(drawing.placed) == min(count, standard_system.MOST_DRAWN)
        for one, other in itertools.combinations(drawing.placed, 2):
            assert one.anchor != other.anchor or abs(one.y - other.y) >= 2 * standard_system.SIZE
        for one in drawing.placed:
            assert 0 < one.y < drawing.height
            letters = sum(standard_system.SIZE * (1 if ord(letter) > 0x2E80 else 0.58) for letter in one.label)
            ends = one.label_x - letters if one.anchor == "end" else one.label_x + letters
            assert -1 <= ends <= drawing.width + 1
            assert len(one.label) > 8
            assert one.label.endswith("…")
    assert standard_system.fitted("短", 20) == "短"


@pytest.mark.django_db
def test_what_is_typed_is_told_by_its_line_and_who_writes_does_not_approve(city: None) -> None:
    held = breaches.law()["poles.banner_size"]
    document = held.clause.document
    text = standard_writing.text_of(held)
    for typed, line, word in (
        ("", 1, "Nothing is written"),
        (text.replace("height <= height_at_most", "heigth <= height_at_most"), None, "height"),
        (text.replace("outcome: broken", "outcome: holds", 1), None, "came out as broken"),
        ("id: [", None, ""),
        ("{", None, ""),
        ("id: poles.x\nclauses: []", 2, "clauses"),
    ):
        fault = standard_writing.understand(typed, document).fault
        assert fault is not None, typed
        assert line in (None, fault.line)
        assert word in fault.why.en
    understood = standard_writing.understand(text.replace(": 2.4", ": 2.2"), document)
    assert understood.fault is None
    officer, admin = signed_in("officer"), signed_in("admin")
    form = {"document": document.key, "text": text.replace(": 2.4", ": 2.2")}
    assert signed_in("viewer").post(reverse("console:clause_write"), form).status_code == 403
    assert officer.post(reverse("console:clause_write"), form | {"text": "id: x"}).status_code == 422
    address = officer.post(reverse("console:clause_write"), form).url
    uid = address.rstrip("/").rpartition("/")[2]
    decide = reverse("console:revision_decide", args=[uid])
    assert admin.post(decide, {"to": "approve", "since": "2099-01-01"}).status_code == 409  # nobody handed it in
    assert officer.post(reverse("console:revision_submit", args=[uid])).status_code == 302
    assert officer.post(decide, {"to": "approve", "since": "2099-01-01"}).status_code == 409
    assert admin.post(decide, {"to": "approve", "since": "soon"}).status_code == 422
    assert admin.post(decide, {"to": "return", "remark": "why 2.2?"}).status_code == 302
    assert "why 2.2?" in officer.get(address).content.decode()
    assert officer.post(reverse("console:revision_submit", args=[uid])).status_code == 302
    assert admin.post(decide, {"to": "approve", "since": "2099-01-01"}).status_code == 302
    assert "In force" in officer.get(address).content.decode()
    exempt = reverse("console:clause_exempt", args=["poles.banner_size"])
    spare = {"who": "430405001", "reason": "rebuilt", "since": "2026-01-01", "until": "2099-01-01"}
    assert officer.post(exempt, spare | {"who": "nowhere"}).status_code == 422
    assert officer.post(exempt, spare).status_code == 302
    assert "rebuilt" in officer.get(reverse("console:clause", args=["poles.banner_size"])).content.decode()


@pytest.mark.django_db
def test_a_document_is_begun_gets_a_clause_and_is_withdrawn_from_a_day_on(city: None) -> None:
    text = standard_writing.text_of(breaches.law()["poles.banner_size"]).replace(
        "poles.banner_size", "poles.night_banner"
    )
    officer, admin = signed_in("officer"), signed_in("admin")
    begin, write = reverse("console:standard_begin"), reverse("console:clause_write")
    form = {"title_zh": "夜市", "title_en": "Night market", "issued_zh": "本局", "issued_en": "The bureau",
            "source": "Order 12", "pack": "poles", "name": "night_market"}  # fmt: skip
    assert signed_in("viewer").post(begin, form).status_code == 403
    refused = officer.post(begin, form | {"name": "Night Market"})
    assert (refused.status_code, 'value="Night market"' in refused.content.decode()) == (422, True)
    address = officer.post(begin, form).url
    assert officer.post(begin, form).status_code == 422  # it is there already
    page = officer.get(address).content.decode()
    for word in ("Night market", "Order 12", "Nothing of it is in force"):
        assert word in page
    assert "Order 12" in officer.get(write, {"document": "poles.night_market"}).context["typed"]
    revision = officer.post(write, {"document": "poles.night_market", "text": text}).url
    assert "poles.night_banner" in officer.get(address).content.decode()  # in the making
    uid = revision.rstrip("/").rpartition("/")[2]
    officer.post(reverse("console:revision_submit", args=[uid]))
    day = timezone.now().date() + timedelta(days=2)
    decide = reverse("console:revision_decide", args=[uid])
    assert admin.post(decide, {"to": "approve", "since": day.isoformat()}).status_code == 302
    withdraw = reverse("console:clause_withdraw", args=["poles.night_banner"])
    until = {"until": (day + timedelta(days=30)).isoformat()}
    assert officer.post(withdraw, until).status_code == 409  # who wrote it does not
    assert admin.post(withdraw, {"until": "2020-01-01"}).status_code == 422
    assert admin.post(reverse("console:standard_withdraw", args=["poles.night_market"]), until).status_code == 302
    assert admin.post(withdraw, until).status_code == 409  # nothing is left to withdraw
    assert admin.post(reverse("console:clause_withdraw", args=["no.such"]), until).status_code == 404
    clause = admin.get(reverse("console:clause", args=["poles.night_banner"])).content.decode()
    assert "Withdrawn: no longer in force from" in clause
    assert reverse("console:clause_withdraw", args=["poles.night_banner"]) not in clause
