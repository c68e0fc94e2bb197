# SPDX-License-Identifier: Apache-2.0
"""A part of a log as bytes and back, exactly: what travels between machines keeps every bit of every number."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from belltower.analytics.alarms.log import Log

ROW = np.dtype([("position", "<i8"), ("at", "<i8"), ("value", "<f8"), ("arg", "<i8"), ("index", "<i4"), ("kind", "u1"),
                ("code", "u1"), ("spare", "<u2")])  # fmt: skip
"""An entry in 40 bytes."""
_NAMES = ("kind", "index", "at", "value", "code", "arg")


def packed(log: Log) -> bytes:
    """The entries as ROWs, each with its place in the whole log."""
    rows = np.zeros(len(log), ROW)
    rows["position"] = np.arange(log.first, log.first + len(log)) if log.positions is None else log.positions
    for name in _NAMES:
        rows[name] = getattr(log, name)
    return rows.tobytes()


def unpacked(parts: Iterable[bytes]) -> Log:
    """The entries of all parts as one log, in the order of their positions."""
    rows = np.frombuffer(b"".join(bytes(part) for part in parts), ROW)
    rows = rows[np.argsort(rows["position"], kind="stable")]
    columns = {name: np.ascontiguousarray(rows[name]) for name in _NAMES}
    first = int(rows["position"][0]) if len(rows) else 0
    return Log(first, **columns, positions=np.ascontiguousarray(rows["position"]))
