# SPDX-License-Identifier: Apache-2.0
"""What every console page needs to know."""

from __future__ import annotations

from django.http import HttpRequest


def console(request: HttpRequest) -> dict[str, object]:
    """Values for the frame around every page."""
    return {}
