# SPDX-License-Identifier: Apache-2.0
"""Streams of readings: the list with newest values, and one stream over any span, wherever its readings lie."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from belltower.core.access.rules import Verb
from belltower.core.observations.lake.rows import instant
from belltower.core.observations.models import Datastream
from belltower.core.observations.reading import Readings, history
from belltower.core.observations.rollups import RollUps
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console import dates, stream_span, stream_trend
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.stream_listing import ASKED, STATES, StreamListing, row_of
from belltower.screens.console.stream_span import SPANS, Span

STREAM = Text(zh="数据流", en="stream")
_SHOWN = 40  # rows of the table below the trend: the newest of the span
_QUALITIES = ("good", "uncertain", "bad")


@door(Verb.VIEW)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """The streams that the viewer sees, with newest values; silence is told apart from a good value."""
    listing = StreamListing.read(request.GET.dict())
    rows, after = listing.page(request.now)
    page = {"rows": rows, "next": after, "listing": listing, "states": ASKED.items()}
    return render(request, "console/streams.html", page)


@door(Verb.VIEW)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One stream: what it is, its newest value, and its trend with the same numbers in a table. Raises NotFound."""
    stream, zone = find(uid), dates.city_zone()
    span = stream_span.read(request.GET.dict(), now=request.now, zone=zone)
    found = history([stream.pk], span.since, span.until, every=span.every, zone=zone)
    page: dict[str, Any] = {
        "row": row_of(stream, request.now),
        "stream": stream,
        "span": span,
        "spans": list(SPANS),
        "beside": span.beside(zone),
        "since": stream_span.local(span.since, zone),
        "until": stream_span.local(span.until, zone),
        "trend": _trend(found, span, stream, zone),
        "table": _table(found),
        "is_cut": len(found) > _SHOWN,
    }
    return render(request, "console/stream.html", page)


def find(uid: UUID) -> Datastream:
    """The stream of that uid, where the viewer sees it. Raises NotFound."""
    found = Datastream.objects.select_related("asset", "latest", "observed_property", "sensor").filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=STREAM, name=uid)
    return found


def _trend(found: Readings | RollUps, span: Span, stream: Datastream, zone: tzinfo) -> stream_trend.Drawing:
    since, until, silent_after = span.since, span.until, stream.stale_after
    if isinstance(found, Readings):
        return stream_trend.of_readings(found, since=since, until=until, silent_after=silent_after, zone=zone)
    assert span.every
    return stream_trend.of_rollups(found, span.every, since=since, until=until, silent_after=silent_after, zone=zone)


def _table(found: Readings | RollUps) -> list[dict[str, Any]]:
    """The newest rows of the span, the newest first."""
    last = range(len(found) - 1, max(len(found) - 1 - _SHOWN, -1), -1)
    if isinstance(found, RollUps):
        names = ("count", "mean", "min", "max", "first", "last")
        return [{"at": instant(found.at[n]), **{name: getattr(found, name)[n].item() for name in names}} for n in last]
    return [
        {
            "at": instant(found.at[n]),
            "value": None if found.value[n] != found.value[n] else found.value[n].item(),
            "state": _QUALITIES[found.quality[n]],
            "word": STATES[_QUALITIES[found.quality[n]]],
            "is_late": bool(found.flags[n] & 1),
        }
        for n in last
    ]
