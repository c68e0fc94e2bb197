# SPDX-License-Identifier: Apache-2.0
"""A list taken home as a file: the same filters, the viewer's own scope, streamed or made beside and sent."""

from __future__ import annotations

import tempfile

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from belltower.core.access.rules import EXPORT
from belltower.core.places.exports import FileFormat, export, stream_csv
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console import dates
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.listing import Listing

TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.GEOJSON: "application/geo+json",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.GEOPACKAGE: "application/geopackage+sqlite3",
    FileFormat.SHAPEFILE: "application/zip",
}
ENDINGS = {FileFormat.SHAPEFILE: "zip"}
IN_MEMORY = 8 * 1024 * 1024  # bytes; a larger file is made on disk


@door(EXPORT)
def send(request: ConsoleRequest, form: str) -> HttpResponseBase:
    """The list that the query string asks for, as a file. Raises NotFound for a format, CannotExport."""
    if form not in list(FileFormat):
        raise NotFound(noun=Text(zh="文件格式", en="file format"), name=form)
    wanted, listing = FileFormat(form), Listing.read(request.GET)
    answer = _csv(request, listing) if wanted is FileFormat.CSV else _made(request, listing, wanted)
    name = _name(request, listing, ENDINGS.get(wanted, wanted.value))
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return answer


def _csv(request: ConsoleRequest, listing: Listing) -> HttpResponseBase:
    parts = stream_csv(listing.rows(request.scope), scope=request.scope)
    return StreamingHttpResponse(parts, content_type=TYPES[FileFormat.CSV])


def _made(request: ConsoleRequest, listing: Listing, wanted: FileFormat) -> HttpResponseBase:
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by the answer once it is sent
    try:
        export(listing.rows(request.scope), file, wanted, scope=request.scope)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, content_type=TYPES[wanted])


def _name(request: ConsoleRequest, listing: Listing, ending: str) -> str:
    """What is in it and of which day: 路灯-珠晖区-2026-11-22.csv."""
    language = get_language() or "zh"
    what = listing.kind.title.say(language) if listing.kind else _("assets")
    where = [listing.area.title.say(language)] if listing.area else []
    on = request.now.astimezone(dates.city_zone()).date().isoformat()
    return f"{slugify('-'.join([what, *where]), allow_unicode=True)}-{on}.{ending}"
