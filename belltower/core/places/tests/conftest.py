# SPDX-License-Identifier: Apache-2.0
"""The scenes that tests of places share."""

import pytest

from belltower.core.places.tests.scene import choose_hengyang, put, whole_city


@pytest.fixture
def hengyang(db: None) -> None:
    """An empty city: Hengyang's profile and no areas."""
    choose_hengyang()


@pytest.fixture
def small_city(hengyang: None) -> None:
    """Hengyang with two districts, one street and two communities."""
    put(*whole_city())
