# SPDX-License-Identifier: Apache-2.0
"""An enterprise walks every address there is, about its own things and about another's, and never meets the other's.

Each address has a line in WALK or, with the reason, in NOT_WALKED; a new one without is a failure of this file.
"""

from __future__ import annotations

import gzip
import html
import io
import itertools
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import asinh, pi, radians, tan
from typing import Any
from urllib.parse import unquote

import mapbox_vector_tile
import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from belltower.core.places.exports import FileFormat
from belltower.core.places.models import Asset
from tests.architecture.foreign_rows import theirs
from tests.architecture.foreign_walk_board import BOARD
from tests.architecture.foreign_walk_campaigns import CAMPAIGNS
from tests.architecture.foreign_walk_cases import CASES
from tests.architecture.foreign_walk_duty import DUTY
from tests.architecture.foreign_walk_field import FIELD
from tests.architecture.foreign_walk_findings import FINDINGS
from tests.architecture.foreign_walk_learning import LEARNING
from tests.architecture.foreign_walk_open311 import OPEN311
from tests.architecture.foreign_walk_plans import PLANS
from tests.architecture.foreign_walk_public import PUBLIC
from tests.architecture.foreign_walk_selfcheck import SELFCHECK
from tests.architecture.foreign_walk_sensing import SENSING
from tests.architecture.foreign_walk_standards import STANDARDS
from tests.scenes.two_enterprises import LAMPS, LAT, LON, STREET, TwoEnterprises

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Visit:
    """How an address is walked: the nouns its parts name, fixed parts, query strings, and a form to send."""

    takes: Mapping[str, str] = field(default_factory=dict)
    fixed: Sequence[Mapping[str, Any]] = ({},)
    queries: Sequence[str] = ("",)
    form: Mapping[str, str] = field(default_factory=dict)


def of(noun: str, **more: Any) -> Visit:
    """An address about one thing, by its uid."""
    return Visit({"uid": noun}, **more)


