# SPDX-License-Identifier: Apache-2.0
"""A JSON Patch changes what it names, and nothing when it cannot be done."""

from __future__ import annotations

from typing import Any

import pytest

from belltower.edges.sensorthings.errors import BadEntity
from belltower.edges.sensorthings.json_patch import changed

NOW = {"name": "Pump", "properties": {"tags": ["a", "b"], "a/b": 1}}


@pytest.mark.parametrize(
    ("patch", "after"),
    [
        ([{"op": "replace", "path": "/name", "value": "Fan"}], {"name": "Fan"}),
        ([{"op": "add", "path": "/properties/tags/1", "value": "x"}], {"properties": {"tags": ["a", "x", "b"], "a/b": 1}}),
        ([{"op": "add", "path": "/properties/tags/-", "value": "x"}], {"properties": {"tags": ["a", "b", "x"], "a/b": 1}}),
        ([{"op": "remove", "path": "/properties/a~1b"}], {"properties": {"tags": ["a", "b"]}}),
        ([{"op": "move", "from": "/properties/a~1b", "path": "/properties/c"}], {"properties": {"tags": ["a", "b"], "c": 1}}),
        ([{"op": "copy", "from": "/name", "path": "/properties/was"}], {"properties": {**NOW["properties"], "was": "Pump"}}),  # type: ignore[dict-item]
        ([{"op": "test", "path": "/name", "value": "Pump"}], {}),
    ],
)  # fmt: skip
def test_it_does_as_it_says(patch: list[dict[str, Any]], after: dict[str, Any]) -> None:
    assert changed(NOW, patch) == after


@pytest.mark.parametrize(
    "patch",
    [{}, [1], [{"op": "fly", "path": "/name"}], [{"op": "test", "path": "/name", "value": "Fan"}], [{"op": "remove", "path": "/nothing"}],
     [{"op": "replace", "path": "name", "value": 1}], [{"op": "add", "path": "/name/x", "value": 1}], [{"op": "add"}]],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(patch: Any) -> None:
    with pytest.raises(BadEntity):
        changed(NOW, patch)
