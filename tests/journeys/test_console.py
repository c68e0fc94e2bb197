# SPDX-License-Identifier: Apache-2.0
"""A person walks the console in a real browser: in, over the map, to an asset, through an import and out again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from belltower.core.places.models import Asset, Load
from belltower.screens.console.tests import scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--disable-background-networking"]
PATIENCE_MS = 30_000  # the machines that run the suite are small and busy
REGISTER = """灯杆编号,名称,杆高(米),光源类型,权属单位,经度,纬度,状态
N-01,新民路1号灯,8,LED,路灯管理处,112.611,26.884,在用
N-02,新民路2号灯,26 ft,LED,路灯管理处,112.612,26.884,在用
N-03,新民路3号灯,8,LED,路灯管理处,190.613,26.884,在用
"""


@dataclass
class Visit:
    """One page of one browser, and everything about it that should not have happened."""

    page: Page
    home: str
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda said: said.type == "error" and self.faults.append(f"console: {said.text}"))
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", lambda asked: self._note_host(asked.url))

    def _note_host(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "blob:")):
            self.faults.append(f"another host: {url}")

    def open(self, address: str) -> None:
        self.page.goto(self.home + address)
        self.page.wait_for_load_state("networkidle")

    def sign_in(self, username: str = "admin") -> None:
        self.page.fill("#username", username)
        self.page.fill("#password", scene.PASSWORD)
        self.page.press("#password", "Enter")
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def looks_right(self) -> None:
        """Nothing hangs over the edge, and axe finds nothing serious."""
        over = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{self.page.url} is {over} px too wide"
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
        assert not grave, f"{self.page.url}: {grave}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, which Django would otherwise take for an asynchronous view.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, live_server, transactional_db, request) -> Iterator[Visit]:
    """A visit in the language and at the width that the test asks for (``@pytest.mark.parametrize(..., indirect)``)."""
    language, width, theme = getattr(request, "param", ("en", 1920, "light"))
    scene.small_city()
    context = _context(chromium, language, width, theme)
    visit = Visit(context.new_page(), live_server.url)
    visit.watch()
    yield visit
    context.close()
    assert not visit.faults


def _context(chromium: Browser, language: str, width: int, theme: str) -> BrowserContext:
    context = chromium.new_context(
        viewport={"width": width, "height": 740 if width < 500 else 1000},
        locale="zh-CN" if language == "zh" else "en-GB",
        color_scheme=theme,
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


def carry_jobs() -> None:
    """Let a worker do what was asked for, in a thread of its own: Playwright keeps this one's event loop."""
    from belltower.core.jobs.worker import serve

    worker = threading.Thread(target=serve, kwargs={"until_empty": True})
    worker.start()
    worker.join(60)
    assert not worker.is_alive(), "the worker did not come to an end"


@pytest.mark.parametrize(
    "visit",
    [("zh", 360, "light"), ("en", 1920, "dark")],
    indirect=True,
    ids=["zh-360-light", "en-1920-dark"],
)
def test_from_sign_in_over_map_and_asset_to_an_import(visit, tmp_path):
    """The whole way, with nothing from another host, no error in the console, and nothing serious found by axe."""
    page = visit.page
    visit.open("/sign-in/")
    visit.looks_right()
    visit.sign_in()
    page.wait_for_url(f"{visit.home}/map/**")
    page.wait_for_load_state("networkidle")
    visit.looks_right()

    visit.open("/assets/?kind=street_light&order=key")
    visit.looks_right()
    page.locator("[data-row] a").first.click()
    expect(page.locator("h1")).to_contain_text("0")
    visit.looks_right()

    register = tmp_path / "lamps.csv"
    register.write_text(REGISTER, encoding="utf-8")
    visit.open("/loads/")
    visit.looks_right()
    page.set_input_files("#file", register)
    page.locator(".bt-upload button").click()
    expect(page.locator("#target")).to_have_value("street_light")
    visit.looks_right()
    page.locator("button[value=load]").click()
    page.wait_for_selector(".bt-steps [aria-current]:nth-child(2)")
    carry_jobs()
    page.wait_for_selector("#report")
    visit.looks_right()
    assert Asset.objects.filter(name__zh__startswith="新民路").count() == 2
    assert Load.objects.get().kept_aside.count() == 1


@pytest.mark.parametrize("visit", [("zh", 360, "dark"), ("en", 768, "light")], indirect=True, ids=["zh-360", "en-768"])
def test_every_other_page_is_whole_in_both_languages(visit):
    visit.open("/sign-in/")
    visit.sign_in()
    uid = Asset.objects.get(key="LD-0001").uid
    for address in ("/areas/", "/areas/430405/", "/jobs/", "/packs/", "/search/?q=hbl", f"/assets/{uid}/edit/"):
        visit.open(address)
        visit.looks_right()


def test_the_desk_works_by_keyboard(visit):
    """`/` finds, `j` and `e` open a row, `g p` goes to the packs, `?` tells the keys."""
    page = visit.page
    visit.open("/sign-in/?next=/assets/")
    visit.sign_in()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("LD-0007")
    page.keyboard.press("Enter")
    page.wait_for_url("**/assets/0*/")
    visit.open("/assets/")
    first = page.locator("[data-row] a").first.get_attribute("href")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_url(f"**{first}")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/packs/")


def test_light_and_dark_follow_the_switch_and_are_kept(visit):
    page = visit.page
    visit.open("/sign-in/")
    page.locator("summary[aria-label='Light or dark']").click()
    page.locator("[data-choose-theme=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    visit.open("/sign-in/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_language_switch_stays_on_the_same_page(visit):
    page = visit.page
    visit.open("/sign-in/?next=/areas/430405/")
    visit.sign_in()
    page.locator("button[name=language]").click()
    expect(page.locator("h1")).to_have_text("珠晖区")
    assert page.url == f"{visit.home}/areas/430405/"