OF_ROOMS = (
    SENSING | STANDARDS | FINDINGS | CAMPAIGNS | SELFCHECK | LEARNING | CASES | BOARD | DUTY | OPEN311 | PUBLIC | FIELD
    | PLANS
)  # fmt: skip
# "{theirs}" and "{ours}" are a party's key; the other's key is asked for in every filter there is.
SEARCHES = tuple(
    f"q={word}" for word in ("theirs", "ours", "木槿", "mujin", "Hibiscus", "彼方", "Foxglove", "腊梅", "430405")
)
LISTS = (
    "", "owner=theirs-party", "kind=street_light", "text=theirs", "text=木槿", "area=430405002", "kind=building",
    "kind=street_light&order=key&size=100", "life=in_service", "order=changed",
)  # fmt: skip
ASSETS = (
    "", "kind=street_light", "area=430405002", "owner={theirs}", "key=theirs-L0", "text=木槿", "limit=1000",
    "bbox=112,26,113,27", "updated_since=2024-01-01T00:00:00Z", "life=in_service",
)  # fmt: skip
VALID, KNOWN = "valid=2024-05-15T00:00", "known=2024-05-15T00:00"
HERE = f"lon={LON + STREET + 0.003}&lat={LAT}"
KINDS = "kinds=street_light,building,waste_bin"
# How far down the world's Web-Mercator square the streets lie, as a share of it.
DOWN = (1 - asinh(tan(radians(LAT))) / pi) / 2
TILES = [
    {"zoom": zoom, "x": int((lon + 180) / 360 * 2**zoom), "y": y}
    for zoom in (8, 12, 14, 16, 18)
    for lon in (LON + 0.003, LON + STREET + 0.003)
    for y in [int(DOWN * 2**zoom) + step for step in (-1, 0, 1)]
]
WALK: dict[str, Visit] = {
    "api:openapi-json": Visit(),
    "api:openapi-view": Visit(),
    "api:api-root": Visit(),
    "api:get_city": Visit(),
    "api:whoami": Visit(),
    "api:list_areas": Visit(queries=("", "level=street", "parent=430405")),
    "api:get_area": Visit(fixed=({"code": "430405002"},)),
    "api:list_areas_below": Visit(fixed=({"code": "430405"},)),
    "api:list_assets": Visit(queries=ASSETS),
    "api:get_asset": of("asset"),
    "api:edit_asset": of("asset"),
    "api:get_history": of("asset"),
    "api:get_asset_as_of": of("asset", queries=("", "valid_at=2024-05-15T00:00:00Z", "known_at=2024-05-15T00:00:00Z")),
    "api:get_responsibilities_of_asset": of("asset"),
    "api:put_attachment": of("asset"),
    "api:list_attachments": of("asset"),
    "api:get_attachment": of("file"),
    "api:get_thumbnail": of("file"),
    "api:get_content": of("file"),
    "api:get_original": of("file"),
    "api:retire_attachment": of("file"),
    "api:erase_attachment": of("file"),
    "api:list_nearest_assets": Visit(queries=(f"{HERE}&count=100", f"{HERE}&kind=street_light")),
    "api:list_assets_within": Visit(queries=(f"{HERE}&metres=50000", f"{HERE}&metres=500&kind=building")),
    "api:list_parties": Visit(queries=("", "kind=enterprise", "key=theirs-party")),
    "api:get_party": of("party"),
    "api:list_responsibilities": Visit(queries=("", "party={theirs}", "area=430405002", "role=enterprise")),
    "api:resolve_responsibilities": Visit(queries=(f"{HERE}&kind=street_light",)),
    "api:find": Visit(queries=SEARCHES),
    "api:list_kinds": Visit(),
    "api:get_kind": Visit(fixed=({"name": "street_light"},)),
    "api:list_packs": Visit(),
    "api:list_codes": Visit(),
    "api:list_loads": Visit(),
    "api:send_file": Visit(),
    "api:get_load": of("load"),
    "api:propose_mapping": of("load"),
    "api:run_load": of("load"),
    "api:list_kept_aside": of("load"),
    "api:get_kept_aside_csv": of("load"),
    "api:export_assets_csv": Visit(queries=("", "owner={theirs}", "kind=street_light", "area=430405002")),
    "api:export_assets_geojson": Visit(queries=("", "owner={theirs}", "kind=street_light", "area=430405002")),
    "api:list_jobs": Visit(),
    "api:get_job": of("job"),
    "api:cancel_job": of("job"),
    "api:retry_job": of("job"),
    "api:list_grants": Visit(queries=("", "user=theirs")),
    "api:add_grant": Visit(),
    "api:end_grant": of("grant"),
    "console:home": Visit(),
    "console:map": Visit(queries=("", "asset={their_asset}", "area=430405002", "kinds=street_light")),
    "console:map_found": Visit(queries=SEARCHES),
    "console:map_small": Visit(queries=("", "asset={their_asset}", "area=430405002")),
    "console:map_selected": of("asset"),
    "console:tile": Visit(fixed=TILES, queries=(KINDS,)),
    "console:area_tile": Visit(fixed=TILES),
    "console:search": Visit(queries=SEARCHES),
    "console:assets": Visit(queries=(*LISTS, "view={their_view}")),
    "console:assets_export": Visit(fixed=[{"form": one.value} for one in FileFormat], queries=LISTS),
    "console:save_view": Visit(form={"name": "mine", "query": "kind=street_light"}),
    "console:forget_view": of("view"),
    "console:asset": of("asset", queries=("", VALID, KNOWN, f"{VALID}&{KNOWN}")),
    "console:asset_edit": of("asset", form={"life": "retired", "reason": "walk", "name_zh": "走查"}),
    "console:asset_files": of("asset"),
    "console:asset_files_put": of("asset"),
    "console:asset_file_retire": Visit({"uid": "asset", "file": "file"}),
    "console:areas": Visit(),
    "console:area": Visit(fixed=({"code": "430405"}, {"code": "430405002"})),
    "console:areas_below": Visit(fixed=({"code": "430405"},)),
    "console:loads": Visit(),
    "console:load": of("load"),
    "console:load_progress": of("load"),
    "console:load_aside": of("load"),
    "console:jobs": Visit(queries=("", "state=waiting")),
    "console:job": of("job"),
    "console:job_stop": of("job"),
    "console:job_retry": of("job"),
    "console:outbox": Visit(),
    "console:held": of("event"),
    "console:held_try": of("event"),
    "console:held_give_up": of("event", form={"why": "walk"}),
    "console:backups": Visit(),
    "console:backup_make": Visit(),
    "console:packs": Visit(),
    "console:asset_entries": of("asset"),
    "console:asset_entry": Visit({"uid": "asset", "entry": "entry"}),
    "console:asset_proof": Visit({"uid": "asset", "entry": "entry"}),
    "console:ledger": Visit(queries=("", "table=places_asset", "what=places.")),
    "console:ledger_check": Visit(),
    "console:ledger_entry": Visit({"entry": "entry"}),
    "console:ledger_proof": Visit({"entry": "entry"}),
    "console:account": Visit(),
    "console:account_password": Visit(),
    "console:account_second_factor": Visit(),
    "console:account_remove_factor": Visit(),
    "console:account_codes": Visit(),
    "console:account_end_session": of("session"),
    "console:account_end_others": Visit(),
    "console:account_contact": Visit(),
    "console:account_link": Visit(),
    "console:account_unlink": of("user"),
    "console:access": Visit(queries=("", "q=theirs", "party=theirs-party")),
    "console:security_log": Visit(),
    "console:access_user": of("user"),
    "console:access_look": of("user"),
    "console:access_grant": of("user", form={"role": "administrator", "valid_from": "2024-01-01", "why": "walk"}),
    "console:access_lift": of("user"),
    "console:access_reset_factor": of("user"),
    "console:access_end_sessions": of("user"),
    "console:access_end_grant": of("grant", form={"on": "2024-01-02"}),
    "console:access_asset": of("asset"),
    **{name: Visit(**how) for name, how in OF_ROOMS.items()},
}
NOT_WALKED = {
    "health_live": "says that the process answers",
    "healthz": "says that the process answers",
    "readyz": "says what is missing, of no row",
    "metrics": "counts of the whole installation, behind a token of its own",
    "console:heads": "open to everybody: sizes, roots, times and signatures of the log, of no row",
    "console:heads_all": "as console:heads",
    "console:heads_newest": "as console:heads",
    "console:heads_one": "as console:heads",
    "console:heads_growth": "hashes between two heads",
    "console:heads_stamp": "an authority's signature over a head",
    "console:heads_checker": "a file of the program",
    "console:sign_in": "asked before anybody is known",
    "console:sign_in_code": "asked before anybody is known",
    "console:sign_in_set_up": "asked before anybody is known",
    "console:oidc": "leads to the provider",
    "console:oidc_back": "comes from the provider",
    "console:sign_out": "ends the walker's own session",
    "console:language": "a word in a cookie",
    "public:tile": "the ground that everybody sees: streets, houses and water, whosever they are",
    "None": "the answer to what is no operation",
}
METHODS = ("get", "post", "patch", "put", "delete")
# Whoever may not see a thing is told that there is none, or that they may not do this at all, or that a page has no such method.
NO = {400, 401, 403, 404, 405, 409, 410, 412, 415, 422}


