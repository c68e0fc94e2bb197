# SPDX-License-Identifier: Apache-2.0
"""What people type is text wherever it comes out again: in pages, headers, files for spreadsheets, logs."""

from __future__ import annotations

import csv
import html
import io
import json
import logging
import re
from datetime import UTC, datetime

import openpyxl
import pytest
from django.test import Client

from belltower.core.access.models import User
from belltower.core.places.exports import FileFormat, export, stream_csv
from belltower.core.places.models import Asset
from belltower.core.places.scope import EVERYTHING
from belltower.kernel import request_id
from belltower.project.watch.logs import ABOUT, JsonLines, Readable
from belltower.screens.console.tests import scene

FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "=cmd|' /C calc'!A0", "＝1+1", "|calc", "%0A=1")
MARKUP = (
    "<script>alert(1)</script>", "{{ 7*7 }}{% debug %}", "\"><img src=x onerror=alert(1)>", "</script><script>alert(1)",
    "javascript:alert(1)", "${7*7}#{7*7}", "' onmouseover='alert(1)", "<!--", "]]>", "{0.__class__}",
)  # fmt: skip


@pytest.fixture
def lamps(db: None) -> list[Asset]:
    """The small city's first lamps, named by an enemy."""
    scene.small_city()
    lamps = list(Asset.objects.filter(kind="street_light").order_by("id")[: len(FORMULAS)])
    for lamp, formula in zip(lamps, FORMULAS, strict=True):
        rename(lamp, formula)
    return lamps


def rename(lamp: Asset, name: str) -> None:
    """As a load would have written it."""
    from belltower.core.places.actions.assets import edit_asset
    from belltower.kernel.actors import Actor

    now = datetime.now(UTC)
    edit_asset(lamp.uid, {"name": {"zh": name, "en": name}}, by=Actor.system("scene"), valid_from=now, now=now)


def test_a_csv_holds_no_formula(lamps: list[Asset]) -> None:
    """Excel and LibreOffice run a cell that begins with =, +, -, @, tab or return; an apostrophe makes it a text."""
    made = b"".join(stream_csv(Asset.objects.filter(pk__in=[lamp.pk for lamp in lamps]), scope=EVERYTHING))
    rows = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"))))
    assert len(rows) == len(FORMULAS)
    for row in rows:
        for column in ("name_zh", "name_en", "key", "owner"):
            assert not row[column].startswith(("=", "+", "-", "@", "\t", "\r", "＝")), row[column]


def test_an_xlsx_holds_no_formula(lamps: list[Asset]) -> None:
    out = io.BytesIO()
    export(Asset.objects.filter(pk__in=[lamp.pk for lamp in lamps]), out, FileFormat.XLSX, scope=EVERYTHING)
    sheet = openpyxl.load_workbook(io.BytesIO(out.getvalue())).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any(str(cell.value).startswith("=1+1") for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n"}, "a cell is a formula"


def test_rows_kept_aside_hold_no_formula(admin: User) -> None:
    browser = Client()
    browser.force_login(admin)
    from django.core.files.uploadedfile import SimpleUploadedFile

    lines = "编号,名称,经度,纬度\n=1+1,@x,999,26.8\n".encode()
    sent = browser.post("/api/v1/loads", {"file": SimpleUploadedFile("l.csv", lines)})
    assert sent.status_code == 201, sent.content
    uid = sent.json()["uid"]
    from belltower.core.places.models import KeptAside, Load

    KeptAside.objects.create(
        load=Load.objects.get(uid=uid),
        row_number=2,
        reason={"zh": "=x", "en": "=x"},
        row={"编号": "=1+1", "名称": "@x"},
    )
    for address in (f"/api/v1/loads/{uid}/kept-aside.csv", f"/loads/{uid}/aside/"):
        told = b"".join(browser.get(address).streaming_content).decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(told)) for cell in row]
        assert any("1+1" in cell for cell in cells)
        assert not [cell for cell in cells if cell.startswith(("=", "@"))]


@pytest.mark.parametrize("name", MARKUP)
def test_a_name_is_text_on_every_page_that_shows_it(admin: User, db: None, name: str) -> None:
    scene.areas()
    scene.assets(scene.parties())
    lamp = Asset.objects.filter(kind="street_light").order_by("id").first()
    rename(lamp, name)
    browser = Client()
    browser.force_login(admin)
    addresses = (
        f"/assets/{lamp.uid}/",
        f"/assets/{lamp.uid}/edit/",
        "/assets/",
        f"/map/assets/{lamp.uid}/",
        "/search/?q=LD-0001",
    )
    for address in addresses:
        page = browser.get(address, follow=True).content.decode()
        for dangerous in ("<script>alert", "<img src=x", "' onmouseover", "</script><script>"):
            assert dangerous not in page, address
        assert html.escape(name) in page or "\\u003C" in page or name not in html.unescape(page), address
    shown = html.unescape(browser.get(f"/assets/{lamp.uid}/").content.decode())
    assert name in shown, "the name is shown as it was typed: no template, no format ran over it"


