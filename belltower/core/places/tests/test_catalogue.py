# SPDX-License-Identifier: Apache-2.0
"""Official classes are loaded from files, again and again, and a bad row never stops the good ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from belltower.core.places.catalogue import SAMPLE, CodesReport, load_codes
from belltower.core.places.models import Code, CodeKind
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Unreadable

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
STANDARD = "GB/T 47678.5-2026"


def load(folder: Path, content: str, name: str = "codes.yaml") -> CodesReport:
    """What comes of loading a file with that content."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return load_codes(path, by=BY)


def test_the_sample_loads_whole_and_again_changes_nothing() -> None:
    first = load_codes(SAMPLE, by=BY)
    assert (first.changed, first.unchanged, first.kept_out) == (0, 0, ())
    assert first.created == Code.objects.count() > 40
    again = load_codes(SAMPLE, by=BY)
    assert (again.created, again.changed, again.unchanged) == (0, 0, first.created)


def test_a_part_and_a_matter_may_share_a_number() -> None:
    load_codes(SAMPLE, by=BY)
    both = Code.objects.filter(standard=STANDARD, code="01077")
    assert {one.kind: one.name["zh"] for one in both} == {CodeKind.PART: "综合杆", CodeKind.MATTER: "综合杆异常"}


def test_every_sampled_class_says_how_far_it_was_verified() -> None:
    load_codes(SAMPLE, by=BY)
    assert not Code.objects.exclude(verified__startswith="T: ").exists()


def test_the_classes_that_the_packs_declare_are_in_the_sample(settings) -> None:  # type: ignore[no-untyped-def]
    load_codes(SAMPLE, by=BY)
    declared = {kind.gb_code for kind in settings.BELLTOWER_REGISTER.kinds.values() if kind.gb_code}
    assert declared <= set(Code.objects.filter(kind=CodeKind.PART).values_list("code", flat=True))


def test_a_corrected_name_changes_one_row_and_adds_none(tmp_path: Path) -> None:
    content = "standard: S\nparts: [{code: '01001', name: %s}, {code: '01002', name: 井盖}]\n"
    load(tmp_path, content % "水井盖")
    report = load(tmp_path, content % "供水井盖")
    assert (report.created, report.changed, report.unchanged) == (0, 1, 1)
    assert Code.objects.get(code="01001").name == {"zh": "供水井盖"}


@pytest.mark.parametrize(
    ("row", "zh"),
    [
        ("{code: 1001, name: 井盖}", "带引号"),
        ("{code: '1001', name: 井盖}", "有4位，应为5位"),
        ("{code: '00001', name: 井盖}", "从1编起"),
        ("{code: '01002'}", "缺少名称"),
        ("{code: '01002', name: [井盖]}", "缺少名称"),
        ("{code: '01002', name: 井盖, kind: thing}", "part 或 matter"),
        ("{code: '01002', name: 井盖, standard: ''}", "须写明标准"),
        ("{name: 井盖}", "带引号"),
        ("井盖", "有2位，应为5位"),
        ("{code: '01001', name: 井盖}", "已在前面出现"),
    ],
)
def test_a_bad_row_is_kept_out_with_its_reason_and_stops_nobody(tmp_path: Path, row: str, zh: str) -> None:
    report = load(
        tmp_path, f"standard: S\nparts:\n- {{code: '01001', name: 井盖}}\n- {row}\n- {{code: '01009', name: 灯}}\n"
    )
    assert report.created == 2
    [kept_out] = report.kept_out
    assert kept_out.row == 2
    assert zh in kept_out.reason.zh
    assert kept_out.reason.en


def test_a_spreadsheets_csv_loads_as_well(tmp_path: Path) -> None:
    """With the mark that spreadsheets put before UTF-8."""
    content = "\ufeffstandard,kind,code,zh,en,verified\nS,part,01001,供水井盖,Water cover,P\nS,matter,06010,暴露垃圾,,\nS,part,1,x,,\n"
    report = load(tmp_path, content, "codes.csv")
    assert (report.created, [one.row for one in report.kept_out]) == (2, [3])
    assert Code.objects.get(code="01001").name == {"zh": "供水井盖", "en": "Water cover"}
    assert Code.objects.get(code="01001").verified == "P"


def test_classes_that_a_file_does_not_name_stay(tmp_path: Path) -> None:
    load(tmp_path, "standard: S\nparts: [{code: '01001', name: 井盖}]\n")
    load(tmp_path, "standard: S\nparts: [{code: '01002', name: 井盖}]\n")
    assert Code.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "content", "en"),
    [
        ("codes.txt", "", "neither YAML nor CSV"),
        ("codes.yaml", "standard: S\n", "no list 'parts' or 'matters'"),
        ("codes.yaml", "- 1\n", "no list 'parts' or 'matters'"),
        ("codes.yaml", "parts: {", "cannot be parsed"),
        ("codes.csv", "code,zh\n01001,井盖\n", "lacks the columns kind, standard"),
        ("codes.csv", "", "lacks the columns"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused(tmp_path: Path, name: str, content: str, en: str) -> None:
    with pytest.raises(Unreadable) as caught:
        load(tmp_path, content, name)
    assert name in caught.value.say("zh")
    assert en in caught.value.say("en")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no such file"):
        load_codes(tmp_path / "none.yaml", by=BY)
