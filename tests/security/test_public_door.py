# SPDX-License-Identifier: Apache-2.0
"""Attacks at the public door: scripts in every field, forged forms, guessed codes, floods, forged receipts, planted names."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from belltower.core.cases.models import Case, Report
from belltower.core.cases.table import Step
from belltower.core.ledger import check_proof, heads, keys
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.receiving import looks
from belltower.project.guard import limiting
from belltower.project.guard.limits import Counts
from belltower.screens.public.tests.conftest import LAT, LON, WORDS, Door, door, form

__all__ = ["door"]

pytestmark = pytest.mark.django_db

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
OPEN = ("data.csv", "data.geojson", "data.json", "feed.atom", "nearby/", "nearby/marks.geojson", "data/")


def test_a_script_in_any_field_is_text_on_every_page(door: Door) -> None:
    fields = dict.fromkeys(("text", "address", "name", "kind", "phone", "email", "considered"), SCRIPT)
    pages = [door.client.post("/public/report/", form(**fields)), door.client.post("/public/report/", fields)]
    code = door.report(text=SCRIPT, address=SCRIPT, name=SCRIPT)
    case = door.through(Step.CLOSE)
    with seen_as(EVERYTHING):
        looks.let_out(Report.objects.select_related("case").get(), SCRIPT, acting=door.people.desk, now=case.changed_at)
    at = f"/public/r/{code}/"
    pages += [
        door.client.post(f"{at}comment/", {"text": SCRIPT}, follow=True), door.client.post(f"{at}rate/", {"stars": SCRIPT}),
        door.client.post(f"{at}contest/", {"case": SCRIPT, "complaint": SCRIPT, "text": SCRIPT}),
        door.client.post("/public/track/", {"code": SCRIPT}), door.client.get(at), door.client.get(f"{at}receipt/"),
        door.client.get(f"/public/cases/{case.number}/"), door.client.post("/public/verify/", {"text": SCRIPT}),
        door.client.get("/public/nearby/", {"lon": SCRIPT, "lat": SCRIPT}),
        door.client.get("/public/report/near/", {"text": SCRIPT, "kind": SCRIPT, "lon": LON, "lat": LAT}),
        *(door.client.get(f"/public/{one}", {"area": SCRIPT, "kind": SCRIPT, "limit": SCRIPT}) for one in OPEN),
    ]  # fmt: skip
    for page in pages:
        said = page.content.decode()
        assert "<script>alert" not in said
        assert "<img src=x" not in said
    assert "&lt;script&gt;" in door.client.get(at).content.decode(), "what the desk let out is there, as text"


def test_a_form_of_another_site_is_refused(door: Door) -> None:
    code = door.report()
    strict = Client(enforce_csrf_checks=True)
    with seen_as(EVERYTHING):
        number = Case.objects.get().number
    at = f"/public/r/{code}"
    for address in (
        "/public/report/", "/public/track/", f"/public/cases/{number}/follow/", f"{at}/contest/", f"{at}/forget/",
        f"{at}/comment/", f"{at}/rate/", f"{at}/confirm/", "/public/verify/",
    ):  # fmt: skip
        assert strict.post(address, form()).status_code == 403, address
    page = strict.get("/public/track/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    sent = strict.post("/public/track/", {"code": code, "csrfmiddlewaretoken": token[1]})
    assert sent.status_code == 302


def test_wrong_codes_are_answered_alike_and_soon_not_at_all(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = door.report()
    near = code[:-1] + ("0" if code[-1] != "0" else "1")
    said = {
        (answer.status_code, re.sub(r"\b\w{64}\b", "", answer.content.decode()))
        for guess in (near, "0" * 20, "x", "A" * 79) for answer in [door.client.post("/public/track/", {"code": guess})]
    }  # fmt: skip
    assert len(said) == 1
    assert {door.client.get(f"/public/r/{guess}/").status_code for guess in (near, "x")} == {404}
    counts = Counts(tmp_path / "limits", key=b"k")
    monkeypatch.setattr(limiting, "counts", lambda: counts)
    with override_settings(BELLTOWER_LIMITS="track=5/min"):
        guessing = Client()
        tried = [guessing.get(f"/public/r/{near}/").status_code for _ in range(3)]
        tried += [guessing.post("/public/track/", {"code": near}).status_code for _ in range(3)]
        assert tried == [404] * 5 + [429]
        assert guessing.get(f"/public/r/{code}/").status_code == 429, "a right one is no exception that would tell"


def test_a_flood_of_reports_is_held_back(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts(tmp_path / "limits", key=b"k")
    monkeypatch.setattr(limiting, "counts", lambda: counts)
    with override_settings(BELLTOWER_LIMITS="report=2/hour"):
        flood = Client()
        sent = [flood.post("/public/report/", form(lon=str(112.55 + at / 50))).status_code for at in range(4)]
        assert sent == [302, 302, 429, 429]
        assert flood.get("/public/report/").status_code == 200
    with seen_as(EVERYTHING):
        assert Case.objects.count() == 2


def test_nothing_personal_is_in_any_open_data(door: Door) -> None:
    door.report(address="王五家3栋2单元", name="王五", phone="13987654321", email="wang@example.org")
    door.through(Step.ANSWER)
    door.report(text="赵六的车", lon="112.65", lat="26.85", kind="other", name="赵六")
    with seen_as(EVERYTHING):
        number = Case.objects.order_by("pk")[0].number
    for address in (*OPEN, f"cases/{number}/", f"report/near/?lon={LON}&lat={LAT}&kind=light_out&text={WORDS[:4]}"):
        answer = door.client.get(f"/public/{address}")
        assert answer.status_code == 200, address
        said = answer.content.decode()
        planted = ("王五", "赵六", "1398765", "wang@", "内部说明", "单元", "112.6032", "person:", "楼下")
        assert [word for word in planted if word in said] == [], address
    rows = list(csv.DictReader(io.StringIO(door.client.get("/public/data.csv").content.decode("utf-8-sig"))))
    assert [(row["lon"], row["standing"]) for row in rows] == [("112.65", "received"), ("112.603", "answered")]
    assert door.client.get("/public/data.csv?area=430408").content.count(b"\r\n") == 3
    assert door.client.get("/public/data.csv?area=430405").content.count(b"\r\n") == 1


def test_open_data_is_paged_without_gaps(door: Door) -> None:
    for at in range(5):
        door.report(lon=str(112.55 + at / 50))
    seen, address = [], "/public/data.json?limit=2"
    while address:
        page = door.client.get(address).json()
        seen += [row["number"] for row in page["items"]]
        address = page["next"]
    with seen_as(EVERYTHING):
        assert seen == list(Case.objects.order_by("-pk").values_list("number", flat=True))


def receipt_of(door: Door, code: str) -> dict[str, Any]:
    heads.sign_head(datetime.now(UTC))
    found: dict[str, Any] = door.client.get(f"/public/r/{code}/receipt.json").json()
    return found


def verified(door: Door, receipt: object) -> bool:
    file = SimpleUploadedFile("receipt.json", json.dumps(receipt).encode())
    answer = door.client.post("/public/verify/", {"receipt": file})
    assert answer.status_code in (200, 422)
    return "回执真实有效" in answer.content.decode()


def altered(receipt: dict[str, Any]) -> list[dict[str, Any]]:
    """The receipt, forged in one place each."""
    forged = [copy.deepcopy(receipt) for _ in range(8)]
    forged[0]["entry"]["text"] = forged[0]["entry"]["text"].replace("receiving.report", "receiving.refuse")
    forged[1]["row"]["text"] = forged[1]["row"]["text"].replace("zh", "en")
    forged[2]["head"]["root"] = "00" * 32
    forged[3]["head"]["signature"] = "00" * 64
    forged[4]["entry"]["position"] += 1
    forged[5]["inclusion"] = forged[5]["inclusion"][:-1]
    del forged[6]["row"]
    forged[7]["head"]["key"] = "00" * 32
    return forged


def test_a_receipt_holds_here_and_off_line_and_a_forged_one_nowhere(door: Door, tmp_path: Path) -> None:
    code = door.report()
    assert door.client.get(f"/public/r/{code}/receipt/").status_code == 200
    receipt = receipt_of(door, code)
    door.report(lon="112.65")
    heads.sign_head(datetime.now(UTC))
    assert verified(door, receipt), "also when the log has grown"
    for number, forged in enumerate(altered(receipt)):
        assert not verified(door, forged), number
    for nonsense in ([], {"format": 1}, {"format": "x", "entry": [], "head": [], "inclusion": 3}):
        assert not verified(door, nonsense)
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt))
    command = [sys.executable, str(check_proof.__file__), str(file), keys.signing_key().public.hex()]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    file.write_text(json.dumps(altered(receipt)[1]))
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
