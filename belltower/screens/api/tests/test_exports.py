# SPDX-License-Identifier: Apache-2.0
"""Files of assets: the same filters and the same scope as the list."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from belltower.core.access.rules import Verb
from belltower.screens.api.tests.scene import LAT, LON, Street

pytestmark = pytest.mark.django_db


def fetch(client: Client, name: str) -> str:
    answer: Any = client.get(f"/api/v1/exports/{name}")
    return str(b"".join(answer.streaming_content), "utf-8-sig")


def test_the_csv_holds_what_the_filter_leaves(bureau: Client, street: Street) -> None:
    [lamp] = csv.DictReader(io.StringIO(fetch(bureau, "assets.csv?kind=street_light")))
    assert (lamp["key"], float(lamp["lon"]), float(lamp["lat"])) == ("L-1", LON, LAT)


def test_the_geojson_is_a_feature_collection(bureau: Client, street: Street) -> None:
    collection = json.loads(fetch(bureau, "assets.geojson"))
    assert [one["geometry"]["coordinates"] for one in collection["features"] if one["properties"]["key"] == "L-1"] == [
        [LON, LAT]
    ]


def test_only_one_s_own_rows_leave_the_house(as_token: Callable[..., Client], street: Street) -> None:
    gas = as_token(Verb.EXPORT, party=street.gas)
    for name in ("assets.csv", "assets.geojson"):
        assert "S-1" in fetch(gas, name)
        assert "L-1" not in fetch(gas, name)


def test_a_file_needs_the_verb_to_export(as_token: Callable[..., Client], street: Street) -> None:
    assert as_token(Verb.VIEW).get("/api/v1/exports/assets.csv").status_code == 403
