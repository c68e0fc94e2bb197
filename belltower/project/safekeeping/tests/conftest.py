# SPDX-License-Identifier: Apache-2.0
"""The town that the tests of this room save and bring back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from belltower.project.safekeeping.tests.scene import Town, build


@pytest.fixture
def town(django_db_setup: None, tmp_path: Path) -> Iterator[Town]:
    """A small installation with a database of its own on the test run's server."""
    yield from build(tmp_path / "town")
