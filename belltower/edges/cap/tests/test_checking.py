# SPDX-License-Identifier: Apache-2.0
"""The check takes messages of public warning centres and finds the fault in broken ones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from belltower.edges.cap.message import Alert, Area, Info, as_xml
from belltower.edges.cap.tests.checking import faults_of

GOOD = ("australia", "canada", "canada_signed", "earthquake-iso8859-1", "wcatwc-warning")
BAD = {
    "canada_errors": "a message of type Update refers to another",
    "invalid": "alert lacks scope",
    "xee": "a document type is not allowed",
    "weather": "the root is {urn:oasis:names:tc:emergency:cap:1.1}alert",
}
AT = datetime(2026, 11, 23, 4, 5, 6, 789, tzinfo=UTC)


@pytest.mark.parametrize("name", GOOD)
def test_a_real_message_is_good(data: Path, name: str) -> None:
    assert faults_of(_sample(data, name)) == []


@pytest.mark.parametrize("name", BAD)
def test_a_broken_one_is_told_of_by_its_fault(data: Path, name: str) -> None:
    assert faults_of(_sample(data, name)) == [BAD[name]]


def test_what_we_write_is_good_and_says_what_it_was_given() -> None:
    written = as_xml(_alert())
    assert faults_of(written) == []
    assert b"<sent>2026-11-23T04:05:06-00:00</sent>" in written
    assert b"<circle>26.900000,112.600000 0</circle>" in written
    assert "<headline>甲烷 &lt;高&gt;</headline>".encode() in written


def test_a_control_letter_in_a_name_does_not_break_the_message() -> None:
    alert = _alert(event="leak\x00 here\x0b")
    assert faults_of(as_xml(alert)) == []
    assert b"<event>leak here</event>" in as_xml(alert)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"<status>Actual", b"<status>Perhaps", "status is 'Perhaps'"),
        (b"06-00:00</sent>", b"06Z</sent>", "sent is no instant with an offset: '2026-11-23T04:05:06Z'"),
        (b"<identifier>a.1", b"<identifier>a 1", "identifier is empty, or holds a blank, comma, < or &: 'a 1'"),
        (b"<urgency>Immediate</urgency>", b"", "info lacks urgency"),
        (b"<scope>Restricted", b"<scope>Private", "a private message says its addresses"),
    ],
)
def test_each_kind_of_fault_is_found(old: bytes, new: bytes, fault: str) -> None:
    assert faults_of(as_xml(_alert()).replace(old, new)) == [fault]


def _sample(data: Path, name: str) -> bytes:
    return (data / "payloads" / "cap_samples" / "testdata" / f"{name}.cap").read_bytes()


def _alert(event: str = "甲烷 <高>") -> Alert:
    info = Info(
        language="zh-CN", category="Infra", event=event, urgency="Immediate", severity="Extreme", certainty="Observed",
        headline="甲烷 <高>", parameters=(("limit", "1.0"),), area=Area("珠晖区", 26.9, 112.6),
    )  # fmt: skip
    return Alert(
        identifier="a.1", sender="belltower.430400", sent=AT, status="Actual", msg_type="Alert", scope="Restricted",
        restriction="staff", infos=(info,),
    )  # fmt: skip
