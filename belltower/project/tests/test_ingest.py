# SPDX-License-Identifier: Apache-2.0
"""The fast door acknowledges what is committed, says of each other row why not, and keeps that aside."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pyarrow as pa
import pytest
import zstandard
from litestar.testing import TestClient

from belltower.core.access import actions
from belltower.core.access.rules import Verb
from belltower.core.observations.models import Count, Datastream, KeptAside, Latest
from belltower.core.observations.tests.senses import asked, streams
from belltower.kernel.actors import Actor
from belltower.project.gateway import application as gateway
from belltower.project.gateway.ingest import receiving

BY = Actor.system("tests")
LINES, PACKED, ARROW = "application/x-ndjson", "application/msgpack", "application/vnd.apache.arrow.stream"
NOW = datetime.now(UTC).replace(microsecond=0)


def token(*verbs: Verb, party: Any = None) -> str:
    account = actions.service_account(f"meter {len(verbs)}", party=party, by=BY)
    return actions.make_token(account, scopes=verbs or [Verb.SENSE], expires_at=None, by=BY, now=NOW).secret


class Door:
    """The machines' door, as a device that has a token sees it."""

    def __init__(self, client: TestClient[Any], secret: str) -> None:
        self.client, self.secret = client, secret

    def send(self, body: Any, media_type: str = LINES, **headers: str) -> httpx.Response:
        given = {
            "content-type": media_type,
            "authorization": f"Bearer {self.secret}",
            "accept-language": "en",
            **headers,
        }
        return self.client.post("/ingest", content=body, headers=given)

    def told(self, body: Any, media_type: str = LINES, **headers: str) -> dict[str, Any]:
        answer = self.send(body, media_type, **headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
def door(transactional_db: None) -> Iterator[Door]:
    with TestClient(gateway.application) as client:
        yield Door(client, token(Verb.SENSE))


def lines(*rows: dict[str, Any]) -> bytes:
    return b"\n".join(msgspec.json.encode(row) for row in rows)


def row(stream: object = "s/0", seconds: int = 0, value: object = 1.5, **more: Any) -> dict[str, Any]:
    return {"stream": stream, "at": (NOW + timedelta(seconds=seconds)).isoformat(), "value": value, **more}


def stored() -> list[tuple[Any, ...]]:
    return asked("SELECT s.key, r.at, r.value, r.quality FROM observations_reading r"
                 " JOIN observations_datastream s ON s.id = r.stream ORDER BY r.stream, r.at, r.result_at")  # fmt: skip


def counted() -> dict[str, int]:
    """What the conservation count says of the test's sender."""
    names = ("received", "stored", "duplicates", "refused")
    rows = Count.objects.filter(source="meter 1").values_list(*names)
    return {name: sum(one[at] for one in rows) for at, name in enumerate(names)}


def test_what_is_acknowledged_is_stored_counted_and_the_latest(door: Door) -> None:
    [one, two] = streams(2)
    told = door.told(lines(row("s/0", 0, 1.5), row(two, 1, 2, quality=1), row("s/0", 2, 3)))
    assert told == {"received": 3, "stored": 3, "duplicates": 0, "refused": [], "refused_count": 0}
    assert stored() == [
        ("s/0", NOW, 1.5, 0),
        ("s/0", NOW + timedelta(seconds=2), 3.0, 0),
        ("s/1", NOW + timedelta(seconds=1), 2.0, 1),
    ]
    assert Latest.objects.get(stream=one).value == 3.0
    assert counted() == {"received": 3, "stored": 3, "duplicates": 0, "refused": 0}


def test_sending_again_stores_nothing_twice(door: Door) -> None:
    streams(1)
    body = lines(*(row(seconds=n) for n in range(5)))
    door.told(body)
    assert door.told(body + b"\n" + lines(row(seconds=9)))["duplicates"] == 5
    assert len(stored()) == 6
    assert counted() == {"received": 11, "stored": 6, "duplicates": 5, "refused": 0}


def arrow(rows: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    at = pa.array([datetime.fromisoformat(one["at"]).replace(tzinfo=None) for one in rows], pa.timestamp("us")).cast(
        pa.timestamp("us", "UTC")
    )
    table = pa.table(
        {"stream": [one["stream"] for one in rows], "at": at, "value": [float(one["value"]) for one in rows]}
    )
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


@pytest.mark.parametrize(
    ("media_type", "packed"),
    [
        (LINES, lambda rows: lines(*rows)),
        ("application/json", lambda rows: json.dumps(rows, indent=1).encode()),
        (PACKED, msgspec.msgpack.encode),
        (PACKED, lambda rows: b"".join(map(msgspec.msgpack.encode, rows))),
        (ARROW, arrow),
    ],
    ids=["lines", "json", "messages in an array", "messages", "arrow"],
)
@pytest.mark.parametrize("pack", [None, "gzip", "zstd"])
def test_every_form_says_the_same(
    door: Door, media_type: str, packed: Callable[[list[dict[str, Any]]], bytes], pack: str | None
) -> None:
    streams(3)
    body = packed([row(f"s/{n % 3}", n, n) for n in range(1200)])
    headers = {"content-encoding": pack} if pack else {}
    body = {"gzip": gzip.compress, "zstd": zstandard.compress, None: bytes}[pack](body)
    assert door.told(body, media_type, **headers)["stored"] == 1200
    assert [one[2] for one in stored() if one[0] == "s/1"] == [float(n) for n in range(1, 1200, 3)]


def test_a_row_that_cannot_be_stored_is_told_counted_and_kept_aside(door: Door) -> None:
    streams(1)
    long_ago, far_ahead = {"at": "1970-01-01T00:00:00Z"}, {"at": "2100-01-01T00:00:00Z"}
    body = lines(row(), row("s/nine"), {**row(), **long_ago}, {**row(), **far_ahead}, row(4711), row(seconds=1))
    told = door.told(body + b'\n{"stream":"s/0","at":5,"value":NaN}\n{"stream":"\xff","at":5,"value":1}\n')
    assert {name: told[name] for name in ("received", "stored", "refused_count")} == {
        "received": 8, "stored": 2, "refused_count": 6,
    }  # fmt: skip
    assert [(one["row"], one["code"]) for one in told["refused"]] == [
        (2, "unknown_stream"), (3, "too_early"), (4, "too_late"), (5, "unknown_stream"),
        (7, "unreadable_row"), (8, "broken_utf8"),
    ]  # fmt: skip
    assert "'s/nine'" in told["refused"][0]["say"]
    assert counted() == {"received": 8, "stored": 2, "duplicates": 0, "refused": 6}
    aside = KeptAside.objects.filter(source="meter 1")
    assert sum(one.rows for one in aside) == 6
    [unknown] = aside.filter(reason="unknown_stream")
    assert [msgspec.json.decode(line)["stream"] for line in bytes(unknown.frame).splitlines()] == ["s/nine", 4711]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_no_number_is_refused(door: Door, value: float) -> None:
    streams(1)
    answer = door.send(msgspec.msgpack.encode([row(value=value)]), PACKED)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    told = answer.json()
    assert (told["code"], told["refused"][0]["code"], told["refused_count"]) == ("nothing_stored", "not_finite", 1)
    assert not stored()


def test_ten_megabytes_of_one_line_are_one_refused_row(door: Door) -> None:
    streams(1)
    told = door.told(lines(row()) + b"\n" + b"x" * 10_000_000 + b"\n" + lines(row(seconds=1)))
    assert (told["stored"], told["refused"][0]["row"], told["refused"][0]["code"]) == (2, 2, "row_too_long")


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{}", {"content-type": "text/csv"}, 415, "unknown_content"),
        (b"{}", {"content-encoding": "br"}, 415, "unknown_encoding"),
        (b"no gzip", {"content-encoding": "gzip"}, 422, "broken_encoding"),
        (gzip.compress(b"{}\n" * 9, mtime=0)[:-4], {"content-encoding": "gzip"}, 422, "broken_encoding"),
        (b"\xc1\xc1", {"content-type": PACKED}, 422, "unreadable"),
        (b"no arrow", {"content-type": ARROW}, 422, "unreadable"),
        (b'[{"stream"', {"content-type": "application/json"}, 422, "unreadable"),
        (b"{}", {"authorization": "Bearer bt_guess"}, 401, "not_signed_in"),
        (b"{}", {"authorization": ""}, 401, "not_signed_in"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_at_all_is_a_problem(
    door: Door, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = door.send(body, **{"media_type": headers.pop("content-type", LINES), **headers})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_token_that_may_only_look_reports_nothing(door: Door) -> None:
    streams(1)
    door.secret = token(Verb.VIEW, Verb.EDIT)
    assert door.send(lines(row())).status_code == 403
    assert not stored()


def test_a_stream_that_names_its_source_takes_no_other(door: Door) -> None:
    streams(1, source="somebody else")
    assert door.send(lines(row())).json()["refused"][0]["code"] == "unknown_stream"


def test_a_stream_declared_meanwhile_is_known_at_once_or_a_moment_later(door: Door) -> None:
    streams(1)
    door.told(lines(row()))
    first = Datastream.objects.get()
    Datastream.objects.create(
        key="s/new", name="new", thing=first.thing, sensor=first.sensor, observed_property=first.observed_property
    )
    assert door.told(lines(row("s/new")))["stored"] == 1


def test_a_request_may_have_so_many_rows_and_not_one_more(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_ROWS", 100)
    streams(1)
    rows = [row(seconds=n) for n in range(101)]
    assert door.told(lines(*rows[:100]))["stored"] == 100
    answer = door.send(lines(*rows))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_rows")


def test_get_is_no_way_to_send(door: Door) -> None:
    assert door.client.get("/ingest").status_code == 405
