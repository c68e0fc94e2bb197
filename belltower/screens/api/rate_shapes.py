# SPDX-License-Identifier: Apache-2.0
"""What the operation on rates answers: part of the OpenAPI document, as shapes.py is."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel

from belltower.screens.api.shapes import Text


class RateSource(BaseModel):
    """Where the rate is defined, when it was seen there, and how far that was verified."""

    document: str
    clause: str
    seen: date
    verified: Literal["primary", "secondary", "transcription", "unverified"]


class RateConditions(BaseModel):
    """The conditions of a case by name: the denominator's, and what the numerator's cases fulfil as well."""

    of: list[str]
    counted: list[str]


class CaseRate(BaseModel):
    """A share of cases. `percent` is null where the denominator is nothing: not known. `interval_95` is Wilson's, given of
    fewer than 100 cases."""

    rate: str
    title: Text
    numerator: int
    denominator: int
    percent: float | None
    interval_95: list[float] | None
    numerator_is: Text
    denominator_is: Text
    conditions: RateConditions
    better: Literal["high", "low"]
    since: date
    source: RateSource
    note: Text | None


class Rates(BaseModel):
    """The rates of a period: civil days of the city, both included."""

    since: date
    until: date
    rates: list[CaseRate]
