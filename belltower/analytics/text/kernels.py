# SPDX-License-Identifier: Apache-2.0
"""Compiled loops over letters: grams of texts, the training of a linear classifier, its margins. Pure, and without the GIL.

A gram of up to three letters is one 64-bit key: 21 bits a letter, so that no two grams share a key.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

compiled: Any = njit(cache=True, nogil=True)
BITS = 21


@compiled
def grams(letters, starts, longest, head, weight):  # type: ignore[no-untyped-def]
    """Distinct grams of each text with their counts: (keys, counts, starts of texts in both).

    Grams that begin within the first ``head`` letters count ``weight`` times: there stands the subject.
    """
    texts = len(starts) - 1
    keys = np.empty(len(letters) * longest, np.int64)
    counts = np.empty(len(letters) * longest, np.float32)
    begins = np.zeros(texts + 1, np.int64)
    most = 0
    for t in range(texts):
        most = max(most, starts[t + 1] - starts[t])
    found = np.empty(most * longest, np.int64)
    out = 0
    for t in range(texts):
        first, end, n = starts[t], starts[t + 1], 0
        for i in range(first, end):
            key = np.int64(0)
            for j in range(i, min(i + longest, end)):
                if letters[j] == 0:
                    break
                key = (key << BITS) | letters[j]
                found[n] = key * 2 + (1 if i - first < head else 0)
                n += 1
        ordered = np.sort(found[:n])
        at = 0
        while at < n:
            key, count = ordered[at] >> 1, np.float32(0.0)
            while at < n and (ordered[at] >> 1) == key:
                count += weight if ordered[at] & 1 else np.float32(1.0)
                at += 1
            keys[out], counts[out] = key, count
            out += 1
        begins[t + 1] = out
    return keys[:out].copy(), counts[:out].copy(), begins


@compiled
def places_of(sorted_keys, wanted):  # type: ignore[no-untyped-def]
    """The position of each wanted key among the sorted ones, -1 where it is not there."""
    size = 1
    while size < 2 * len(sorted_keys) + 2:
        size *= 2
    table = np.full(size, -1, np.int32)
    for at in range(len(sorted_keys)):
        slot = _slot(sorted_keys[at], size)
        while table[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        table[slot] = at
    out = np.empty(len(wanted), np.int32)
    for i in range(len(wanted)):
        slot = _slot(wanted[i], size)
        while table[slot] >= 0 and sorted_keys[table[slot]] != wanted[i]:
            slot = (slot + 1) & (size - 1)
        out[i] = table[slot]
    return out


@compiled
def _slot(key, size):  # type: ignore[no-untyped-def]
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64((mixed >> np.uint64(29)) & np.uint64(size - 1))


@compiled
def weighed(columns, counts, begins, rarity):  # type: ignore[no-untyped-def]
    """(columns, values, begins) of the known grams: (1 + ln count) x rarity, each text of length 1."""
    texts = len(begins) - 1
    cols = np.empty(len(columns), np.int32)
    values = np.empty(len(columns), np.float32)
    starts = np.zeros(texts + 1, np.int64)
    out = 0
    for t in range(texts):
        first, total = out, 0.0
        for j in range(begins[t], begins[t + 1]):
            c = columns[j]
            if c >= 0:
                value = (1.0 + np.log(counts[j])) * rarity[c]
                cols[out], values[out] = c, value
                total += value * value
                out += 1
        if total > 0.0:
            scale = 1.0 / np.sqrt(total)
            for j in range(first, out):
                values[j] *= scale
        starts[t + 1] = out
    return cols[:out].copy(), values[:out].copy(), starts


@compiled
def fit(columns, values, begins, labels, classes, width, hardness, passes, stop, seed):  # type: ignore[no-untyped-def]
    """Weights (width + 1, classes), the last row the bias: one against the rest, squared hinge, by dual coordinate descent.

    Hsieh et al. 2008, algorithm 1; all classes share a pass over a text, so that its letters are fetched once.
    """
    texts = len(begins) - 1
    weights = np.zeros((width + 1, classes), np.float32)
    alphas = np.zeros((texts, classes), np.float64)
    margins, steps = np.empty(classes, np.float64), np.empty(classes, np.float64)
    soft = 0.5 / hardness
    order = np.arange(texts)
    np.random.seed(seed)
    for _ in range(passes):
        np.random.shuffle(order)
        worst = 0.0
        for t in order:
            norm = 1.0  # of the bias
            for k in range(classes):
                margins[k] = weights[width, k]
            for j in range(begins[t], begins[t + 1]):
                value = values[j]
                norm += value * value
                for k in range(classes):
                    margins[k] += weights[columns[j], k] * value
            moved = False
            for k in range(classes):
                sign = 1.0 if labels[t] == k else -1.0
                slope = sign * margins[k] - 1.0 + soft * alphas[t, k]
                steps[k] = 0.0
                if alphas[t, k] > 0.0 or slope < 0.0:
                    worst = max(worst, abs(slope))
                    now = max(alphas[t, k] - slope / (norm + soft), 0.0)
                    steps[k] = (now - alphas[t, k]) * sign
                    alphas[t, k] = now
                    moved = moved or steps[k] != 0.0
            if moved:
                for j in range(begins[t], begins[t + 1]):
                    for k in range(classes):
                        weights[columns[j], k] += steps[k] * values[j]
                for k in range(classes):
                    weights[width, k] += steps[k]
        if worst < stop:
            break
    return weights


@compiled
def margins_of(columns, values, begins, weights):  # type: ignore[no-untyped-def]
    """The margin of each class for each text, (texts, classes)."""
    texts, classes, width = len(begins) - 1, weights.shape[1], weights.shape[0] - 1
    out = np.empty((texts, classes), np.float32)
    for t in range(texts):
        for k in range(classes):
            out[t, k] = weights[width, k]
        for j in range(begins[t], begins[t + 1]):
            for k in range(classes):
                out[t, k] += weights[columns[j], k] * values[j]
    return out


@compiled
def alike(columns, values, begins, postings, posted, window, least):  # type: ignore[no-untyped-def]
    """Pairs (earlier, later, cosine) of texts that share rare grams and whose cosine over all grams is at least ``least``.

    ``postings[posted[c]:posted[c + 1]]`` are the texts with gram c in their order, empty for grams too common to tell;
    each text meets the ``window`` texts before it there, so that a thousand copies make a chain and no million pairs.
    """
    texts = len(begins) - 1
    shared = np.zeros(texts, np.float32)
    touched = np.empty(texts, np.int64)
    dense = np.zeros(len(posted) - 1, np.float32)
    at = np.zeros(len(posted) - 1, np.int64)
    # Lists of numbers, made so that the compiler knows of what.
    pairs_a, pairs_b = list(range(0)), list(range(0))
    cosines = [np.float32(t) for t in range(0)]
    for t in range(texts):
        n, rare = 0, np.float32(0.0)
        for j in range(begins[t], begins[t + 1]):
            c, value = columns[j], values[j]
            dense[c] = value
            if posted[c + 1] > posted[c]:
                rare += value * value
                here = at[c]
                for p in range(max(0, here - window), here):
                    other = postings[posted[c] + p]
                    if shared[other] == 0.0:
                        touched[n] = other
                        n += 1
                    shared[other] += value * value
                at[c] = here + 1
        for i in range(n):
            other = touched[i]
            if shared[other] >= 0.2 * least * rare:
                cosine = np.float32(0.0)
                for j in range(begins[other], begins[other + 1]):
                    cosine += dense[columns[j]] * values[j]
                if cosine >= least:
                    pairs_a.append(other)
                    pairs_b.append(t)
                    cosines.append(cosine)
            shared[other] = 0.0
        for j in range(begins[t], begins[t + 1]):
            dense[columns[j]] = 0.0
    return np.array(pairs_a), np.array(pairs_b), np.array(cosines)
