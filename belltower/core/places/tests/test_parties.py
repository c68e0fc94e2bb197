# SPDX-License-Identifier: Apache-2.0
"""Parties are put by their natural key, one or many, and the same again changes nothing."""

import pytest

from belltower.core.places.actions.parties import PartyDraft, put_parties, put_party
from belltower.core.places.errors import PartyInCircle, PartyTwice, UnknownParty, UnknownPartyKind
from belltower.core.places.models import Party
from belltower.core.places.scope import EVERYTHING
from belltower.core.places.search import find
from belltower.core.places.tests.scene import BY
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db


def draft(key: str, **other: object) -> PartyDraft:
    facts: dict = {"kind": "owner", "name": Text(en=f"Party {key}")}
    return PartyDraft(key=key, **facts | other)


def test_a_party_is_made_and_brought_up_to_date_by_its_key() -> None:
    first = put_party("gas", "enterprise", Text(zh="燃气公司"), by=BY)
    again = put_party("gas", "enterprise", Text(zh="天然气公司", en="Gas company"), by=BY, credit_code="91430400X")
    assert (again.pk, again.uid) == (first.pk, first.uid)
    assert (again.title.en, again.credit_code) == ("Gas company", "91430400X")
    assert [hit.code for hit in find("tianranqi", scope=EVERYTHING)] == ["gas"]
    assert [hit.code for hit in find("91430400x", scope=EVERYTHING)] == ["gas"]
    assert find("燃气公司 燃气公司x", scope=EVERYTHING) == []


def test_many_parties_are_put_at_once_and_the_report_gives_their_pks() -> None:
    put_party("a", "owner", Text(en="Party a"), by=BY)
    report = put_parties([draft("a"), draft("b"), draft("c")], by=BY)
    assert (report.created, report.changed, report.unchanged) == (2, 0, 1)
    assert report.pks == {party.key: party.pk for party in Party.objects.all()}
    report = put_parties([draft("a"), draft("b", name=Text(en="Renamed"))], by=BY)
    assert (report.created, report.changed, report.unchanged) == (0, 1, 1)


def test_what_is_not_known_stays_as_it_was() -> None:
    put_party("top", "regulator", Text(en="Top"), by=BY)
    put_party("a", "owner", Text(en="A"), by=BY, credit_code="X1", parent_key="top")
    again = put_party("a", "owner", Text(en="A"), by=BY)
    assert (again.credit_code, again.parent and again.parent.key) == ("X1", "top")


def test_a_source_that_only_mentions_parties_leaves_known_ones_alone() -> None:
    put_party("DDOT", "regulator", Text(en="Department of Transportation"), by=BY)
    report = put_parties([draft("DDOT"), draft("PEPCO")], by=BY, keep_known=True)
    assert (report.created, report.changed, report.unchanged) == (1, 0, 1)
    assert Party.objects.get(key="DDOT").title.en == "Department of Transportation"
    assert set(report.pks) == {"DDOT", "PEPCO"}


def test_a_parent_may_come_in_the_same_call_in_any_order() -> None:
    put_parties([draft("team", parent_key="office"), draft("office")], by=BY)
    assert Party.objects.get(key="team").parent == Party.objects.get(key="office")


def test_what_makes_no_sense_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(PartyTwice, match="'a' comes twice"):
        put_parties([draft("a"), draft("a")], by=BY)
    with pytest.raises(UnknownPartyKind, match=r"'king'.*owner"):
        put_parties([draft("a", kind="king")], by=BY)
    with pytest.raises(UnknownParty, match="'nobody'"):
        put_parties([draft("a", parent_key="nobody")], by=BY)
    with pytest.raises(PartyInCircle):
        put_parties([draft("a", parent_key="b"), draft("b", parent_key="a")], by=BY)
    with pytest.raises(PartyInCircle):
        put_parties([draft("a", parent_key="a")], by=BY)
    assert not Party.objects.exists()
