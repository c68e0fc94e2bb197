# SPDX-License-Identifier: Apache-2.0
"""Precision, recall and F1 with intervals over meters; what nobody could see is a miss."""

from __future__ import annotations

import numpy as np
import pytest

from belltower.analytics.meters.detecting import Verdict
from belltower.analytics.meters.evaluating import Estimate, evaluate
from belltower.analytics.meters.pulses import meter_days
from belltower.analytics.meters.refusals import NothingToEvaluate

Q, S, U = Verdict.QUIET, Verdict.SUSPECT, Verdict.UNKNOWN


def said(*rows: tuple[str, Verdict, bool]) -> tuple[object, ...]:
    days = meter_days((device, str(number), []) for number, (device, _, _) in enumerate(rows))
    verdict = np.array([verdict for _, verdict, _ in rows], dtype=np.int8)
    return days, verdict, {(device, str(number)): leak for number, (device, _, leak) in enumerate(rows)}


def test_the_counts_and_figures_are_those_of_the_textbook() -> None:
    rows = [("a", S, True), ("b", S, True), ("c", S, False), ("d", Q, True), ("e", Q, False), ("f", U, True)]
    found = evaluate(*said(*rows))  # type: ignore[arg-type]
    assert (found.true_alarms, found.false_alarms, found.misses, found.rest, found.unknown) == (2, 1, 2, 1, 1)
    figures = [one.value for one in (found.precision, found.recall, found.f1)]
    assert figures == pytest.approx([2 / 3, 2 / 4, 4 / 7])


def test_the_interval_is_over_meters_so_a_meter_said_often_does_not_narrow_it() -> None:
    meters = [(f"m{n}", S if n % 2 else Q, n % 3 == 0) for n in range(60)]
    once, often = evaluate(*said(*meters)), evaluate(*said(*(meters * 10)))  # type: ignore[arg-type]
    assert once.f1.value == often.f1.value
    assert (often.f1.low, often.f1.high) == pytest.approx((once.f1.low, once.f1.high), abs=1e-9)
    assert once.f1.low < once.f1.value < once.f1.high  # type: ignore[operator]


def test_labels_without_pulses_are_counted_and_labels_of_others_refused() -> None:
    days, verdict, leaks = said(("a", S, True))
    assert evaluate(days, verdict, leaks | {("z", "9"): True}).without_pulses == 1  # type: ignore[operator, arg-type]
    with pytest.raises(NothingToEvaluate):
        evaluate(days, verdict, {("z", "9"): True})  # type: ignore[arg-type]


def test_a_figure_of_nothing_is_none() -> None:
    found = evaluate(*said(("a", Q, False)))  # type: ignore[arg-type]
    assert found.precision == found.recall == Estimate(None, None, None)
    assert found.as_json()["f1"] == {"value": None, "low": None, "high": None}
