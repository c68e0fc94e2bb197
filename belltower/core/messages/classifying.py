# SPDX-License-Identifier: Apache-2.0
"""The model in use, kept in the process until another is put in its place; nothing of it is loaded before it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from belltower.core.messages.models import Category, Purpose, Trained
from belltower.core.messages.rules import is_unsure

if TYPE_CHECKING:
    from belltower.analytics.text.classifying import Classifier


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says of a text; an empty label where there is no model."""

    label: str
    confidence: float | None
    is_unsure: bool


UNSAID = Said("", None, True)


def in_use(purpose: Purpose = Purpose.BOARD) -> Trained | None:
    """The model in use for that purpose, without its bytes; None before one was put."""
    return Trained.objects.filter(retired_at=None, purpose=purpose).defer("content").first()


def said_of(texts: Sequence[str], trained: Trained | None) -> list[Said]:
    """What each text is about; without a model a person is asked about all."""
    if trained is None:
        return [UNSAID] * len(texts)
    model = _loaded(trained.pk)
    chances = model.chances(texts)
    best, sure = chances.argmax(axis=1).tolist(), chances.max(axis=1).tolist()
    return [
        Said(model.labels[at], chance, is_unsure(chance, trained.threshold))
        for at, chance in zip(best, sure, strict=True)
    ]


def likeliest(text: str, trained: Trained, most: int = 5) -> list[tuple[str, float]]:
    """The labels that a text may be of, likeliest first, with their chances."""
    model = _loaded(trained.pk)
    [answer] = model.answers([text])
    return sorted(zip(model.labels, answer.chances, strict=True), key=lambda one: -one[1])[:most]


def labels() -> list[str]:
    """Everything a message may be said to be about: the tree's keys, and what the model was taught."""
    trained = in_use()
    return sorted({*Category.objects.values_list("key", flat=True), *(trained.labels if trained else ())})


@lru_cache(maxsize=4)
def _loaded(pk: int) -> Classifier:
    """A stored model is never changed, so it is read once a process."""
    from belltower.analytics.text.keeping import read

    return read(bytes(Trained.objects.values_list("content", flat=True).get(pk=pk)))
