# SPDX-License-Identifier: Apache-2.0
"""Files beside assets, through the API: sent, listed, fetched in parts, taken down, erased; and never run by a browser."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from belltower.core.access.rules import Verb
from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.models import Attachment, Scan
from belltower.core.attachments.tests import files
from belltower.core.attachments.tests.photo import BY, attached, prepared
from belltower.core.ledger.entries import entry
from belltower.screens.api.tests.scene import Street

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(tmp_path, settings) -> Keeping:
    settings.BELLTOWER_ATTACHMENTS = Keeping(folder=tmp_path / "attachments")
    return settings.BELLTOWER_ATTACHMENTS


def send(client: Client, street: Street, content: bytes, name: str = "灯杆.jpg", kind: str = "text/html") -> Any:
    """What the sender's program says of the type is wrong on purpose."""
    file = SimpleUploadedFile(name, content, content_type=kind)
    return client.post(f"/api/v1/assets/{street.lamp.uid}/attachments", {"file": file})


def get(client: Client, row: Attachment, form: str, **headers: str) -> Any:
    """The answer, read to its end: ``body``."""
    answer = client.get(f"/api/v1/attachments/{row.uid}/{form}", headers=headers)
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def test_a_photo_is_sent_listed_and_fetched(bureau: Client, street: Street) -> None:
    photo = files.picture(told=files.exif())
    sent = send(bureau, street, photo)
    assert sent.status_code == 201, sent.content
    told = sent.json()
    assert told["digest"] == hashlib.sha256(photo).hexdigest()
    assert told["subject"] == f"places.asset:{street.lamp.uid}"
    assert (told["media_type"], told["camera"], told["is_prepared"]) == ("image/jpeg", files.CAMERA, False)
    assert told["taken_at"] == "2026-05-03T02:00:00Z", "the city's zone is Asia/Shanghai"
    assert told["put_by"].startswith("service:")

    row = prepared(Attachment.objects.get(uid=told["uid"]))
    [listed] = bureau.get(f"/api/v1/assets/{street.lamp.uid}/attachments").json()["items"]
    assert (listed["uid"], listed["has_copy"], listed["has_thumbnail"]) == (told["uid"], True, True)
    original = get(bureau, row, "original")
    assert original.body == photo
    shown, small = get(bureau, row, "content"), get(bureau, row, "thumbnail")
    assert (shown["Content-Type"], small["Content-Type"]) == ("image/jpeg", "image/jpeg")
    assert b"SN-4711" not in shown.body + small.body


def test_a_file_is_never_run_framed_or_kept_by_a_proxy(bureau: Client, street: Street) -> None:
    row = attached(street.lamp, "一,二\n<b>,x\n".encode(), "列表.csv")
    answer = get(bureau, row, "content")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"].replace("default-src 'none'", "")
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E5%88%97%E8%A1%A8.csv"


def test_no_name_breaks_out_of_its_header(bureau: Client, street: Street) -> None:
    """Line breaks, quotes, folders and letters that turn the reading round do not survive."""
    evil = 'a"; filename="x.html\r\nSet-Cookie: a=b\r\n\r\n<script>\u202egpj.exe/../..\\lamp'
    row = attached(street.lamp, files.pdf(), evil)
    assert not set(row.name) & set('"\r\n/\\<>\u202e:')
    answer = get(bureau, row, "content")
    assert "Set-Cookie" not in answer.headers
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Disposition"].count('"') <= 2


def test_a_film_is_sent_in_the_parts_that_are_asked_for(bureau: Client, street: Street) -> None:
    row = attached(street.lamp, files.film(), "leak.mp4")
    whole = get(bureau, row, "content").body
    part = get(bureau, row, "content", Range="bytes=100-199")
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 100-199/{len(whole)}")
    assert part.body == whole[100:200]
    assert get(bureau, row, "content", Range="bytes=-50").body == whole[-50:]
    assert get(bureau, row, "content", Range="bytes=4000-").body == whole[4000:]
    beyond = get(bureau, row, "content", Range=f"bytes={len(whole)}-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(whole)}")
    for odd in ("bytes=9-1", "bytes=0-1,5-6", "lines=1-2", "bytes=-", "bytes=x"):
        assert get(bureau, row, "content", Range=odd).status_code == 200, odd
    stale = get(bureau, row, "content", **{"Range": "bytes=0-9", "If-Range": '"another"'})
    assert stale.status_code == 200
    known = get(bureau, row, "content", **{"If-None-Match": part["ETag"]})
    assert (known.status_code, known.body) == (304, b"")


def test_who_may_only_look_gets_the_copy_and_not_the_original(as_token: Callable[..., Client], street: Street) -> None:
    row = attached(street.lamp)
    viewer = as_token(Verb.VIEW)
    assert get(viewer, row, "content").status_code == 200
    assert get(viewer, row, "original").status_code == 403
    told = viewer.get(f"/api/v1/attachments/{row.uid}").json()
    [listed] = viewer.get(f"/api/v1/assets/{street.lamp.uid}/attachments").json()["items"]
    for one in (told, listed):
        assert (one["position"], one["camera"]) == (None, None)
    assert as_token(Verb.VIEW, Verb.EDIT).get(f"/api/v1/attachments/{row.uid}").json()["camera"] == files.CAMERA
    assert send(viewer, street, files.pdf(), "a.pdf").status_code == 403


