# SPDX-License-Identifier: Apache-2.0
"""How far evidence can be believed: its place against the case's, its time against the step's, the file's word against its
sender's. Values in, a verdict with its reasons out; what cannot be known is unknown, never guessed. No look-ups here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from belltower.core.cases.duplicates import Told, metres_between
from belltower.core.evidence.thresholds import Thresholds
from belltower.kernel.texts import Text


class Verdict(StrEnum):
    """What is said of it: nothing speaks against it, something does, or too little is known."""

    PLAUSIBLE = "plausible"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"

    @property
    def text(self) -> Text:
        return _VERDICTS[self]


class Why(StrEnum):
    """What speaks against it, or is not known."""

    FAR = "far"
    OTHER_TIME = "other_time"
    FROM_THE_FUTURE = "from_the_future"
    FILE_OTHER_TIME = "file_other_time"
    FILE_OTHER_PLACE = "file_other_place"
    NO_PLACE_OF_CASE = "no_place_of_case"
    NO_PLACE = "no_place"
    TOO_UNCERTAIN = "too_uncertain"
    NO_TIME = "no_time"

    @property
    def text(self) -> Text:
        return _WHY[self]


_VERDICTS = {
    Verdict.PLAUSIBLE: Text(zh="时间地点相符", en="Place and time fit"),
    Verdict.DOUBTFUL: Text(zh="存疑", en="Doubtful"),
    Verdict.UNKNOWN: Text(zh="无法判断", en="Unknown"),
}
_WHY = {
    Why.FAR: Text(zh="距案卷位置过远", en="taken far from the case"),
    Why.OTHER_TIME: Text(zh="拍摄时间与该步骤相差过大", en="taken at another time than the step"),
    Why.FROM_THE_FUTURE: Text(zh="拍摄时间晚于收到时间", en="taken after it came"),
    Why.FILE_OTHER_TIME: Text(zh="文件自带时间与所报时间不符", en="the file says another time than its sender"),
    Why.FILE_OTHER_PLACE: Text(zh="文件自带位置与所报位置不符", en="the file says another place than its sender"),
    Why.NO_PLACE_OF_CASE: Text(zh="案卷没有位置", en="the case has no place"),
    Why.NO_PLACE: Text(zh="没有拍摄位置", en="where it was taken is not known"),
    Why.TOO_UNCERTAIN: Text(zh="定位误差过大", en="the position is too uncertain"),
    Why.NO_TIME: Text(zh="没有拍摄时间", en="when it was taken is not known"),
}
AGAINST = frozenset({Why.FAR, Why.OTHER_TIME, Why.FROM_THE_FUTURE, Why.FILE_OTHER_TIME, Why.FILE_OTHER_PLACE})
"""What makes it doubtful; the others make it unknown."""


@dataclass(frozen=True, slots=True)
class Taken:
    """When and where it was taken, as somebody or something says: degrees WGS 84; metres, None where it says no uncertainty."""

    at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    uncertainty_m: float | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """Where the case is (None: nobody knows), when the step was done, and when the evidence came."""

    lon: float | None
    lat: float | None
    step_at: datetime
    came_at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict with every reason for it, and how far from the case it was taken (metres), where both places are known."""

    verdict: Verdict
    reasons: tuple[Why, ...] = ()
    metres: float | None = None


def judge(said: Taken, file: Taken, expected: Expected, limits: Thresholds) -> Judged:
    """What can be said of evidence of which its sender says ``said`` and its file ``file``.

    The sender's word is judged, or the file's where the sender says nothing. Doubtful goes before unknown.
    """
    metres = _apart((said if said.lon is not None else file), expected.lon, expected.lat)
    reasons = (*_of_place(said, file, expected, limits, metres), *_of_time(said, file, expected, limits))
    if AGAINST.intersection(reasons):
        return Judged(Verdict.DOUBTFUL, tuple(one for one in reasons if one in AGAINST), metres)
    return Judged(Verdict.UNKNOWN if reasons else Verdict.PLAUSIBLE, reasons, metres)


def _of_place(said: Taken, file: Taken, expected: Expected, limits: Thresholds, metres: float | None) -> Iterator[Why]:
    best = said if said.lon is not None else file
    unsure = _unsure(best, limits)
    if expected.lon is None or expected.lat is None:
        yield Why.NO_PLACE_OF_CASE
    elif metres is None:
        yield Why.NO_PLACE
    elif metres - unsure > limits.near_m:
        yield Why.FAR
    elif unsure > limits.near_m:
        yield Why.TOO_UNCERTAIN
    between = _apart(said, file.lon, file.lat)
    if between is not None and between > limits.apart_m + _unsure(said, limits):
        yield Why.FILE_OTHER_PLACE


def _of_time(said: Taken, file: Taken, expected: Expected, limits: Thresholds) -> Iterator[Why]:
    at = said.at or file.at
    if at is None:
        yield Why.NO_TIME
    elif at > expected.came_at + limits.ahead:
        yield Why.FROM_THE_FUTURE
    elif abs(at - expected.step_at) > limits.within:
        yield Why.OTHER_TIME
    if said.at and file.at and abs(said.at - file.at) > limits.apart:
        yield Why.FILE_OTHER_TIME


def _unsure(taken: Taken, limits: Thresholds) -> float:
    return limits.unsaid_m if taken.uncertainty_m is None else taken.uncertainty_m


def _apart(taken: Taken, lon: float | None, lat: float | None) -> float | None:
    """Metres between it and a place; None where one of the two is not known. When it was is of no matter here."""
    return metres_between(Told(taken.lon, taken.lat, "", _ANY), Told(lon, lat, "", _ANY))


_ANY = datetime.min.replace(tzinfo=UTC)
