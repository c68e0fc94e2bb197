# SPDX-License-Identifier: Apache-2.0
"""A request to an address of the web that somebody typed: public addresses only, the one that was checked, no redirect.

The name is resolved once; every address it has must be public, and the connection goes to the one that was looked at, so
that a name that changes its mind meanwhile reaches nothing inside. docs/decisions/0197.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult, urlsplit

from belltower.core.notices.channels.parcel import NotTaken

TIMEOUT_S = 10.0
MOST_S = 20.0
"""A conversation that lasts longer is cut, however busily the other side drips."""
LARGEST_ANSWER = 65_536
_PORTS = {"https": 443, "http": 80}
# Ways to write an IPv4 address as an IPv6 one: what is inside would be reached.
_EMBEDDING = tuple(ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; of the body, the beginning."""

    status: int
    body: bytes


def is_public(address: Address) -> bool:
    """Whether an address is one of the open net: not this machine's, not a house's own, not a cloud's own."""
    inside = getattr(address, "ipv4_mapped", None) or address
    embeds = isinstance(inside, ipaddress.IPv6Address) and any(inside in net for net in _EMBEDDING)
    return inside.is_global and not inside.is_multicast and not embeds


def checked(url: str, *, is_private_allowed: bool) -> SplitResult:
    """The parts of an address that may be asked. Raises NotTaken for good; names are not resolved here."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotTaken("no address of the web", is_final=True) from None
    schemes = ("https", "http") if is_private_allowed else ("https",)
    if parts.scheme not in schemes or not host or parts.username is not None or port == 0:
        raise NotTaken(f"{' or '.join(schemes)}://host/path without a password is asked for", is_final=True)
    if any(ord(letter) <= 32 or ord(letter) > 126 for letter in url):
        raise NotTaken("an address of the web is written in ASCII", is_final=True)
    return parts


def ask(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    is_private_allowed: bool = False,
) -> Answer:
    """Ask, and read the answer. Raises NotTaken (for good where the address is not to be asked) and OSError."""
    parts = checked(url, is_private_allowed=is_private_allowed)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    connection = _Pinned(host, port, _resolved(host, port, is_private_allowed), is_tls=parts.scheme == "https")
    cut = threading.Timer(MOST_S, connection.cut)
    cut.daemon = True
    cut.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body or None, headers=dict(headers or {}))
        answer: HTTPResponse = connection.getresponse()
        return Answer(answer.status, answer.read(LARGEST_ANSWER))
    except HTTPException as error:
        raise NotTaken(type(error).__name__) from None
    finally:
        cut.cancel()
        connection.close()


class _Pinned(HTTPConnection):
    """A connection to the address that was looked at, under the name that was asked for."""

    def __init__(self, host: str, port: int, address: str, *, is_tls: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S)
        self._address, self._is_tls = address, is_tls

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), timeout=TIMEOUT_S)
        if self._is_tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End it from another thread."""
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def _resolved(host: str, port: int, is_private_allowed: bool) -> str:
    """The first address of the name, where all that it has are public."""
    found = [str(place[4][0]) for place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not is_private_allowed and not all(is_public(ipaddress.ip_address(one.partition("%")[0])) for one in found):
        raise NotTaken("the address is not public (BELLTOWER_NOTICES_PRIVATE)", is_final=True)
    return found[0]
