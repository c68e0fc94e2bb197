# SPDX-License-Identifier: Apache-2.0
"""Who is really asking, and how they came, where a web server stands in front of ours: only those we trust may say."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from belltower.project.installation import Network

FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
)
# Set where somebody stood in between, trusted or not.
IS_FORWARDED = "belltower.is_forwarded"


def client_of(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The address of the client: the last one in ``forwarded_for`` that is no trusted proxy, else ``peer``.

    Read from the right: what stands further left was written by the client itself. Anything that is no address ends
    the reading, and the last address that was believed is it.
    """
    address = peer
    for one in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not is_among(address, trusted) or _address(one) is None:
            break
        address = one
    return address


def is_among(address: str, networks: Sequence[Network]) -> bool:
    """Whether ``address`` lies in one of ``networks``."""
    found = _address(address)
    return found is not None and any(found in one for one in networks)


def is_this_machine(address: str) -> bool:
    """Whether ``address`` is the loopback."""
    found = _address(address)
    return found is not None and found.is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


class TrustedProxies:
    """Sets REMOTE_ADDR to the client's, and takes away forwarding headers of whoever is no trusted proxy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.trusted: Sequence[Network] = settings.BELLTOWER_PROXIES

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        peer, told = meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", "")
        meta[IS_FORWARDED] = any(name in meta for name in FORWARDED)
        if is_among(peer, self.trusted):
            meta["REMOTE_ADDR"] = client_of(peer, told, self.trusted)
        else:
            for name in FORWARDED:
                meta.pop(name, None)
        return self.get_response(request)
