# SPDX-License-Identifier: Apache-2.0
"""Words for the pages of standards: what belongs to a clause, by its id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(held: Mapping[str, Any] | None, key: str) -> Any:
    """What is held under a key; None where nothing is."""
    return held.get(key) if held else None
