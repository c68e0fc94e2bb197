# SPDX-License-Identifier: Apache-2.0
"""`python -m belltower.analytics.text`: compile the loops once, for all processes; a set-up does."""

from __future__ import annotations

from belltower.analytics.text.classifying import FEWEST, train
from belltower.analytics.text.duplicates import pairs

if __name__ == "__main__":
    texts = [f"{word}{chr(0x4E00 + n)}没有人管" for n in range(4 * FEWEST) for word in ("路灯", "垃圾")]
    train(texts, [text[:2] for text in texts]).answers(texts)
    pairs(texts)