@pytest.mark.parametrize("name", [*MARKUP, "a\r\nSet-Cookie: a=b", "q\nX: y", "…\u2028", "\u202egnp.exe", '";x="'])
def test_a_file_s_name_stays_in_its_header(admin: User, name: str) -> None:
    """A name with line ends, quotes or markup neither adds a header nor leaves the file name."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from belltower.core.places.actions import loads
    from belltower.kernel.actors import Actor

    file = SimpleUploadedFile("x.csv", "编号,经度,纬度\nA,112.6,26.8\n".encode())
    load = loads.receive_file(file, f"{name}.csv", by=Actor.system("scene"))
    browser = Client()
    browser.force_login(admin)
    answer = browser.get(f"/loads/{load.uid}/aside/")
    told = answer.headers["Content-Disposition"]
    assert "Set-Cookie" not in answer.headers
    assert not any(ord(letter) < 32 for letter in told)
    assert told.startswith("attachment")
    assert re.fullmatch(r"""attachment; filename(="[^"\\\r\n]*(\\.[^"\\\r\n]*)*"|\*=utf-8''[\w.~%!*'()-]+)""", told), (
        told
    )
    page = browser.get(f"/loads/{load.uid}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_redirect_holds_no_second_header(client: Client, db: None) -> None:
    for address in ("/areas/%0d%0aSet-Cookie:a=b", "/%0d%0aX:y", "/assets?x=%0d%0aSet-Cookie:a=b"):
        answer = client.get(address)
        assert not re.search(r"[\r\n]", answer.headers.get("Location", "")), address
        assert "a" not in answer.cookies


def record(message: str, *arguments: object, **about: object) -> logging.LogRecord:
    made = logging.LogRecord("belltower.test", logging.INFO, __file__, 1, message, arguments, None)
    setattr(made, ABOUT, about)
    return made


@pytest.mark.parametrize("evil", ["a\nb", "a\r\n2026 forged", "\x1b[31mred", "\u2028line", "\u202etxt", "\0"])
def test_a_log_line_is_one_line_whatever_it_tells(evil: str) -> None:
    for formatter in (JsonLines(), Readable()):
        told = formatter.format(record("said %s", evil, route=evil))
        assert len(told.splitlines()) == 1
        assert not any(letter in told for letter in "\x1b\0\u202e\u2028")
    assert json.loads(JsonLines().format(record("said %s", evil)))["level"] == "info"


def test_a_traceback_cannot_forge_a_line() -> None:
    made = record("it failed")
    try:
        raise ValueError("x\n12:00:00 info    answered")
    except ValueError as error:
        made.exc_info = (type(error), error, error.__traceback__)
    assert all(line.startswith("    ") for line in Readable().format(made).splitlines()[1:])
    assert len(JsonLines().format(made).splitlines()) == 1


@pytest.mark.parametrize(
    "secret",
    ["bt_abcdefgh12345678", "Bearer eyJhbGciOi", "password=Tr0mpet", "token: abcdef99", '"secret": "Tr0mpet"',
     "postgresql://belltower:Tr0mpet@db/city", "sessionid=abcdefgh", "li.wei@city.example", "13812345678",
     "430405199001011234", "Key (phone)=(0734-8888888) already exists"],
)  # fmt: skip
def test_no_log_holds_a_secret_or_a_person_s_data(secret: str) -> None:
    """Not even when a library's message or a traceback quotes it."""
    lost = ("abcdefgh", "eyJhbGciOi", "Tr0mpet", "abcdef99", "li.wei", "13812345678", "199001011234", "8888888")
    made = record("failed: %s", secret, about=secret)
    try:
        raise ValueError(secret)
    except ValueError as error:
        made.exc_info = (type(error), error, error.__traceback__)
    for formatter in (JsonLines(), Readable()):
        told = formatter.format(made)
        assert not [one for one in lost if one in told], told


def test_what_is_no_secret_stays_in_the_log() -> None:
    said = "asset 0190b8a0-1380-7000-8138-138000000000 of 430405001001 at 112.6 took 1380000 µs"
    assert said in Readable().format(record(said))


def test_an_id_that_is_given_is_taken_only_when_it_is_one() -> None:
    assert request_id.taken("0190b8a0-0000-7000-8000-000000000000").startswith("0190b8a0")
    for bad in (None, "", "short", "x" * 65, "a b c d e f", "id\r\nX: y", "<script>", "ＡＢＣＤＥＦＧＨ", "../../etc"):
        assert request_id.taken(bad) != bad
