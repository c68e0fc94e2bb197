# SPDX-License-Identifier: Apache-2.0
"""A city, its bureau, and somebody at the public door who is nobody in particular."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings

from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.tests import files
from belltower.core.cases.actions import advance
from belltower.core.cases.models import Case
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Step
from belltower.core.cases.tests.scene import LAT, NOW, Bureau, bureau
from belltower.core.places.scope import EVERYTHING, seen_as

LON = 112.6032347
WORDS = "王五家楼下路灯坏了，联系13987654321"
CODE = r"[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}"


@dataclass
class Door:
    """The public door, and the bureau behind it."""

    client: Client
    people: Bureau

    def report(self, **more: object) -> str:
        """Report; the code on the receipt."""
        answer = self.client.post("/public/report/", form(**more), follow=True)
        assert answer.status_code == 200, answer.content.decode()
        return code_on(answer.content.decode())

    def through(self, until: Step, case: Case | None = None) -> Case:
        """The bureau's steps with the newest case, up to ``until``."""
        plan = [
            (Step.FILE, self.people.desk, Told()), (Step.DISPATCH, self.people.desk, Told(party_id=self.people.gas.pk)),
            (Step.TAKE, self.people.worker, Told()), (Step.ANSWER, self.people.worker, Told(reason="内部说明甲乙丙")),
            (Step.VERIFY, self.people.inspector, Told()), (Step.CLOSE, self.people.desk, Told()),
        ]  # fmt: skip
        with seen_as(EVERYTHING):
            held = case or Case.objects.latest("pk")
            for step, acting, told in plan:
                held = advance(held, step, told, acting=acting, now=NOW)
                if step is until:
                    break
        return held


def form(**more: object) -> dict[str, object]:
    """What a telephone sends."""
    return {"text": WORDS, "kind": "light_out", "lon": str(LON), "lat": str(LAT), **more}


def photo(content: bytes | None = None, name: str = "IMG_1.jpg") -> SimpleUploadedFile:
    """A photo as telephones take it, or something else under that name."""
    return SimpleUploadedFile(name, content or files.picture(told=files.exif()))


def code_on(page: str) -> str:
    """The tracking code that a receipt shows."""
    found = re.search(f"data-code>({CODE})<", page)
    assert found
    return found[1]


@pytest.fixture
def door(db: None, tmp_path: Path) -> Iterator[Door]:
    """Nothing is seen until a view says as whom."""
    people = bureau()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('belltower.sees', '', true)")
    with override_settings(BELLTOWER_ATTACHMENTS=Keeping(tmp_path)):
        yield Door(Client(HTTP_ACCEPT_LANGUAGE="zh-hans"), people)
