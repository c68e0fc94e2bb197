# SPDX-License-Identifier: Apache-2.0
"""What a channel is handed, and how it says that it was not taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing to tell one address. ``key`` is the same at every attempt, so that the other side can take it once.

    ``facts`` is the same as JSON, for machines. ``stop_link`` is where it can be stopped, for letters that were subscribed to.
    """

    key: str
    to: str
    subject: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    secret: str = ""
    stop_link: str = ""


class NotTaken(Exception):
    """The other side, or our own care, did not take it. ``is_final``: it will not take it another time either."""

    def __init__(self, answer: str, *, is_final: bool = False) -> None:
        super().__init__(answer)
        self.answer, self.is_final = answer, is_final


class Sender(Protocol):
    """A channel: it hands a parcel over and returns what the other side answered. Raises NotTaken, OSError."""

    def __call__(self, parcel: Parcel, /) -> str: ...
