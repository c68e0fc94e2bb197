# SPDX-License-Identifier: Apache-2.0
"""The declared kinds of assets, and whether values fit the fields that a kind declares."""

from __future__ import annotations

from django.conf import settings

from belltower.kernel.packs import Register
from belltower.kernel.texts import Text


def register() -> Register:
    """All that the installed packs declared."""
    found: Register = settings.BELLTOWER_REGISTER
    return found


def kind_title(name: str) -> Text:
    """What a kind is called; a kind whose pack is no longer installed is called by its name."""
    kind = register().kinds.get(name)
    return kind.title if kind else Text(zh=name, en=name)
