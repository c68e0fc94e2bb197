# SPDX-License-Identifier: Apache-2.0
"""A real browser opens every page under the content security policy and finds nothing that it forbids."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from belltower.core.places.models import Asset
from belltower.screens.console.tests import scene
from tests.security.routes import FILLINGS, every_route

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ARGUMENTS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--disable-background-networking"]
PATIENCE_MS = 60_000
# The browser itself tells of each violation; kept over pages by the binding.
LISTEN = """document.addEventListener('securitypolicyviolation', (event) =>
  window.tellViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`))"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


def pages() -> list[str]:
    """Every address that a person may open, with things of the small city where a thing is asked for."""
    lamp = str(Asset.objects.get(key="LD-0001").uid)
    addresses = [
        route.address.replace(FILLINGS["uuid"], lamp)
        for route in every_route()
        if route.name.startswith("console:") or route.address in ("/api/docs", "/healthz", "/nowhere/")
    ]
    return [one for one in addresses if "sign-out" not in one]


def watched(browser: Browser, told: list[str]) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.expose_function("tellViolation", lambda said: told.append(f"{page.url}: {said}"))
    page.add_init_script(LISTEN)
    return page


def is_page(page: Page, address: str) -> bool:
    """Whether a person would see a page there: not a file, nor an address that is only sent to."""
    answer = page.request.get(address)
    return answer.headers.get("content-type", "").startswith("text/html") and bool(answer.body())


def touch(page: Page, part: str) -> None:
    """Move the pointer over it, so that whatever floats up does."""
    box = page.locator(part).first.bounding_box()
    assert box
    for share in (0.2, 0.35, 0.5, 0.65):
        for row in (0.1, 0.3, 0.5):
            page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * row)


def sign_in(page: Page, home: str) -> None:
    page.goto(f"{home}/sign-in/")
    page.fill("#username", "admin")
    page.fill("#password", scene.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def test_no_page_breaks_the_policy(chromium: Browser, live_server, transactional_db) -> None:  # type: ignore[no-untyped-def]
    """Opened, waited for, the pointer moved over charts and map: MapLibre's worker, ECharts and htmx included."""
    scene.small_city()
    told: list[str] = []
    page = watched(chromium, told)
    sign_in(page, live_server.url)
    opened = [address for address in pages() if is_page(page, live_server.url + address)]
    assert len(opened) > 15
    for address in opened:
        page.goto(live_server.url + address)
        if not page.locator("[data-chart], #map").count():
            continue  # whole when it was loaded: nothing else of it runs by itself
        page.wait_for_load_state("networkidle")
        for part in ("[data-chart]", ".maplibregl-canvas"):
            if page.locator(part).count():
                touch(page, part)
    page.context.close()
    assert told == []


def test_the_browser_does_enforce_it(chromium: Browser, live_server, transactional_db) -> None:  # type: ignore[no-untyped-def]
    """The test above can fail: a script and a style put into a page are blocked, and told."""
    scene.people()
    told: list[str] = []
    page = watched(chromium, told)
    page.goto(f"{live_server.url}/sign-in/")
    page.evaluate(
        """() => { const script = document.createElement('script'); script.textContent = 'window.ran = 1';
        document.body.append(script); document.body.setAttribute('style', 'color: red');
        document.body.append(Object.assign(new Image(), {src: 'https://evil.example/x.png'})) }"""
    )
    page.wait_for_function("() => true")
    deadline = 100
    while len(told) < 3 and (deadline := deadline - 1):
        page.wait_for_timeout(50)
    assert page.evaluate("window.ran") is None
    directives = {one.split(": ", 1)[1].split()[0] for one in told}
    page.context.close()
    assert directives == {"script-src-elem", "style-src-attr", "img-src"}
