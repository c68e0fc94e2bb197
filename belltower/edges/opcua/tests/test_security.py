# SPDX-License-Identifier: Apache-2.0
"""With a real OPC UA server that only speaks securely: nobody is trusted but by a person, and every refusal says what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from belltower.edges.opcua import identity
from belltower.edges.opcua.errors import NoSuchSecurity, NotAcceptedByServer, ServerChanged, ServerNotTrusted
from belltower.edges.opcua.identity import Certificate
from belltower.edges.opcua.security import with_trust
from belltower.edges.opcua.source import browse, server_certificate
from belltower.edges.sources.errors import BadMapping, SourceAway
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.readings import Reading
from belltower.edges.sources.tests.running import free_port

GUIDE = Path(__file__).parents[4] / "docs/guides/opcua.md"


@pytest.fixture
def home(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Certificates of the server and a user, a password, and a home for our own."""
    for name in ("server", "user"):
        settings.BELLTOWER_OPCUA_KEYS = tmp_path / name  # type: ignore[attr-defined]
        shutil.copy(identity.own().file, tmp_path / f"{name}.pem")
    settings.BELLTOWER_OPCUA_KEYS = tmp_path / "opcua-keys"  # type: ignore[attr-defined]
    (tmp_path / "trusted").write_text("")
    monkeypatch.setenv("SCADA_USER", "scada")
    monkeypatch.setenv("SCADA_PASSWORD", "s3cret")
    return tmp_path


@pytest.fixture
def mapping(home: Path) -> Iterator[str]:
    """The one of the guide, at a server of ours, with one node; nobody has trusted the server."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "belltower.edges.opcua.tests.secured_server", str(port), str(home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert server.stdout
    assert server.stdout.readline() == "ready\n"
    text = GUIDE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    yield text.replace("10.20.0.8:4840", f"127.0.0.1:{port}").replace("ns=2;s=Station1.Outlet.Pressure", "ns=2;s=T1")
    server.kill()
    server.communicate()


def trusting(mapping: str, certificate: Certificate) -> str:
    return with_trust(mapping, read_source(mapping).document, certificate.fingerprint)


def first(mapping: str) -> Reading:
    """The first reading that comes. Raises as opening does."""
    feed = read_source(mapping).feed()
    try:
        feed.open()
        return feed.take(5).readings[0]
    finally:
        feed.close()


def test_nothing_is_said_to_a_server_before_both_trust_each_other(home: Path, mapping: str) -> None:
    shown = server_certificate(read_source(mapping))
    with pytest.raises(ServerNotTrusted, match=shown.fingerprint):
        first(mapping)
    with pytest.raises(ServerChanged, match="somebody may stand in its place"):
        first(trusting(mapping, identity.own().certificate))
    trusted = trusting(mapping, shown)
    with pytest.raises(NotAcceptedByServer, match=identity.own().certificate.thumbprint):
        first(trusted)
    with pytest.raises(NoSuchSecurity, match="only: Basic256Sha256"):
        first(trusted.replace("policy: Basic256Sha256", "policy: Aes128Sha256RsaOaep"))

    (home / "trusted").write_text(identity.own().certificate.thumbprint)
    reading = first(trusted)
    assert (reading.stream, reading.value) == ("station/1/outlet_pressure", 21.5)
    assert ("ns=2;s=T1", "T1", True) in [
        (one.id, one.name, one.is_variable) for one in browse(read_source(trusted), "ns=2;s=Plant")
    ]

    with pytest.raises(SourceAway, match="check the user"):
        first(trusted.replace("env:SCADA_USER", "env:HOME"))
    named = trusted.replace("trust:", f"user_certificate: {home}/user.pem\n  user_key: {home}/user.pem\n  trust:")
    by_certificate = "".join(line for line in named.splitlines(keepends=True) if not line.startswith("login"))
    assert first(by_certificate).value == 21.5


def test_our_certificate_is_made_once_and_only_we_can_read_it(home: Path) -> None:
    ours = identity.own()
    assert identity.own() == ours
    assert ours.file.stat().st_mode & 0o077 == 0
    assert ours.uri.startswith("urn:belltower:")
    assert (ours.certificate.valid_until - ours.certificate.valid_from).days > 3_650


HEAD = "source: s\nkind: opcua\nsince: 2026-11-23\naddress: opc.tcp://h\n"
TAIL = "nodes: []\n"


@pytest.mark.parametrize(
    "security",
    ["security: {policy: Basic256Sha256}\n", "security:\n    mode: Sign\n", "security:\n  trust: '" + "a" * 64 + "'  # old\n  mode: Sign\n"],
)  # fmt: skip
def test_trusting_changes_one_line_of_a_mapping(security: str) -> None:
    text = HEAD + security + TAIL
    changed = with_trust(text, read_source(text).document, "b" * 64)
    part = read_source(changed).document.need("security")
    assert part.need("trust").value == "b" * 64
    assert len(set(changed.splitlines()) - set(text.splitlines())) == 1


@pytest.mark.parametrize(
    ("security", "said"),
    [
        ("{trust: abc}", "64 hexadecimal"), ("{policy: Basic128Rsa15}", "must be one of Basic256Sha256"),
        ("{user_certificate: /x}", "together"), ("{password: x}", "'password' is not known"),
    ],
)  # fmt: skip
def test_security_that_is_none_is_refused_with_its_line(security: str, said: str) -> None:
    with pytest.raises(BadMapping, match=said) as refused:
        read_source(f"{HEAD}security: {security}\n{TAIL}")
    assert refused.value.facts["line"] == 5
