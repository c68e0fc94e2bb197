# SPDX-License-Identifier: Apache-2.0
"""The first start of an installation: a city profile and, unless told not to, the demo city."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]


def prepare_city(profile: str, *, size: str, is_demo: bool, say: Say) -> None:
    """Choose the city and build the demo, where there is none yet; an installation that has a city is left alone."""


def demo_logins() -> list[tuple[str, str, str]]:
    """Role, name and password of each demo login; none where the demo city was not built."""
    return []
