# SPDX-License-Identifier: Apache-2.0
"""Compile the loops of this room once, for all processes; a set-up does."""

from __future__ import annotations

from belltower.analytics.text.classifying import FEWEST, train
from belltower.analytics.text.duplicates import pairs


def warm_up() -> None:
    """Train, answer and compare a few texts."""
    texts = [f"{word}{chr(0x4E00 + n)}没有人管" for n in range(4 * FEWEST) for word in ("路灯", "垃圾")]
    train(texts, [text[:2] for text in texts]).answers(texts)
    pairs(texts)
