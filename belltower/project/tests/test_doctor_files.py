# SPDX-License-Identifier: Apache-2.0
"""What the doctor and the settings say of attachments."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from belltower.core.attachments.checking import Checked
from belltower.core.attachments.stores import Held
from belltower.project import attachments
from belltower.project.doctor.files import judge
from belltower.project.doctor.finding import Verdict
from belltower.project.installation import UnreadableSetting

HELD = Held("b" * 64, 10, datetime(2026, 5, 1, tzinfo=UTC))
FINE = Checked(named=3, reread=3, missing=(), changed=(), left_over=(), half=())


@pytest.mark.parametrize(
    ("found", "verdicts"),
    [
        (FINE, [Verdict.FINE]),
        (Checked(3, 3, ("a" * 64,), (), (), ()), [Verdict.WRONG]),
        (Checked(3, 3, (), ("a" * 64,), (), ()), [Verdict.WRONG]),
        (Checked(3, 3, (), (), (HELD,), ()), [Verdict.NOTE]),
        (Checked(3, 3, (), (), (), (Path("x.part"),)), [Verdict.NOTE]),
        (Checked(3, 3, ("a" * 64,), ("c" * 64,), (HELD,), ()), [Verdict.WRONG, Verdict.WRONG, Verdict.NOTE]),
    ],
)
def test_missing_and_changed_is_wrong_and_left_over_is_worth_knowing(found: Checked, verdicts: list[Verdict]) -> None:
    said = list(judge(found))
    assert [one.verdict for one in said] == verdicts
    assert all(one.mend for one in said if one.verdict is not Verdict.FINE)


def test_without_settings_files_are_kept_in_the_home() -> None:
    kept = attachments.read(Path("/home-of-a-test/files"), {})
    assert (kept.folder, kept.objects, kept.scanner) == (Path("/home-of-a-test/files/attachments"), None, None)
    assert kept.largest("picture") == 25 << 20


def test_an_object_store_is_read_from_its_address_and_its_secret_is_not_shown(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    kept = attachments.read(
        tmp_path,
        {
            "BELLTOWER_ATTACHMENTS": "s3://files/city/one",
            "BELLTOWER_S3_KEY": "key",
            "BELLTOWER_S3_SECRET_FILE": str(secret),
            "BELLTOWER_S3_ENDPOINT": "http://127.0.0.1:9000",
        },
    )
    assert kept.objects
    assert (kept.objects.bucket, kept.objects.prefix, kept.objects.secret) == ("files", "city/one", "hush")
    assert "hush" not in repr(kept)


@pytest.mark.parametrize(
    "environment",
    [
        {"BELLTOWER_ATTACHMENTS": "s3:///nobucket"},
        {"BELLTOWER_ATTACHMENT_LIMITS": "photo=3"},
        {"BELLTOWER_ATTACHMENT_LIMITS": "picture=0"},
        {"BELLTOWER_SCANNER": "/usr/bin/clamscan"},
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_at_the_start(environment: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(UnreadableSetting) as refused:
        attachments.read(tmp_path, environment)
    assert next(iter(environment)) in refused.value.say("zh")


def test_limits_are_changed_one_by_one(tmp_path: Path) -> None:
    kept = attachments.read(tmp_path, {"BELLTOWER_ATTACHMENT_LIMITS": "video=1000, text=1"})
    assert (kept.largest("video"), kept.largest("text"), kept.largest("picture")) == (1000 << 20, 1 << 20, 25 << 20)
