# SPDX-License-Identifier: Apache-2.0
"""The security of OPC UA: signed and encrypted messages with a server whose certificate a person has trusted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto import security_policies as policies
from asyncua.crypto.uacrypto import CertProperties
from asyncua.ua.uaerrors import UaError

from belltower.edges.opcua.errors import NoSuchSecurity, NotAcceptedByServer, ServerChanged, ServerNotTrusted
from belltower.edges.opcua.identity import Certificate, certificate_of, own
from belltower.edges.sources.document import Part
from belltower.edges.sources.errors import NoCredential, SourceAway
from belltower.edges.sources.mapping import Source

POLICIES: dict[str, Any] = {
    "Basic256Sha256": policies.SecurityPolicyBasic256Sha256,
    "Aes128Sha256RsaOaep": policies.SecurityPolicyAes128Sha256RsaOaep,
    "Aes256Sha256RsaPss": policies.SecurityPolicyAes256Sha256RsaPss,
}
MODES = {"SignAndEncrypt": ua.MessageSecurityMode.SignAndEncrypt, "Sign": ua.MessageSecurityMode.Sign}
_KNOWN = ("policy", "mode", "trust", "user_certificate", "user_key")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_NOT_LET_IN = re.compile(r"Certificate|Identity|UserAccessDenied|SecurityChecks")


@dataclass(frozen=True, slots=True)
class Security:
    """What a mapping asks for. ``trust`` is the SHA-256 of the server's certificate, empty while nobody trusted one;
    ``user_certificate`` and ``user_key`` are files, for a user who signs in by certificate."""

    policy: str
    mode: str
    trust: str
    user_certificate: str
    user_key: str


def read_security(document: Part) -> Security | None:
    """The security that a mapping asks for, or None. Raises BadMapping."""
    part = document.get("security")
    if part is None:
        return None
    part.keys(known=_KNOWN)
    policy, mode, trust, user, key = (part.get(name) for name in _KNOWN)
    if bool(user) != bool(key):
        raise part.refuse("的 user_certificate 与 user_key 须同时给出", "needs user_certificate and user_key together")
    return Security(
        policy=policy.word(*POLICIES) if policy else "Basic256Sha256",
        mode=mode.word(*MODES) if mode else "SignAndEncrypt",
        trust=_fingerprint(trust) if trust else "",
        user_certificate=user.text() if user else "",
        user_key=key.text() if key else "",
    )


async def secure(client: Client, source: Source) -> None:
    """Let ``client`` speak as the mapping of ``source`` asks, from its next connection on.

    Raises ServerNotTrusted, ServerChanged, NoSuchSecurity, NoCredential, and as asyncua does.
    """
    security = read_security(source.document)
    if security is None:
        return
    address, shown = source.address.geturl(), await certificate_shown(client, source)
    if not security.trust:
        raise ServerNotTrusted(address=address, shown=shown.fingerprint)
    if shown.fingerprint != security.trust:
        raise ServerChanged(address=address, shown=shown.fingerprint, trusted=security.trust)
    ours = own()
    client.application_uri = ours.uri
    await client.set_security(
        POLICIES[security.policy],
        CertProperties(ours.file, "pem"),
        CertProperties(ours.key_file, "pem"),
        server_certificate=CertProperties(shown.der, "der"),
        mode=MODES[security.mode],
    )
    if security.user_certificate:
        try:
            await client.load_client_certificate(security.user_certificate)
            await client.load_private_key(Path(security.user_key))
        except (OSError, ValueError) as error:
            raise NoCredential(where=security.user_certificate, reason=str(error)) from None


async def certificate_shown(client: Client, source: Source) -> Certificate:
    """The certificate that the server shows for what the mapping asks for. Raises NoSuchSecurity."""
    security = read_security(source.document)
    assert security
    endpoints = await client.connect_and_get_server_endpoints()
    for one in endpoints:
        is_meant = (one.SecurityPolicyUri, one.SecurityMode) == (POLICIES[security.policy].URI, MODES[security.mode])
        if is_meant and one.ServerCertificate:
            return certificate_of(_first(one.ServerCertificate))
    raise NoSuchSecurity(
        address=source.address.geturl(), policy=security.policy, mode=security.mode, offered=_offered(endpoints)
    )


def refusal_of(error: Exception, source: Source) -> SourceAway:
    """What a fault of asyncua comes to, for people."""
    address, reason = (
        source.address.geturl(),
        f"{type(error).__name__}: {error}" if str(error) else type(error).__name__,
    )
    if source.document.get("security") and isinstance(error, UaError) and _NOT_LET_IN.search(type(error).__name__):
        return NotAcceptedByServer(
            address=address, reason=type(error).__name__, thumbprint=own().certificate.thumbprint
        )
    return SourceAway(address=address, reason=reason)


def with_trust(mapping: str, document: Part, fingerprint: str) -> str:
    """The text of a mapping that trusts ``fingerprint``, all else as it stands. Raises BadMapping."""
    part = document.need("security")
    lines = mapping.splitlines(keepends=True)
    told, trust = f'"{fingerprint}"', part.get("trust")
    if trust:
        lines[trust.line - 1] = re.sub(
            r"(trust:\s*)[\"']?[0-9A-Fa-f:]*[\"']?", rf"\g<1>{told}", lines[trust.line - 1], count=1
        )
    elif "{" in lines[part.line - 1]:
        lines[part.line - 1] = lines[part.line - 1].replace("{", f"{{trust: {told}, ", 1)
    else:
        indent = re.match(r"\s*", lines[part.line])
        lines.insert(part.line, f"{indent.group() if indent else '  '}trust: {told}\n")
    return "".join(lines)


def _fingerprint(part: Part) -> str:
    found = part.text().replace(":", "").replace(" ", "").lower()
    if not _FINGERPRINT.fullmatch(found):
        raise part.refuse(
            "应为证书的 SHA-256（64 位十六进制）", "must be the SHA-256 of a certificate, 64 hexadecimal digits"
        )
    return found


def _first(chain: bytes) -> bytes:
    """The server's own certificate: the first of a chain, whose length stands in its head."""
    size = 4 + int.from_bytes(chain[2:4]) if chain[:2] == b"\x30\x82" else len(chain)
    return chain[:size]


def _offered(endpoints: Iterable[ua.EndpointDescription]) -> str:
    found = {f"{one.SecurityPolicyUri.rpartition('#')[2]} ({one.SecurityMode.name.rstrip('_')})" for one in endpoints}
    return ", ".join(sorted(found)) or "-"
