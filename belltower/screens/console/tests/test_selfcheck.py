# SPDX-License-Identifier: Apache-2.0
"""The owner of lamp-pole banners sees what the inspector would find, and answers; who sees every owner reads it, nobody else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import shapely
from django.test import Client
from django.urls import reverse

from belltower.core.access import actions as access
from belltower.core.access.models import RoleName
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.models import Asset, Party
from belltower.core.selfcheck.models import OwnWord
from belltower.core.standards import passes
from belltower.core.standards.models import Exemption, Finding, KeptClause
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from belltower.screens.console.tests import breaches, scene
from belltower.screens.console.tests.test_standards import signed_in

pytestmark = pytest.mark.django_db
SIZE = "poles.banner_size"
BIG, FIT, UNMEASURED, SPARED = "GB-0", "GB-1", "GB-2", "GB-3"


@pytest.fixture
def owner(city: None) -> Client:
    """Somebody of the lighting office, whose four banners are too big, fit, not measured, and too big but exempt."""
    party = Party.objects.get(key="lighting")
    fields = [
        {"width": 3.0, "height": 2.0},
        {"width": 0.8, "height": 2.0},
        {"width": 0.8},
        {"width": 3.0, "height": 2.0},
    ]
    banners = AssetBatch(
        kind="pole_banner", keys=[BIG, FIT, UNMEASURED, SPARED], valid_from=scene.BUILT_AT, owner_ids=[party.pk] * 4, fields=fields,
        geoms=shapely.points([(scene.WEST + 0.001 * number, scene.SOUTH + 0.002) for number in range(4)]),
    )  # fmt: skip
    merge_assets([banners], by=scene.BY, now=scene.KNOWN_AT, source="scene")
    breaches.law()
    Exemption.objects.create(
        clause=KeptClause.objects.get(key=SIZE), asset=banner(SPARED), reason="a festival", granted_by="system:scene",
        granted_at=breaches.NOW, since=date(2024, 1, 1), until=date(2099, 1, 1),
    )  # fmt: skip
    passes.full(now=breaches.NOW, by=Actor.system("scene"))
    user = access.add_user("lamps", Text("灯管员", "Lamp keeper"), password=scene.PASSWORD, party=party, by=scene.BY)
    access.grant(user, RoleName.ENTERPRISE, valid_from=date(2024, 1, 1), by=scene.BY)
    return signed_in("lamps")


def banner(key: str) -> Asset:
    return Asset.objects.get(key=key)


def answer(client: Client, key: str, **fields: str) -> Any:
    form = {f"field.{name}": value for name, value in fields.items()}
    return client.post(reverse("console:selfcheck_answer", args=[banner(key).uid]), form)


def row_of(client: Client, key: str, clause: str = SIZE) -> Any:
    page = client.get(reverse("console:selfcheck_asset", args=[banner(key).uid]))
    return next(one for one in page.context["rows"] if one.clause.id == clause)


def test_each_clause_is_told_as_the_inspector_would_find_it(owner: Client) -> None:
    [group] = owner.get(reverse("console:selfcheck")).context["groups"]
    assert (group.kind, group.count, group.is_asked) == ("pole_banner", 4, True)
    size = next(one for one in group.rows if one.clause.id == SIZE)
    assert {state: n for state, _, n in size.found} == {"broken": 1, "holds": 1, "unknown": 1, "exempt": 1}
    for key, state, word in ((BIG, "broken", "Why"), (FIT, "holds", "Height ≤ 2.4 m"), (UNMEASURED, "unknown", "not known"),
                             (SPARED, "exempt", "a festival")):  # fmt: skip
        assert row_of(owner, key).state == state
        assert word in owner.get(reverse("console:selfcheck_asset", args=[banner(key).uid])).content.decode()
        behind = owner.get(reverse("console:selfcheck_kind", args=["pole_banner"]), {"clause": SIZE, "found": state})
        assert [one["asset"].key for one in behind.context["rows"]] == [key]


def test_an_answer_is_shown_as_own_word_beside_the_finding_and_what_differs_is_told(owner: Client) -> None:
    assert answer(owner, BIG, width="0.9", height="2").status_code == 302
    assert answer(owner, UNMEASURED, height="2.4").status_code == 302
    better, new = row_of(owner, BIG), row_of(owner, UNMEASURED)
    assert (better.state, better.own, better.beside, better.is_different) == ("broken", "holds", "better", True)
    assert (new.state, new.own, new.beside, new.is_different) == ("unknown", "holds", "new", False)
    page = owner.get(reverse("console:selfcheck_asset", args=[banner(BIG).uid])).content.decode()
    for word in (
        "it holds by own word, and is found broken",
        "lamps",
        "By own word",
        'value="0.9"',
    ):
        assert word in page
    [group] = owner.get(reverse("console:selfcheck")).context["groups"]
    tally = next(one for one in group.rows if one.clause.id == SIZE).tally
    assert (tally.said["holds"], tally.different) == (2, 1)
    kind = reverse("console:selfcheck_kind", args=["pole_banner"])
    for query, keys in (({"clause": SIZE, "differs": "yes"}, [BIG]), ({"unanswered": "yes"}, [FIT, SPARED]),
                        ({"clause": "no.such", "found": "holds"}, []), ({"after": "²"}, [BIG, FIT, UNMEASURED, SPARED])):  # fmt: skip
        assert [one["asset"].key for one in owner.get(kind, query).context["rows"]] == keys, query
    assert Finding.objects.get(clause__key=SIZE, asset=banner(BIG)).state == "open"
    word = OwnWord.objects.get(asset=banner(BIG))
    assert (word.fields, word.by) == ({"width": 0.9, "height": 2.0}, scene.user("lamps").as_actor().reference)


def test_what_is_typed_is_not_lost_when_it_cannot_be_kept_and_the_next_one_is_offered(owner: Client) -> None:
    refused = answer(owner, FIT, width="broad", height="2")
    assert refused.status_code == 422
    assert 'value="broad"' in refused.content.decode()
    assert answer(owner, FIT).status_code == 422
    assert not OwnWord.objects.exists()
    address = reverse("console:selfcheck_answer", args=[banner(BIG).uid])
    onward = owner.post(address, {"field.width": "0.9", "to": "next"})
    assert onward["Location"] == reverse("console:selfcheck_asset", args=[banner(FIT).uid])


def test_who_sees_every_owner_reads_what_was_said_and_only_the_owner_says_it(owner: Client) -> None:
    answer(owner, BIG, width="0.9", height="2")
    officer = signed_in("officer")
    assert "Street Lighting Office" in officer.get(reverse("console:selfcheck")).content.decode()
    page = officer.get(reverse("console:selfcheck"), {"party": "lighting"})
    assert [one.kind for one in page.context["groups"]] == ["pole_banner"]
    assert row_of(officer, BIG).beside == "better"
    assert answer(officer, BIG, width="0.9").status_code == 403
    assert answer(signed_in("viewer"), BIG, width="0.9").status_code == 403
    other = access.add_user("sweepers", Text("环卫", "Sweepers"), password=scene.PASSWORD, by=scene.BY,
                            party=Party.objects.get(key="sanitation"))  # fmt: skip
    access.grant(other, RoleName.ENTERPRISE, valid_from=date(2024, 1, 1), by=scene.BY)
    stranger = signed_in("sweepers")
    assert stranger.get(reverse("console:selfcheck_asset", args=[banner(BIG).uid])).status_code == 404
    assert answer(stranger, BIG, width="0.9").status_code == 404
    own = stranger.get(reverse("console:selfcheck"), {"party": "lighting"})
    assert own.context["party"].key == "sanitation"
    assert "pole_banner" not in own.content.decode()
    assert OwnWord.objects.count() == 1


def test_the_overview_asks_as_often_for_many_assets_as_for_few(
    owner: Client, django_assert_max_num_queries: Any
) -> None:
    owner.get(reverse("console:selfcheck"))
    with django_assert_max_num_queries(26):
        owner.get(reverse("console:selfcheck"))
