# SPDX-License-Identifier: Apache-2.0
"""A file is put beside something, kept once, described by what it says of itself, and copied without that."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import exifread
import pytest
from django.db import connection
from PIL import Image

from belltower.core.attachments.actions import erase, retire
from belltower.core.attachments.errors import AttachmentTooLarge, EmptyAttachment, NoReason, NotKept
from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.rules import content_of
from belltower.core.attachments.stores import store
from belltower.core.attachments.tests import files
from belltower.core.attachments.tests.conftest import BY, NOW, Put
from belltower.core.attachments.tests.photo import prepared
from belltower.core.jobs.models import Job

pytestmark = pytest.mark.django_db


def bytes_of(digest: str) -> bytes:
    return b"".join(store().read(digest))


def test_a_photo_is_kept_by_its_digest_and_says_when_where_and_with_what_it_was_taken(put_one: Put) -> None:
    photo = files.picture(told=files.exif())
    row = put_one(photo, "灯杆.jpg", zone=ZoneInfo("Asia/Shanghai"))
    assert row.digest == hashlib.sha256(photo).hexdigest()
    assert bytes_of(row.digest) == photo
    assert (row.media_type, row.size, row.name, row.put_by) == ("image/jpeg", len(photo), "灯杆.jpg", "system:test")
    assert row.taken_at == datetime(2026, 5, 3, 2, 0, tzinfo=UTC)
    assert (row.lon, row.lat) == pytest.approx((files.LON, files.LAT), abs=1e-6)
    assert row.facts["camera"] == files.CAMERA
    assert Job.objects.get().work == "attachments.prepare"


def test_the_cameras_own_offset_is_believed_before_the_citys_zone(put_one: Put) -> None:
    row = put_one(files.picture(told=files.exif(offset="-05:00")), zone=ZoneInfo("Asia/Shanghai"))
    assert row.taken_at == datetime(2026, 5, 3, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_is_shown_says_nothing_of_place_and_camera(put_one: Put, form: str) -> None:
    """Read back by exifread, which shares no code with what wrote it, and by looking for the words themselves."""
    photo = files.picture(form, told=files.exif())
    assert b"SN-4711" in photo
    row = prepared(put_one(photo, f"lamp.{form.lower()}"))
    for digest in (row.copy, row.thumbnail):
        shown = bytes_of(digest)
        tags = exifread.process_file(io.BytesIO(shown), details=True)
        assert not [name for name in tags if name.startswith(("GPS", "Image", "EXIF"))]
        assert not [word for word in (b"SN-4711", b"Huawei", b"Exif", b"GPS", b"http://ns.adobe.com") if word in shown]
    assert b"SN-4711" in bytes_of(row.digest), "the original keeps what it says"
    if form != "WEBP":  # exifread does not find what Pillow writes into a WebP; the words above tell
        assert "GPS GPSLatitude" in exifread.process_file(io.BytesIO(photo))


def test_pictures_are_shown_upright(put_one: Put) -> None:
    """Orientation 6: the camera was turned to the right, so that red (left in the file) belongs on top."""
    row = prepared(put_one(files.picture(told=files.exif(orientation=6))))
    for digest in (row.copy, row.thumbnail):
        shown = Image.open(io.BytesIO(bytes_of(digest))).convert("RGB")
        assert shown.width < shown.height
        top, bottom = shown.getpixel((shown.width // 2, 4)), shown.getpixel((shown.width // 2, shown.height - 5))
        assert top[0] > 200 > 60 > top[2]
        assert bottom[2] > 200 > 60 > bottom[0]


def test_a_large_picture_has_a_small_thumbnail(put_one: Put) -> None:
    row = prepared(put_one(files.picture(image=files.halves(3000, 2000))))
    assert max(Image.open(io.BytesIO(bytes_of(row.thumbnail))).size) == 400
    assert Image.open(io.BytesIO(bytes_of(row.copy))).size == (3000, 2000)


def test_a_film_is_shown_without_its_place_and_author_and_nothing_in_it_moves(put_one: Put) -> None:
    film = files.film()
    row = prepared(put_one(film, "leak.mp4"))
    shown = bytes_of(content_of(row)[0])
    assert len(shown) == len(film)
    assert b"+26.9000" in film
    assert not [word for word in (b"+26.9000", b"Li Wei", b"udta", b"\xa9xyz") if word in shown]
    assert shown[shown.index(b"mdat") :] == film[film.index(b"mdat") :]


def test_a_picture_that_cannot_be_decoded_is_noted_and_never_shown(put_one: Put) -> None:
    photo = files.picture(image=files.halves(800, 600))
    row = prepared(put_one(photo[: len(photo) // 2]))
    assert (row.trouble, row.copy, row.thumbnail) == ("cannot_decode", "", "")


def test_the_same_content_beside_two_things_is_kept_once(put_one: Put) -> None:
    one, two = put_one(files.pdf(), "a.pdf"), put_one(files.pdf(), "b.pdf")
    assert one.digest == two.digest
    assert one.uid != two.uid
    assert len(list(store().each())) == 1


def test_a_worker_that_does_it_twice_changes_nothing(put_one: Put) -> None:
    row = prepared(put_one(files.picture(told=files.exif())))
    first = (row.copy, row.thumbnail, row.scan)
    assert (prepared(row).copy, row.thumbnail, row.scan) == first
    assert len(list(store().each())) == 3


def test_an_empty_file_and_one_above_its_limit_are_refused_and_leave_nothing(
    put_one: Put, kept: Keeping, settings
) -> None:
    settings.BELLTOWER_ATTACHMENTS = Keeping(
        folder=kept.folder, largest_mib={"picture": 1, "document": 2, "video": 2, "text": 1}
    )
    with pytest.raises(EmptyAttachment):
        put_one(b"", "a.txt")
    with pytest.raises(AttachmentTooLarge, match="1 MiB"):
        put_one(b"letters and words\n" * 80_000, "a.txt")
    with pytest.raises(AttachmentTooLarge, match="2 MiB"):
        put_one(bytes(3 << 20), "a.bin")
    assert not Attachment.objects.exists()
    assert [path for path in kept.folder.rglob("*") if path.is_file()] == []


def test_taking_down_says_why_and_loses_nothing(put_one: Put) -> None:
    row = put_one(files.pdf(), "a.pdf")
    with pytest.raises(NoReason):
        retire(row, reason=" ", by=BY, now=NOW)
    done = retire(row, reason="wrong lamp", by=BY, now=NOW)
    assert (done.state, done.reason, done.ended_by) == ("retired", "wrong lamp", "system:test")
    assert bytes_of(row.digest) == files.pdf()
    with pytest.raises(NotKept):
        retire(row, reason="again", by=BY, now=NOW)


def test_erasing_takes_the_bytes_wherever_they_are_attached_and_keeps_the_digest(put_one: Put) -> None:
    photo = files.picture(told=files.exif())
    one, two, other = (
        prepared(put_one(photo)),
        prepared(put_one(photo)),
        prepared(put_one(files.picture("PNG"), "b.png")),
    )
    assert erase(one, reason="request of 3 May", by=BY, now=NOW) == 2
    for row in (one, two):
        row.refresh_from_db()
        assert (row.state, row.digest) == ("erased", hashlib.sha256(photo).hexdigest())
        assert (row.lon, row.lat, row.taken_at, row.facts, row.copy, row.thumbnail) == (None, None, None, {}, "", "")
        assert "lamp" not in row.name
    assert {held.digest for held in store().each()} == {other.digest, other.copy, other.thumbnail}


def test_the_database_itself_refuses_to_delete(put_one: Put) -> None:
    row = put_one(files.pdf(), "a.pdf")
    with pytest.raises(Exception, match="nothing is deleted"):
        row.delete()


@pytest.mark.django_db(transaction=True)
def test_twenty_who_put_the_same_at_once_keep_it_once(put_one: Put) -> None:
    """Twenty connections, one content: twenty rows, twenty jobs, one file."""
    content = files.picture(image=files.halves(900, 700))

    def put_from_a_thread(number: int) -> str:
        try:
            return put_one(content, f"{number}.jpg").digest
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        digests = set(pool.map(put_from_a_thread, range(20)))
    assert digests == {hashlib.sha256(content).hexdigest()}
    assert Attachment.objects.count() == 20
    [held] = store().each()
    assert bytes_of(held.digest) == content
