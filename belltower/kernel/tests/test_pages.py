# SPDX-License-Identifier: Apache-2.0
"""The pages that tell of the kernel begin with something that runs, and it says what they say it does."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

WHY = Path(__file__).parents[3] / "docs" / "why"


@pytest.mark.parametrize("page", ["coordinates", "calendar", "units"])
def test_what_a_page_shows_is_what_happens(page: str) -> None:
    result = doctest.testfile(str(WHY / f"{page}.md"), module_relative=False, encoding="utf-8")
    assert result.attempted >= 3
    assert result.failed == 0
