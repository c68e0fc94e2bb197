# SPDX-License-Identifier: Apache-2.0
"""The asset list: every filter narrows, pages neither repeat nor skip, and a scope is never left."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from belltower.core.places.models import Party
from belltower.core.places.scope import EVERYTHING, NOTHING, Scope
from belltower.screens.console.listing import ORDERS, Listing

pytestmark = pytest.mark.django_db


def listing(query: str) -> Listing:
    return Listing.read(QueryDict(query))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 218),
        ("kind=street_light", 200),
        ("kind=street_light&life=planned", 1),
        ("area=430405", 218),
        ("area=430405001&kind=building", 8),
        ("owner=sanitation", 10),
        ("q=LD-0007", 1),
        ("q=%E6%B9%96%E5%8C%97%E8%B7%AF107%E5%8F%B7", 1),
        ("kind=no_such_kind", 0),
        ("area=999999", 0),
        ("owner=nobody", 0),
        ("life=no_such_life", 218),
    ],
)
def test_each_filter_narrows_to_what_it_says(city, query, count):
    """A kind, area or owner that is not there finds nothing rather than everything."""
    assert listing(query).count(EVERYTHING) == count


@pytest.mark.parametrize("order", ORDERS)
def test_pages_neither_repeat_nor_skip(city, order):
    seen, after = [], ""
    while True:
        page = listing(f"order={order}&size=50&after={after}").page(EVERYTHING)
        seen += [row.pk for row in page.rows]
        if not page.next:
            break
        after = page.next.replace("+", "%2B")
    assert len(seen) == len(set(seen)) == 218


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "1~nonsense", "~"])
@pytest.mark.parametrize("order", ORDERS)
def test_a_cursor_that_is_not_ours_does_no_harm(city, order, after):
    listing(f"order={order}&after={after}").page(EVERYTHING)


def test_a_list_never_leaves_the_scope_of_its_viewer(city):
    own = Scope(frozenset({Party.objects.get(key="sanitation").pk}))
    assert listing("").count(own) == 10
    assert listing("kind=street_light").count(own) == 0
    assert listing("").page(NOTHING).rows == []
