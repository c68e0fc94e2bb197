# SPDX-License-Identifier: Apache-2.0
"""Keeps spreadsheet programs from running what a cell of our CSV says as a formula; reading takes the guard off again.

The guard is one apostrophe (OWASP, "CSV Injection"). A text that begins with apostrophes before such a sign gets one
more, and reading takes exactly one away, so that every text comes back as it was.
"""

from __future__ import annotations

import re

_SIGNS = "=+\\-@\t\r＝＋－＠"  # the wide forms too: spreadsheets in Chinese and Japanese take them for the narrow ones
_DANGEROUS = re.compile(rf"'*[{_SIGNS}]")
_GUARDED = re.compile(rf"'+[{_SIGNS}]")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def guarded(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text without its guard."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text
