# SPDX-License-Identifier: Apache-2.0
"""A clause of each of the six kinds on the running demo city: begun, written, reviewed and in force in a browser; it opens
findings within minutes, and the milder one that supersedes it closes them. `make run` as a bureau has it, nothing injected.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.faults.installation import Installation, installed, wait_until
from tests.journeys.test_console import PATIENCE_MS, chromium

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.long, pytest.mark.xdist_group("installation")]
JUDGED_WITHIN_S = 900.0
"""A sensor reports once a minute, and clauses that are judged whole are so at most every minute, on a busy machine less."""
PASSWORD, DOCUMENT = "belltower-demo", "stations.trial_clauses"
_COMMON = """\
id: {id}
title: {{zh: 试行条款, en: A clause on trial}}
text: {{zh: 试行。, en: On trial.}}
source: {{document: A trial, clause: "1", seen: 2026-08-01, verified: unverified}}
grade: general
rectify_within: {{2020-01-01: {{working: P5D}}}}
responsible: owner
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """A clause with ``<value>`` where first ``strict`` and then ``mild`` stands."""

    kind: str
    written: str
    strict: str
    mild: str

    @property
    def clause(self) -> str:
        return f"stations.trial_{self.kind}"

    def text(self, value: str) -> str:
        return _COMMON.format(id=self.clause) + self.written.replace("<value>", value)


