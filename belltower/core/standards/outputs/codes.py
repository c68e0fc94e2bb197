# SPDX-License-Identifier: Apache-2.0
"""A QR code as a drawing for a printed page."""

from __future__ import annotations

import io

import segno


def qr(address: str) -> str:
    """The address as a QR code, an SVG text; a seventh of it may be lost to dirt on paper (level M)."""
    out = io.BytesIO()
    segno.make_qr(address, error="m", boost_error=False).save(
        out, kind="svg", border=0, xmldecl=False, svgns=True, dark="#14213d"
    )
    return out.getvalue().decode()
