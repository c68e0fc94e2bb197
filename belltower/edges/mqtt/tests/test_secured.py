# SPDX-License-Identifier: Apache-2.0
"""With a Mosquitto that asks for TLS and a password: credentials by reference, certificates checked, refusals told."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connections

from belltower.edges.mqtt.tests.broker import MOSQUITTO, Broker
from belltower.edges.sources.actions import put_source, switch_source
from belltower.edges.sources.errors import SourceAway
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.tests.running import make_streams, standing, stored_count, wait_until
from belltower.edges.sources.works import keep_bridges
from belltower.kernel.actors import Actor

PASSWD = shutil.which("mosquitto_passwd")
pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(
        MOSQUITTO is None or PASSWD is None, reason="Mosquitto is not installed (`make test` as root installs it)"
    ),
]
BY = Actor.system("tests")


def certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1 that signs itself, for an hour, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(pem)


@pytest.fixture
def secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    certificate(tmp_path)
    assert PASSWD
    subprocess.run([PASSWD, "-b", "-c", str(tmp_path / "people"), "gas", "s3cret"], check=True)
    monkeypatch.setenv("GAS_MQTT_USER", "gas")
    (tmp_path / "password").write_text("s3cret\n")
    certified = f"certfile {tmp_path}/certificate.pem\nkeyfile {tmp_path}/key.pem\n"
    made = Broker(tmp_path / "broker", f"user root\npassword_file {tmp_path}/people\n{certified}", is_open=False)
    yield made
    made.stop()


def mapping(broker: Broker, folder: Path, *, authorities: str = "certificate.pem") -> str:
    trusted = f"tls: {{authorities: {folder}/{authorities}}}" if authorities else ""
    return f"""
source: gas
kind: mqtt
since: 2026-11-23
address: mqtts://127.0.0.1:{broker.port}
login: {{user: "env:GAS_MQTT_USER", password: "file:{folder}/password"}}
{trusted}
takes:
  - topic: gas/{{device}}/up
    streams: [{{stream: "gas/{{device}}", unit: "%", value: ch4}}]
"""


def test_a_broker_with_tls_and_a_password_is_connected_to(secured: Broker, tmp_path: Path) -> None:
    feed = read_source(mapping(secured, tmp_path)).feed()
    feed.open()
    feed.close()


def test_a_wrong_password_is_refused_and_told(secured: Broker, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong")
    feed = read_source(mapping(secured, tmp_path)).feed()
    with pytest.raises(SourceAway, match="Not authorized"):
        feed.open()
    feed.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(secured: Broker, tmp_path: Path) -> None:
    feed = read_source(mapping(secured, tmp_path, authorities="")).feed()
    with pytest.raises(SourceAway, match="certificate verify failed"):
        feed.open()
    feed.close()


@pytest.mark.django_db(transaction=True)
def test_workers_keep_a_bridge_for_each_source_that_is_on(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "broker")
    stopping = threading.Event()

    def work() -> None:
        keep_bridges(stopping)
        connections.close_all()

    worker = threading.Thread(target=work)
    try:
        make_streams(["gas/d1"])
        text = mapping(broker, tmp_path, authorities="").replace("mqtts:", "mqtt:")
        source = put_source("\n".join(line for line in text.splitlines() if not line.startswith("login")), by=BY)
        worker.start()
        wait_until(lambda: standing("gas")[0] == "connected", "the bridge is connected")
        broker.publish([("gas/d1/up", b'{"ch4": 1}')])
        wait_until(lambda: stored_count() == 1, "the reading is stored")
        switch_source(source.uid, is_on=False, by=BY)
        wait_until(lambda: standing("gas")[0] == "stopped", "the bridge has stopped")
    finally:
        stopping.set()
        worker.join(20)
        broker.stop()
    assert not worker.is_alive()
