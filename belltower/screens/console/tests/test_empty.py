# SPDX-License-Identifier: Apache-2.0
"""A city without areas, assets or jobs: every page answers and teaches the first step."""

from __future__ import annotations

import pytest
from django.test import Client

from belltower.core.places import city
from belltower.screens.console.tests import scene


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/assets/", "/areas/", "/loads/", "/jobs/", "/search/"])
def test_an_empty_city_teaches_the_first_step(address):
    scene.people()
    client = Client()
    client.force_login(scene.user("admin"))
    assert "bt-empty" in client.get(address).content.decode()
    city.forget()
