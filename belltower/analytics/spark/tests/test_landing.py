# SPDX-License-Identifier: Apache-2.0
"""A landing folder gives back the log that was put there, exactly, and takes nothing out of order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from belltower.analytics.alarms.refusals import BadLog
from belltower.analytics.alarms.sharding import log_for, shards_of
from belltower.analytics.alarms.tests.test_long_logs import a_day, a_district
from belltower.analytics.spark.landing import log_of_table, newest, put
from belltower.analytics.spark.packing import packed, unpacked


def test_what_is_put_there_is_read_back_bit_for_bit(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    definitions, log = a_district(chance), a_day(chance, 600)
    paths = [put(tmp_path, log.cut(begin, begin + 200), definitions) for begin in (0, 200, 400)]
    assert newest(tmp_path) == paths[-1]
    times = [path.stat().st_mtime_ns for path in paths]
    assert times == sorted(set(times)), "who reads by time reads in order"
    back = log_of_table(pq.read_table(tmp_path), definitions)
    assert packed(back) == packed(log)
    with pytest.raises(BadLog):
        put(tmp_path, log.cut(400, 500), definitions)


def test_parts_come_together_in_whatever_order_they_arrive() -> None:
    chance = np.random.default_rng(4)
    definitions, log = a_district(chance), a_day(chance, 500)
    for shard in shards_of(definitions, 3):
        whole = packed(log_for(log, shard, definitions))
        parts = [packed(log_for(log.cut(begin, begin + 100), shard, definitions)) for begin in (300, 0, 400, 100, 200)]
        assert packed(unpacked(parts)) == whole
