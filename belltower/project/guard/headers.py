# SPDX-License-Identifier: Apache-2.0
"""The headers that tell a browser what our pages may do; nothing inline, nothing from elsewhere, in nobody's frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# docs/guides/harden.md says what each line is for. MapLibre's worker is a file of ours; it draws from blobs.
PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# JSON, tiles and downloads: opened by themselves they may do nothing at all.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
# A script that a page starts as a worker has the policy that it comes with, not the page's: the map's asks for tiles.
SCRIPT_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
_FOR_ALL = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    # Only the place of the person, and only for our own map.
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), serial=(), bluetooth=(),"
    " midi=(), display-capture=(), browsing-topics=()",
}
_HTML, _SCRIPT = "text/html", "text/javascript"


def page_policy() -> str:
    """The policy of a page: it may hear live events of the machines' door as well, where there is one for browsers."""
    live = settings.BELLTOWER_LIVE
    return PAGE_POLICY.replace("connect-src 'self'", f"connect-src 'self' {live}") if live else PAGE_POLICY


def headers_for(media_type: str) -> Mapping[str, str]:
    """The headers of an answer of this media type."""
    kind = media_type.partition(";")[0]
    policy = page_policy() if kind == _HTML else SCRIPT_POLICY if kind == _SCRIPT else DATA_POLICY
    return {**_FOR_ALL, "Content-Security-Policy": policy}


class SecurityHeaders:
    """Puts them on every answer of the people's door, files and faults included; a view's own are left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in headers_for(response.get("Content-Type", "")).items():
            response.headers.setdefault(name, value)
        if response.headers.get("Access-Control-Allow-Origin") == "*":
            del response["Access-Control-Allow-Origin"]
        if "Cache-Control" not in response:
            # What one person may see is kept by no proxy.
            response["Cache-Control"] = "private, no-store"
        return response
