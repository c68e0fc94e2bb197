# SPDX-License-Identifier: Apache-2.0
"""The service without its server: a request of OGC API - Features in, an answer out, as the caller sees the rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode

import msgspec

from belltower.core.places.scope import Scope
from belltower.edges.features import asking, definition, documents, pages, selecting, systems
from belltower.edges.features.collections import collection, collections
from belltower.edges.features.declaring import Collection
from belltower.edges.features.documents import link
from belltower.edges.features.errors import NoSuchFormat
from belltower.edges.features.selecting import Fetch
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

ROOT = "/features"
PAGES = f"{ROOT}/collections/{{collectionId}}/items"
"""The route that is asked for most."""
JSON, GEOJSON, HTML, SCHEMA = (
    "application/json",
    "application/geo+json",
    "text/html; charset=utf-8",
    "application/schema+json",
)
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_FORMATS = {"json": "json", "geojson": "json", "html": "html"}


@dataclass(frozen=True)
class Asked:
    """One GET. ``path`` is what stands after ROOT, ``base`` the root as the client wrote it."""

    path: str
    query: str = ""
    accept: str = ""
    language: str = "zh"
    if_none_match: str = ""
    base: str = ROOT
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``route`` is the path with names in place of what varies."""

    status: int
    body: bytes
    media_type: str
    route: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Visit:
    """A request on its way: its parameters, whether a page for people is wanted, who looks, and how rows are fetched."""

    asked: Asked
    given: Mapping[str, str]
    is_page: bool
    scope: Scope
    fetch: Fetch

    @property
    def self_link(self) -> str:
        path = f"{self.asked.base}{self.asked.path}".rstrip("/")
        return path + (f"?{self.asked.query}" if self.asked.query else "")

    def with_(self, **changes: str) -> str:
        """The address of this page with parameters changed."""
        path = f"{self.asked.base}{self.asked.path}".rstrip("/")
        return f"{path}?{urlencode({**self.given, **changes}, quote_via=quote, safe=',:/')}"

    @property
    def links(self) -> list[dict[str, str]]:
        """This document, and the same in the other format."""
        own, other = (HTML, JSON) if self.is_page else (JSON, HTML)
        return [
            link("self", self.self_link, own),
            link("alternate", self.with_(f="json" if self.is_page else "html"), other),
        ]


def answer(asked: Asked, scope: Scope, fetch: Fetch) -> Answer:
    """The answer to one request. Raises refusals."""
    given = asking.pairs(asked.query)
    visit = _Visit(asked, given, _is_page(given.get("f"), asked.accept), scope, fetch)
    steps = [unquote(one) for one in asked.path.strip("/").split("/")] if asked.path.strip("/") else []
    match steps:
        case []:
            return _document(visit, "", documents.landing(visit.asked.base, visit.links), "landing")
        case ["conformance"]:
            return _document(visit, "/conformance", documents.conformance(visit.links), "conformance")
        case ["api"]:
            return _api(visit)
        case ["collections"]:
            return _collections(visit)
        case ["collections", name]:
            shown = _described(visit, collection(name, scope))
            return _document(visit, "/collections/{collectionId}", shown, "collection")
        case ["collections", name, "queryables" | "schema" as what]:
            return _schema(visit, collection(name, scope), what)
        case ["collections", name, "items"]:
            return _items(visit, collection(name, scope))
        case ["collections", name, "items", uid]:
            return _item(visit, collection(name, scope), uid)
    raise NotFound(noun=Text(zh="资源", en="resource"), name=asked.path[:80])


def _is_page(named: str | None, accept: str) -> bool:
    """Whether people read it: by ``f``, else by what is accepted. Raises NoSuchFormat."""
    if named is not None:
        if named not in _FORMATS:
            raise NoSuchFormat(given=named[:40])
        return _FORMATS[named] == "html"
    html, json = accept.find("text/html"), accept.find("json")
    return html >= 0 and (json < 0 or html < json)


def _document(visit: _Visit, route: str, document: dict[str, Any], page: str, media_type: str = JSON) -> Answer:
    asking.known(visit.given, frozenset({"f"}))
    if visit.is_page:
        return _told(visit, route, pages.page(page, document, visit.asked.language, visit.asked.base), HTML)
    return _told(visit, route, msgspec.json.encode(document), media_type)