def names(patterns: Sequence[Any] | None = None, namespace: str = "") -> Iterator[str]:
    """The name of every address of the people's door."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from names(one.url_patterns, one.namespace or namespace)
        elif isinstance(one, URLPattern):
            yield f"{namespace}:{one.name}" if namespace else str(one.name)


def test_every_address_is_walked_or_said_why_not() -> None:
    assert sorted(set(names()) - WALK.keys() - NOT_WALKED.keys()) == []
    assert sorted((WALK.keys() | NOT_WALKED.keys()) - set(names())) == [], "addresses that are no more"


@pytest.fixture
def walker(two_enterprises: TwoEnterprises) -> Client:
    """Our person, at a door behind which nothing is seen until a scope is set."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('belltower.sees', '', true)")
    assert not Asset.objects.exists()
    return sign_in(two_enterprises)


def sign_in(city: TwoEnterprises) -> Client:
    client = Client()
    client.force_login(city.ours.person)
    return client


def addresses(name: str, city: TwoEnterprises, side: str) -> Iterator[tuple[str, str]]:
    """Every address of that name about the things of one side, with each query string; and what identifies them."""
    visit, things = WALK[name], {**getattr(city, side).things}
    words = {
        "theirs": city.theirs.things["party"],
        "their_asset": city.theirs.things["asset"],
        "their_view": city.theirs.things["view"],
    }
    named = {part: things[noun] for part, noun in visit.takes.items()}
    for fixed, query in itertools.product(visit.fixed, visit.queries):
        yield reverse(name, kwargs={**named, **fixed}), query.format_map(words)


def visits(name: str, city: TwoEnterprises, side: str) -> Iterator[tuple[str, str]]:
    """Each address with its query string, to be read; and the first one with every other method."""
    for number, (address, query) in enumerate(addresses(name, city, side)):
        at = f"{address}?{query}" if query else address
        yield from ((at, method) for method in (METHODS if number == 0 else METHODS[:1]))


