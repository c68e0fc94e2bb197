# SPDX-License-Identifier: Apache-2.0
"""A mapping is read whole or refused by its line; credentials are never in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from belltower.edges.sources.errors import BadMapping, NoCredential
from belltower.edges.sources.mapping import Login, credential, read_source
from belltower.edges.sources.paths import NotThere, read_path, value_at

GOOD = """source: gas-telemetry
kind: mqtt
since: 2026-11-23
title: {zh: 燃气遥测, en: Gas telemetry}
address: mqtts://broker.example:8883
login: {user: "env:GAS_USER", password: "file:/run/secrets/gas"}
takes:
  - topic: city/gas/{device}/telemetry
    streams:
      - stream: gas_detector/{device}/methane
        unit: "%"
        value: ch4.value
        at: ts
        at_in: ms
        dead_band: 0.1
        at_least_every: PT5M
"""


def test_a_good_mapping_is_read() -> None:
    source = read_source(GOOD)
    assert (source.key, source.kind, source.title.zh, source.address.port) == (
        "gas-telemetry",
        "mqtt",
        "燃气遥测",
        8883,
    )
    (take,) = source.reader().takes  # type: ignore[attr-defined]
    assert take.pattern.filter == "city/gas/+/telemetry"
    assert take.values[0].point.at_least_every_us == 300_000_000


WRONG = {
    "no kind": ("kind: mqtt\n", "", 1, "'kind' is missing"),
    "another kind": ("kind: mqtt", "kind: lora", 2, "mqtt, modbus, opcua"),
    "a password": ("file:/run/secrets/gas", "hunter2", 6, "never written into a mapping"),
    "a password in the address": ("mqtts://", "mqtts://me:hunter2@", 5, "may not hold a credential"),
    "another protocol": ("mqtts://", "http://", 5, "must be like mqtt://"),
    "a slip of the pen": ("at_in: ms", "at_im: ms", 14, "'at_im' is not known here"),
    "no unit of UCUM": ('unit: "%"', "unit: percent", 11, "is wrong"),
    "a name nobody gives": ("gas_detector/{device}", "gas_detector/{devise}", 10, "uses {devise}"),
    "a broken path": ("value: ch4.value", "value: ch4[x]", 12, "is no path"),
    "a topic with a plus inside": ("city/gas/{device}", "city/ga+s/{device}", 8, "is no topic pattern"),
    "silence that cannot be told": ("        at_least_every: PT5M\n", "", 15, "needs at_least_every"),
    "a key said twice": ("kind: mqtt", "kind: mqtt\nkind: mqtt", 3, "stands there twice"),
    "no YAML": ("takes:", "takes: [", 8, "it is no YAML"),
    "an endless dead band": ("dead_band: 0.1", "dead_band: .inf", 15, "must be a number"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_with_its_line(what: str) -> None:
    before, after, line, said = WRONG[what]
    assert before in GOOD
    with pytest.raises(BadMapping) as refused:
        read_source(GOOD.replace(before, after))
    assert said in refused.value.say("en")
    assert refused.value.facts["line"] == line
    assert f"第 {line} 行" in refused.value.say("zh")


def test_credentials_come_from_variables_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    monkeypatch.setenv("GAS_USER", "gas")
    assert Login("env:GAS_USER", f"file:{tmp_path}/password").given() == ("gas", "s3cret")
    for missing in ("env:NOT_SET_ANYWHERE", f"file:{tmp_path}/nothing"):
        with pytest.raises(NoCredential):
            credential(missing)


DOCUMENT = {"a": {"b": [{"c": 1}, {"c": 2}]}, "x.y": {"z": 3}}


@pytest.mark.parametrize(
    ("path", "value"), [("a.b[1].c", 2), ("a.b[-2].c", 1), ('["x.y"].z', 3), ("$.a.b[0].c", 1), ("$", DOCUMENT)]
)
def test_a_path_leads_to_its_value(path: str, value: object) -> None:
    assert value_at(DOCUMENT, read_path(path)) == value


@pytest.mark.parametrize("path", ["a.c", "a.b[5].c", "a[0]", "a.b.c"])
def test_a_path_that_leads_nowhere_is_told(path: str) -> None:
    with pytest.raises(NotThere):
        value_at(DOCUMENT, read_path(path))
