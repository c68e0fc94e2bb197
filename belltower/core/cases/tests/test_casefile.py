# SPDX-License-Identifier: Apache-2.0
"""The printed case file, read again from the PDF: every step, the arithmetic, the ledger; and nobody's words are markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from belltower.core.cases.actions import Draft, advance, remark, report
from belltower.core.cases.casefile import printed
from belltower.core.cases.models import Case, Report
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Step
from belltower.core.cases.tests.scene import LAT, LON, NOW, Bureau, bureau
from belltower.core.ledger.heads import sign_head
from belltower.core.ledger.proofs import entries_of
from belltower.core.standards.outputs.tests.scene import FONTS, outside_the_page, text_of
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
NASTY = '#panic("x") $x^2$ *粗* @ref <l> \\u{41} `raw` = 标题 // comment ]#import "/a"'


@pytest.fixture
def people(db: None) -> Bureau:
    return bureau()


def suspended(people: Bureau) -> Case:
    """A case with a weekend and a suspension in its clock."""
    draft = Draft(f"井盖破损 {NASTY} 🚧", title=Text(zh=f"井盖 {NASTY}"), lon=LON, lat=LAT, address=NASTY)
    case = report(draft, acting=people.resident, now=NOW)
    Report.objects.create(case=case, code_digest="secret digest", at=NOW)
    case = advance(case, Step.FILE, acting=people.desk, now=NOW + timedelta(minutes=30))
    until = Told(f"停气 {NASTY}", until=NOW + timedelta(days=5))
    case = advance(case, Step.SUSPEND, until, acting=people.desk, now=NOW + timedelta(minutes=60))
    remark(case, f"围挡 {NASTY}", acting=people.desk, now=NOW)
    return case


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_says_all_that_was_done_and_prints_what_people_wrote_as_they_wrote_it(people: Bureau, language: str) -> None:
    case = suspended(people)
    head = sign_head(datetime.now(UTC))
    made = printed(case, now=NOW + timedelta(days=1), fonts=FONTS, language=language)
    said = "".join(text_of(made).split())
    for words in (NASTY, case.number, "□", head and head.root.hex(), *map(str, entries_of("cases_case", case.pk))):
        assert "".join(str(words).split()) in said, words
    assert said.count("".join(NASTY.split())) >= 5, "title, text, address, reason and remark"
    expected = {
        "zh": ("2026年11月23日10:30", "挂账暂停", "2工作时", "0小时30分"),
        "en": ("23Nov2026,10:30", "suspended", "2workinghours", "0h30min"),
    }
    for words in expected[language]:
        assert words in said, words
    for step in case.steps.all():
        assert str(entries_of("cases_step", step.pk)[-1]) in said
    assert "secretdigest" not in said
    assert outside_the_page(made, 20) == []


def test_the_same_case_at_the_same_instant_is_the_same_file(people: Bureau) -> None:
    case = suspended(people)
    one, two = (printed(case, now=NOW, fonts=FONTS) for _ in range(2))
    assert one == two
