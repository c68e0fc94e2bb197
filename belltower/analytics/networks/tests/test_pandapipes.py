# SPDX-License-Identifier: Apache-2.0
"""A real town's network is read from the file that pandapipes carries, without pandapipes."""

from __future__ import annotations

import pytest

from belltower.analytics.networks.pandapipes import SCHUTTERWALD, carried_by_the_package, read
from belltower.kernel.errors import Unreadable


def test_schutterwald_is_read_whole() -> None:
    path = carried_by_the_package(SCHUTTERWALD)
    assert path is not None, "pandapipes is not installed: make setup"
    town = read(path.read_text(encoding="utf-8"))
    counts = {name: len(town.table(name)) for name in ("junction", "pipe", "sink", "ext_grid", "valve")}
    assert counts == {"junction": 2559, "pipe": 2559, "sink": 1506, "ext_grid": 1, "valve": 0}
    assert town.fluid["name"] == "hgas"
    assert town.table("pipe").numbers("length_km").sum() == pytest.approx(101.19, abs=0.01)


@pytest.mark.parametrize("text", ["", "{}", '{"_object": 3}', '{"_object": {"pipe": {"_class": "DataFrame"}}}'])
def test_what_is_no_network_file_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="pandapipes"):
        read(text)
