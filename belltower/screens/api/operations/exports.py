# SPDX-License-Identifier: Apache-2.0
"""Exports: all assets that a filter leaves, as one file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

from django.http import StreamingHttpResponse
from ninja import Query, Router

from belltower.core.access.rules import Verb
from belltower.core.places import exports
from belltower.core.places.exports import FileFormat
from belltower.screens.api.doors import Request, asking
from belltower.screens.api.filters import AssetFilter, wanted
from belltower.screens.api.streams import answering, streamed

router = Router(tags=["exports"])
GEOJSON = "application/geo+json"
_IN_MEMORY = 1 << 20  # bytes; a larger file waits on disk while it is sent
_PART = 1 << 16


@router.get("/exports/assets.csv", **asking(Verb.EXPORT, **answering("text/csv")))
def export_assets_csv(request: Request, where: Query[AssetFilter]) -> StreamingHttpResponse:
    """Assets as CSV that `POST /loads` reads back; sent while it is made."""
    scope = request.auth.scope
    return streamed(exports.stream_csv(wanted(where, scope=scope), scope=scope), "text/csv", "assets.csv")


@router.get("/exports/assets.geojson", **asking(Verb.EXPORT, **answering(GEOJSON, holds="object")))
def export_assets_geojson(request: Request, where: Query[AssetFilter]) -> StreamingHttpResponse:
    """Assets as a GeoJSON FeatureCollection (RFC 7946)."""
    scope = request.auth.scope
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed once it is sent
    exports.export(wanted(where, scope=scope), file, FileFormat.GEOJSON, scope=scope)
    return streamed(_parts(file), GEOJSON, "assets.geojson")


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while part := file.read(_PART):
            yield part
