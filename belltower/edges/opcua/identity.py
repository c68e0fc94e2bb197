# SPDX-License-Identifier: Apache-2.0
"""Our own application certificate for OPC UA: made once in the home, and known to servers by its thumbprint."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

VALID_FOR = timedelta(days=3653)
_BITS = 2048  # Basic256Sha256 takes 2048 to 4096 (OPC UA part 7)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What people compare of a certificate, whosever it is: ``fingerprint`` is SHA-256, ``thumbprint`` SHA-1 of its DER."""

    der: bytes
    subject: str
    valid_from: datetime
    valid_until: datetime

    @property
    def fingerprint(self) -> str:
        return sha256(self.der).hexdigest()

    @property
    def thumbprint(self) -> str:
        """What OPC UA calls by this name (part 6, 6.2.2), and the lists of servers show; nothing is trusted by it."""
        return sha1(self.der, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Own:
    """Our certificate and where it and its key lie; ``uri`` is the application's name that stands in it."""

    certificate: Certificate
    file: Path
    key_file: Path
    uri: str


def certificate_of(der: bytes) -> Certificate:
    """The certificate in these bytes. Raises ValueError."""
    read = x509.load_der_x509_certificate(der)
    return Certificate(der, read.subject.rfc4514_string(), read.not_valid_before_utc, read.not_valid_after_utc)


def own() -> Own:
    """Our certificate; it is made at the first call. Of two processes at once, both read the same whole one."""
    folder: Path = settings.BELLTOWER_OPCUA_KEYS
    file = folder / "own.pem"
    if not file.exists():
        _make(folder, file)
    read = x509.load_pem_x509_certificate(file.read_bytes())
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    [uri] = names.get_values_for_type(x509.UniformResourceIdentifier)
    return Own(certificate_of(read.public_bytes(serialization.Encoding.DER)), file, file, uri)


def _make(folder: Path, file: Path) -> None:
    """Key and certificate in one file, so that they never belong to two different attempts."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made = _signed(key, f"urn:belltower:{secrets.token_hex(8)}").public_bytes(serialization.Encoding.PEM)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="own.") as new:  # mode 0600
        new.write(pem + made)
        new.flush()
        os.fsync(new.fileno())
        try:
            os.link(new.name, file)
        except FileExistsError:
            return


def _signed(key: rsa.RSAPrivateKey, uri: str) -> x509.Certificate:
    """A certificate that signs itself, as OPC UA part 6, 6.2.2 wants it."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Belltower"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Belltower"),
        ]
    )
    now, public = datetime.now(UTC), key.public_key()
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=True, data_encipherment=True, key_agreement=False,
        key_cert_sign=True, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    names = [x509.UniformResourceIdentifier(uri), x509.DNSName(socket.gethostname())]
    return (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(public)
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1)).not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
