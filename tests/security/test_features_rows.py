# SPDX-License-Identifier: Apache-2.0
"""Features show an enterprise what is its own: through every collection, filter and page, in JSON and HTML."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from belltower.core.access import people
from belltower.core.places.models import Asset
from belltower.core.standards.models import Finding
from belltower.edges.features.collections import collections
from belltower.edges.features.tests.town import ask, get, walk
from belltower.kernel.errors import NotFound
from tests.scenes.two_enterprises import TwoEnterprises

pytestmark = pytest.mark.django_db


def test_nothing_of_the_other_enterprise_is_ever_told(two_enterprises: TwoEnterprises) -> None:
    ours, theirs = two_enterprises.ours, two_enterprises.theirs
    scope = people.scope_of(ours.person)
    for one in collections(scope):
        items = f"/collections/{one.name}/items"
        for query in (
            "limit=1000",
            "bbox=112,26,113,27&limit=1000",
            f"filter={quote('NOT S_INTERSECTS(geometry, POINT(1 2))')}",
            "f=html&limit=1000",
        ):
            told = ask(f"{items}?{query}", scope).body.decode()
            assert [word for word in theirs.words if word in told] == []
    assert {one["properties"]["owner"] for one in walk("/collections/assets/items", scope)} == {ours.party.key}


def test_what_is_ours_is_told(two_enterprises: TwoEnterprises) -> None:
    """So that the test above does not pass on silence."""
    scope = people.scope_of(two_enterprises.ours.person)
    [finding] = get("/collections/findings/items", scope)["features"]
    assert finding["id"] == two_enterprises.ours.things["finding"]
    assert finding["properties"]["clause"] == "poles.banner_size"
    assert finding["properties"]["party"] == two_enterprises.ours.party.key
    assert finding["geometry"] == {
        "type": "Point",
        "coordinates": [finding["geometry"]["coordinates"][0], finding["geometry"]["coordinates"][1]],
    }
    assert len(walk("/collections/street_light/items", scope, limit=1)) > 2


def test_an_id_of_the_others_is_not_found(two_enterprises: TwoEnterprises) -> None:
    scope = people.scope_of(two_enterprises.ours.person)
    mine = set(two_enterprises.ours.party.assets.values_list("uid", flat=True))
    for uid in set(Asset.objects.values_list("uid", flat=True)) - mine:
        with pytest.raises(NotFound):
            ask(f"/collections/assets/items/{uid}", scope)
    for uid in Finding.objects.exclude(uid=two_enterprises.ours.things["finding"]).values_list("uid", flat=True):
        with pytest.raises(NotFound):
            ask(f"/collections/findings/items/{uid}", scope)


def test_a_filter_tells_nothing_about_what_is_not_seen(two_enterprises: TwoEnterprises) -> None:
    """Neither the parties' names nor areas' can be asked for through a filter that looks further than the row."""
    scope = people.scope_of(two_enterprises.ours.person)
    theirs = two_enterprises.theirs.party.key
    assert get("/collections/assets/items", scope, filter=f"owner = '{theirs}'")["features"] == []
    assert get("/collections/findings/items", scope, filter=f"party = '{theirs}'")["features"] == []