def told(answer: Any) -> bytes:
    """All that an answer says, headers too; what is packed is unpacked."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(name.encode() + archive.read(name) for name in archive.namelist())
    return body + repr(answer.headers.items()).encode()


def found_in(said: bytes, words: set[str], *, but: str) -> list[str]:
    """The words that are told in any way they may be written; an answer may say again what was ``but`` asked."""
    asked = unquote(but)
    found = []
    for word in words:
        ways = {word, html.escape(word), json.dumps(word)[1:-1]}
        if word not in asked and any(way.encode() in said for way in ways):
            found.append(word)
    return sorted(found)


@pytest.mark.parametrize("name", WALK)
def test_nothing_of_theirs_is_in_any_answer_to_our_person(
    name: str, two_enterprises: TwoEnterprises, walker: Client
) -> None:
    walk(name, two_enterprises, lambda: sign_in(two_enterprises))


@pytest.mark.parametrize("name", [name for name in WALK if name.startswith("api:")])
def test_nothing_of_theirs_is_in_any_answer_to_our_machine(
    name: str, two_enterprises: TwoEnterprises, walker: Client
) -> None:
    headers = {"Authorization": f"Bearer {two_enterprises.ours.token}"}
    walk(name, two_enterprises, lambda: Client(headers=headers))


def walk(name: str, city: TwoEnterprises, enter: Any) -> None:
    """Go to every address of that name with every method; whoever sent a form comes in anew, in case it ended a session."""
    client = enter()
    for side in ("ours", "theirs") if WALK[name].takes else ("ours",):
        for at, method in visits(name, city, side):
            sent = {"data": WALK[name].form} if method == "post" else {}
            answer = getattr(client, method)(at, **sent)
            assert answer.status_code < 500, (method, at)
            client = enter() if method == "post" else client
            # What somebody asked for may be said back to them: that it is not there.
            asked = " ".join((at, *sent.get("data", {}).values()))
            leaked = found_in(told(answer), city.theirs.words, but=asked)
            assert leaked == [], (method, at, answer.status_code)
            if side == "theirs":
                assert answer.status_code in NO, (method, at, answer.status_code)


def test_what_is_theirs_is_as_it_was_after_the_walk(two_enterprises: TwoEnterprises, walker: Client) -> None:
    """Every form and method sent to their things by one who knows their uids changes nothing of them."""
    before = theirs(two_enterprises)
    for name, visit in WALK.items():
        if visit.takes:
            for at, method in visits(name, two_enterprises, "theirs"):
                getattr(walker, method)(at, data=visit.form if method == "post" else {})
    assert theirs(two_enterprises) == before


@pytest.mark.parametrize("path", ["console:asset", "api:get_history", "api:get_asset_as_of", "api:get_asset"])
def test_what_they_sold_us_is_ours_from_that_day_on(path: str, two_enterprises: TwoEnterprises, walker: Client) -> None:
    """Its name and figures from when it was theirs stay with them."""
    for query in ("", "?valid_at=2024-06-01T00:00:00Z&known_at=2024-06-01T00:00:00Z", "?valid=2024-06-01T00:00"):
        answer = walker.get(reverse(path, kwargs={"uid": two_enterprises.sold}) + query)
        assert answer.status_code in (200, 404)
        assert found_in(told(answer), two_enterprises.theirs.words, but="") == []
    assert walker.get(reverse("api:get_asset", kwargs={"uid": two_enterprises.sold})).status_code == 200


def test_counts_are_of_our_own_assets_only(two_enterprises: TwoEnterprises, walker: Client) -> None:
    """A number tells as much as a name."""
    ours = LAMPS["ours"] + 1  # and the one they sold us
    assert walker.get("/assets/?kind=street_light").context["count"] == ours
    area = walker.get("/areas/430405/").context
    assert {one.kind: one.count for one in area["counts"]} == {"street_light": ours, "building": 1}
    packs = {one["pack"].name: one["count"] for one in walker.get("/packs/").context["packs"]}
    assert sum(packs.values()) == ours + 1
    layers = [layer for _, some in walker.get("/map/").context["packs"] for layer in some]
    assert {layer.kind.name: layer.count for layer in layers if layer.count} == {"street_light": ours, "building": 1}


@pytest.mark.parametrize("zoom", [11, 13, 14, 16])
def test_tiles_hold_our_own_assets_only_also_when_others_were_there_first(
    zoom: int, two_enterprises: TwoEnterprises, walker: Client
) -> None:
    """The bureau's officer looks first, so that their tile is kept already."""
    (officer := Client()).force_login(two_enterprises.officer)
    seen = {who: _drawn(client, zoom) for who, client in (("officer", officer), ("ours", walker), ("again", walker))}
    assert seen["officer"] == LAMPS["ours"] + 1 + LAMPS["theirs"]
    assert seen["ours"] == seen["again"] == LAMPS["ours"] + 1


def _drawn(client: Client, zoom: int) -> int:
    """How many lamps the tiles of the two streets show, counted or one by one."""
    total = 0
    across = {int((LON + east + 180) / 360 * 2**zoom) for east in (0, STREET, 2 * STREET)}
    for x, y in itertools.product(across, range(int(DOWN * 2**zoom) - 2, int(DOWN * 2**zoom) + 3)):
        answer = client.get(f"/tiles/assets/{zoom}/{x}/{y}.mvt?kinds=street_light")
        layers = mapbox_vector_tile.decode(gzip.decompress(answer.content)) if answer.content else {}
        for name in ("clusters", "points"):
            total += sum(one["properties"].get("n", 1) for one in layers.get(name, {"features": []})["features"])
    return total