TRIALS = (
    Trial(
        "attribute",
        """\
applies_to: waste_bin
values: {least: {2020-01-01: <value>}}
check: {kind: attribute, holds: capacity >= least}
examples:
- {name: {zh: 恰好, en: On the limit}, on: 2026-01-01, fields: {capacity: <value>}, outcome: holds}
- {name: {zh: 太小, en: Too small}, on: 2026-01-01, fields: {capacity: 1}, outcome: broken}
""",
        "5000", "2",
    ),
    Trial(
        "cadence",
        """\
applies_to: public_toilet
values: {every: {2020-01-01: <value>}}
check: {kind: cadence, activity: toilet_clean, within: every}
examples:
- {name: {zh: 刚刚, en: Just now}, on: 2026-01-10, activities: [{at: 2026-01-10T00:00}], outcome: holds}
- {name: {zh: 从未, en: Never}, on: 2026-01-10, outcome: broken}
""",
        "P1D", "P60D",
    ),
    Trial(
        "signal",
        """\
applies_to: city_station
values: {at_most: {2020-01-01: <value>}}
check:
  kind: signal
  stream: room_temperature
  condition: {kind: hihi, limit: at_most}
  priority: 4
  rationalisation: {cause: {zh: 空调停机, en: No cooling}, consequence: {zh: 闷热, en: Too warm}, response: {zh: 检查空调, en: Look at it},
                    time_to_respond: PT4H}
examples:
- {name: {zh: 冰点, en: Freezing}, on: 2026-01-01, readings: [[PT0S, 0]], outcome: holds}
- {name: {zh: 恰好, en: On the limit}, on: 2026-01-01, readings: [[PT0S, <value>]], outcome: broken}
""",
        "5", "70",
    ),
    Trial(
        "spatial",
        """\
applies_to: city_station
values: {away: {2020-01-01: <value>}}
check: {kind: spatial, must: keep_away_from, of: building, distance: away}
examples:
- {name: {zh: 恰好, en: On the limit}, on: 2026-01-01, others: [{distance_m: <value>}], outcome: holds}
- {name: {zh: 贴着, en: Touching}, on: 2026-01-01, others: [{distance_m: 0}], outcome: broken}
""",
        "2000", "0.01",
    ),
    Trial(
        "coverage",
        """\
applies_to: {area: community}
values: {window: {2020-01-01: <value>}}
check: {kind: coverage, activity: street_patrol, window: window}
examples:
- {name: {zh: 从未, en: Not at all}, on: 2026-01-10, outcome: broken}
- {name: {zh: 每小时, en: Every hour}, on: 2026-01-10, outcome: holds,
   activities: [{at: 2026-01-10T00:30}, <hours>]}
""".replace("<hours>", ", ".join(f"{{at: 2026-01-10T{hour:02}:30}}" for hour in range(1, 24))),
        "PT1H", "PT12H",
    ),
    Trial(
        "indicator",
        """\
applies_to: waste_bin
values: {share: {2020-01-01: 50}, least: {2020-01-01: <value>}}
check: {kind: indicator, of: assets, counts: capacity >= least, at_least: share, by: street}
examples:
- {name: {zh: 恰好, en: On the limit}, on: 2026-01-01, counted: 50, among: 100, outcome: holds}
- {name: {zh: 没有一个, en: None of them}, on: 2026-01-01, counted: 0, among: 100, outcome: broken}
""",
        "5000", "2",
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def city() -> Iterator[Installation]:
    with (
        tempfile.TemporaryDirectory(prefix="belltower-trial-") as folder,
        installed(Path(folder) / "home", options=()) as one,
    ):
        one.start(within=300)
        yield one


@pytest.fixture(scope="module")
def people(chromium: Browser, city: Installation) -> Iterator[dict[str, Page]]:
    """A window for the officer who writes, and one for the administrator who approves."""
    found = {}
    for username in ("sector_officer", "administrator"):
        page = chromium.new_context(locale="en-GB", base_url=f"http://127.0.0.1:{city.port}").new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto("/sign-in/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "sign-in" not in address)
        found[username] = page
    yield found
    for page in found.values():
        page.context.close()


@pytest.fixture(scope="module")
def document(people: dict[str, Page]) -> str:
    page = people["administrator"]
    page.goto("/standards/begin/")
    typed = {"title_zh": "试行条款", "title_en": "Clauses on trial", "issued_zh": "本局", "issued_en": "The bureau",
             "source": "A trial", "name": DOCUMENT.partition(".")[2]}  # fmt: skip
    for name, value in typed.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=pack]", "stations")
    page.locator("main form.bt-decide button").click()
    page.wait_for_url(f"**{DOCUMENT}**")
    return DOCUMENT


def in_force(people: dict[str, Page], address: str, text: str) -> str:
    """Written by one, put in force from today by the other; the address of the revision."""
    writer, approver = people["sector_officer"], people["administrator"]
    writer.goto(address)
    writer.locator("#text").fill(text)
    expect(writer.locator("[data-understood]")).to_be_visible()
    writer.locator("form.bt-columns button").click()
    expect(writer.locator("[data-state=draft]")).to_be_visible()
    writer.locator("[data-submit]").click()
    expect(writer.locator("[data-state=in_review]")).to_be_visible()
    approver.goto(writer.url)
    approver.locator("button[value=approve]").click()
    expect(approver.locator("[data-state=in_force]")).to_be_visible()
    return writer.url


def how_many(page: Page, trial: Trial, outcome: str) -> int:
    """How many rows of the first page of findings of a clause are so."""
    page.goto(f"/findings/?clause={trial.clause}&state=all")
    return page.locator(f"tr[data-row] .bt-outcome-{outcome}").count()


def wait_for_all(page: Page, outcome: str, city: Installation) -> None:
    """Each of the clauses has such a finding; tells when."""
    waiting, began = list(TRIALS), time.monotonic()

    def are_all_there() -> bool:
        for trial in [one for one in waiting if how_many(page, one, outcome)]:
            waiting.remove(trial)
            print(f"{trial.kind}: {outcome} after {time.monotonic() - began:.0f} s", flush=True)
        return not waiting

    wait_until(are_all_there, JUDGED_WITHIN_S, lambda: f"{[one.kind for one in waiting]}: {city.state()}")


def test_clauses_of_each_kind_open_findings_on_the_living_city_and_milder_ones_close_them(
    people: dict[str, Page], document: str, city: Installation
) -> None:
    page = people["administrator"]
    written = f"/standards/write/?document={document}"
    first = {trial: in_force(people, written, trial.text(trial.strict)) for trial in TRIALS}
    wait_for_all(page, "broken", city)
    for trial in TRIALS:
        page.goto(f"/standards/clauses/{trial.clause}/")
        revise = page.locator("[data-revise]").get_attribute("href")
        assert revise
        in_force(people, revise, trial.text(trial.mild))
    wait_for_all(page, "closed", city)
    for revision in first.values():
        page.goto(revision)
        expect(page.locator("[data-state]").first).to_have_attribute("data-state", re.compile("superseded"))