def _told(visit: _Visit, route: str, body: bytes, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
    """With its ETag: documents and single features are small, and often asked for again unchanged."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    sent = {
        **(headers or {}),
        "ETag": tag,
        "Vary": "Accept, Accept-Language, Authorization",
        "Cache-Control": "private, no-cache",
    }
    if tag in visit.asked.if_none_match:
        return Answer(304, b"", media_type, ROOT + route, sent)
    return Answer(200, body, media_type, ROOT + route, sent)


def _api(visit: _Visit) -> Answer:
    """The OpenAPI document; people read it as it stands."""
    asking.known(visit.given, frozenset({"f"}))
    document = definition.document(visit.asked.base, collections(visit.scope), visit.asked.language)
    if visit.is_page:
        return _told(visit, "/api", pages.page("api", document, visit.asked.language, visit.asked.base), HTML)
    return _told(visit, "/api", msgspec.json.encode(document), OPENAPI)


def _collections(visit: _Visit) -> Answer:
    listed = [_described(visit, one, own=False) for one in collections(visit.scope)]
    document = {"links": visit.links, "collections": listed, "crs": [one.uri for one in systems.offered()]}
    return _document(visit, "/collections", document, "collections")


def _described(visit: _Visit, one: Collection, *, own: bool = True) -> dict[str, Any]:
    return documents.collection(one, visit.asked.base, visit.asked.language, visit.links if own else [])


def _schema(visit: _Visit, one: Collection, what: str) -> Answer:
    document = documents.schema(one, f"{visit.asked.base}/collections/{one.name}/{what}", visit.asked.language, what)
    return _document(visit, f"/collections/{{collectionId}}/{what}", document, "schema", SCHEMA)


def _items(visit: _Visit, one: Collection) -> Answer:
    wanted = asking.page_of(one, visit.given)
    found = selecting.page(wanted, visit.fetch)
    here = f"{visit.asked.base}/collections/{one.name}"
    own, other = (HTML, GEOJSON) if visit.is_page else (GEOJSON, HTML)
    links = [
        link("self", visit.self_link, own),
        link("alternate", visit.with_(f="json" if visit.is_page else "html"), other),
        link("collection", here, JSON),
    ]
    if found.next is not None:
        links.append(link("next", visit.with_(cursor=found.next.sealed()), own))
    said = {"numberReturned": found.count, "timeStamp": _instant(visit.asked.now), "links": links}
    headers = {"Content-Crs": f"<{wanted.system.uri}>"}
    if visit.is_page:
        document = {**said, "collection": one, "features": msgspec.json.decode(b"[" + found.features + b"]")}
        return Answer(200, pages.page("items", document, visit.asked.language, visit.asked.base), HTML, PAGES, headers)
    body = b'{"type":"FeatureCollection","features":[' + found.features + b"]," + msgspec.json.encode(said)[1:]
    return Answer(200, body, GEOJSON, PAGES, headers)


def _may_be_id(one: Collection, uid: str) -> bool:
    """Whether it looks like an id of that collection: most have uids, public cases their numbers."""
    return documents.is_id(uid) if one.id == "t.uid" else len(uid) <= 20 and uid.isprintable()


def _item(visit: _Visit, one: Collection, uid: str) -> Answer:
    asking.known(visit.given, frozenset({"f", "crs"}))
    system = systems.system(visit.given.get("crs"), "crs")
    found = selecting.one(one, uid, system, visit.fetch) if _may_be_id(one, uid) else None
    if found is None:
        raise NotFound(noun=one.title, name=uid[:80])
    links = [*visit.links, link("collection", f"{visit.asked.base}/collections/{one.name}", JSON)]
    route, headers = "/collections/{collectionId}/items/{featureId}", {"Content-Crs": f"<{system.uri}>"}
    if visit.is_page:
        document = {"collection": one, "links": links, "feature": msgspec.json.decode(found)}
        return _told(visit, route, pages.page("item", document, visit.asked.language, visit.asked.base), HTML, headers)
    return _told(visit, route, found[:-1] + b',"links":' + msgspec.json.encode(links) + b"}", GEOJSON, headers)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