def test_another_enterprises_files_are_not_there(as_token: Callable[..., Client], street: Street) -> None:
    row = attached(street.lamp)
    gas = as_token(*Verb, party=street.gas)
    for form in ("content", "thumbnail", "original"):
        assert get(gas, row, form).status_code == 404, form
    assert gas.get(f"/api/v1/attachments/{row.uid}").status_code == 404
    assert gas.get(f"/api/v1/assets/{street.lamp.uid}/attachments").status_code == 404
    assert send(gas, street, files.pdf(), "a.pdf").status_code == 404
    for verb in ("retire", "erase"):
        answer = gas.post(f"/api/v1/attachments/{row.uid}/{verb}", {"reason": "x"}, content_type="application/json")
        assert answer.status_code in (403, 404)
    assert Attachment.objects.get(pk=row.pk).state == "kept"
    light = as_token(Verb.VIEW, party=street.light)
    assert get(light, row, "content").status_code == 200


def test_what_is_taken_down_is_listed_no_more_and_still_known(bureau: Client, street: Street) -> None:
    row = attached(street.lamp)
    answer = bureau.post(
        f"/api/v1/attachments/{row.uid}/retire", {"reason": "另一根灯杆"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "retired")
    assert bureau.get(f"/api/v1/assets/{street.lamp.uid}/attachments").json()["items"] == []
    assert bureau.get(f"/api/v1/attachments/{row.uid}").json()["reason"] == "另一根灯杆"
    again = bureau.post(f"/api/v1/attachments/{row.uid}/retire", {"reason": "x"}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "attachment_not_kept")


def test_what_is_erased_is_gone_and_its_digest_stays(
    bureau: Client, as_token: Callable[..., Client], street: Street
) -> None:
    row = attached(street.lamp)
    why = {"reason": "request of 3 May"}
    address = f"/api/v1/attachments/{row.uid}/erase"
    assert as_token(Verb.EDIT).post(address, why, content_type="application/json").status_code == 403
    erased = bureau.post(address, why, content_type="application/json").json()
    assert (erased["state"], erased["digest"], erased["position"]) == ("erased", row.digest, None)
    for form in ("content", "thumbnail", "original"):
        answer = get(bureau, row, form)
        assert (answer.status_code, answer.json()["code"]) == (410, "attachment_erased")


@pytest.mark.parametrize(("scan", "status", "code"), [(Scan.WAITING, 409, "not_scanned_yet"), (Scan.INFECTED, 403, "infected")])  # fmt: skip
def test_what_no_scanner_cleared_is_opened_by_nobody(
    bureau: Client, street: Street, scan: str, status: int, code: str
) -> None:
    row = attached(street.lamp)
    with entry("test.scan", by=BY):
        Attachment.objects.filter(pk=row.pk).update(scan=scan, found="Eicar")
    for form in ("content", "thumbnail", "original"):
        answer = get(bureau, row, form)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_what_came_before_the_scanner_was_set_waits_for_it_as_well(
    bureau: Client, street: Street, kept: Keeping, settings
) -> None:
    row = attached(street.lamp)
    settings.BELLTOWER_ATTACHMENTS = Keeping(folder=kept.folder, scanner="command:true")
    assert get(bureau, row, "content").json()["code"] == "not_scanned_yet"
    prepared(row)
    assert get(bureau, row, "content").status_code == 200


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "lamp.svg", "content_not_taken"),
        (b"<!doctype html><script>1</script>", "lamp.jpg", "content_not_taken"),
        (b"MZ\x90\0" + bytes(100), "lamp.jpg", "content_not_taken"),
        (files.pdf(), "lamp.jpg", "disguised_file"),
        (files.picture() + files.office(), "lamp.jpg", "disguised_file"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "lamp.heic", "heic_not_taken"),
        (b"", "lamp.jpg", "attachment_empty"),
    ],
    # A picture holds the second in which it was made: by that, workers would collect tests of other names.
    ids=["script in svg", "page", "program", "pdf", "picture and office", "heic", "empty"],
)
def test_what_is_not_taken_is_refused_in_both_languages(
    bureau: Client, street: Street, content: bytes, name: str, code: str
) -> None:
    refused = send(bureau, street, content, name, kind="image/jpeg")
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    in_chinese = bureau.post(
        f"/api/v1/assets/{street.lamp.uid}/attachments",
        {"file": SimpleUploadedFile(name, content)},
        headers={"Accept-Language": "zh"},
    )
    assert "文件" in in_chinese.json()["title"]
    assert not Attachment.objects.exists()


def test_a_file_above_the_limit_is_refused_before_it_is_read(
    bureau: Client, street: Street, kept: Keeping, settings
) -> None:
    limits = dict.fromkeys(kept.largest_mib, 1)
    settings.BELLTOWER_ATTACHMENTS = Keeping(folder=kept.folder, largest_mib=limits)
    assert send(bureau, street, files.picture() + bytes(1 << 20)).json()["code"] == "attachment_too_large"
    assert send(bureau, street, bytes(3 << 20)).status_code == 413
