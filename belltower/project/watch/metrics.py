# SPDX-License-Identifier: Apache-2.0
"""Measurements in Prometheus' text form: what this door answered, and what the rooms let be measured."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from functools import cache

from django.utils.module_loading import autodiscover_modules
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from belltower import __version__
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.measures import Measure, sources

logger = logging.getLogger(__name__)
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# prometheus_client writes into files of this folder where several processes serve one door.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

registry = CollectorRegistry()
REQUESTS = Counter(
    "belltower_requests", "Requests answered, by route and status", ["door", "route", "method", "status"],
    registry=registry,
)  # fmt: skip
SECONDS = Histogram(
    "belltower_request_seconds", "How long answers took", ["door", "route"], registry=registry,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)  # fmt: skip
REFUSED = Counter(
    "belltower_requests_limited", "Requests refused because there were too many", ["limit"], registry=registry
)


def note(door: str, route: str, method: str, status: int, seconds: float) -> None:
    """One request was answered. ``route`` is a name of ours, never the address: the number of series stays small."""
    requests, took = _series(door, route, method if method in METHODS else "other", status)
    requests.inc()
    took.observe(seconds)


@cache
def _series(door: str, route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(door, route, method, str(status)), SECONDS.labels(door, route)


def page(is_database_up: bool) -> bytes:
    """Everything that is measured, as text."""
    gauges = CollectorRegistry()
    gauges.register(_Gauges(_taken(is_database_up)))
    counted = registry
    if SHARED_FOLDER in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return generate_latest(counted) + generate_latest(gauges)


def _taken(is_database_up: bool) -> Iterator[Measure]:
    yield Measure("belltower_build", "The version that runs; always 1", {"version": __version__}, 1)
    yield Measure("belltower_database_up", "1 while the database answers", {}, float(is_database_up))
    if not is_database_up:
        return
    autodiscover_modules("measures")
    for source in sources():
        try:
            with seen_as(EVERYTHING):
                found = list(source())
            yield from found
        except Exception:
            # One room's trouble does not blind the others; the missing series is what an alert looks for.
            logger.exception("%s could not be measured", source.__module__)


class _Gauges(Collector):
    """Measures as Prometheus' gauges, those of one name together."""

    def __init__(self, taken: Iterable[Measure]) -> None:
        self._taken = tuple(taken)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for one in self._taken:
            family = families.setdefault(one.name, GaugeMetricFamily(one.name, one.about, labels=tuple(one.labels)))
            family.add_metric(tuple(one.labels.values()), one.value)
        yield from families.values()
