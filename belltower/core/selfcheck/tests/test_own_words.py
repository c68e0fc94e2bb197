# SPDX-License-Identifier: Apache-2.0
"""An owner answers for its lights: kept, judged by the clause that judges the city, beside what is found and never in its place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.actions.parties import put_party
from belltower.core.places.models import Asset, Party
from belltower.core.places.scope import Scope, seen_as
from belltower.core.selfcheck import standing
from belltower.core.selfcheck.actions import answer
from belltower.core.selfcheck.asking import asked_of, clauses_about
from belltower.core.selfcheck.errors import NothingAnswered, OnlyItsOwner
from belltower.core.selfcheck.models import OwnWord
from belltower.core.selfcheck.rules import Beside, beside
from belltower.core.standards import actions, passes
from belltower.core.standards.clauses import Outcome
from belltower.core.standards.findings import Letter
from belltower.core.standards.models import Finding, KeptClause
from belltower.core.standards.tests.lit_street import BY, REVIEWER, WRITER, LitStreet
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

BRIGHT, CLEANED = "poles.bright_enough", "poles.cleaned"


@pytest.fixture
def owner(lit_street: LitStreet) -> Party:
    """Of the first four lights: one dim, one bright, one of which the wattage is not known, one low and so not meant."""
    party = put_party("lamps", "owner", Text("路灯公司", "Lamp company"), by=BY)
    for light, fields in zip(
        lit_street.lights,
        (
            {"height": 8, "wattage": 20},
            {"height": 8, "wattage": 90},
            {"height": 8, "wattage": None},
            {"height": 2, "wattage": None},
        ),
        strict=False,
    ):
        now = lit_street.now
        edit_asset(light.uid, {"fields": fields, "owner": party}, by=BY, valid_from=now, now=now)
    passes.full(now=lit_street.now)
    return party


def light(number: int, street: LitStreet) -> Asset:
    return Asset.objects.get(pk=street.lights[number].pk)


def says(street: LitStreet, owner: Party, number: int, **fields: object) -> str | None:
    """What the first clause says of a light with these answers."""
    word = answer(light(number, street), fields, speaking=owner, by=BY, now=street.now)
    assert set(word.says) == {BRIGHT}  # what is done in time is not asked: the city knows, or nobody does
    return word.says[BRIGHT]["outcome"]


def test_answers_are_laid_over_the_record_and_judged_by_the_clause_itself(lit_street: LitStreet, owner: Party) -> None:
    assert says(lit_street, owner, 2, wattage="40") == "holds"  # its height is on record; exactly on the limit
    assert says(lit_street, owner, 2, wattage="39.9") == "broken"
    assert says(lit_street, owner, 3, wattage="1") is None  # too low to be meant
    assert says(lit_street, owner, 3, height="8") == "unknown"
    asked = asked_of("street_light", lit_street.today)
    assert asked.form is not None
    assert [look.field.name for look in asked.form.looks] == ["height", "wattage"]
    assert [one.clause.id for one in asked.clauses] == [BRIGHT, CLEANED]
    assert asked_of("waste_bin", lit_street.today).form is None


def test_a_word_opens_nothing_and_closes_nothing(lit_street: LitStreet, owner: Party) -> None:
    before = list(Finding.objects.order_by("pk").values_list("pk", "state", "asset"))
    assert light(0, lit_street).pk in {asset for _, _, asset in before}
    assert says(lit_street, owner, 0, wattage="90") == "holds"
    assert says(lit_street, owner, 1, wattage="5") == "broken"
    passes.full(now=lit_street.now)
    assert list(Finding.objects.order_by("pk").values_list("pk", "state", "asset")) == before


def test_words_are_counted_beside_what_is_found_asset_by_asset(lit_street: LitStreet, owner: Party) -> None:
    clauses = clauses_about(frozenset({"street_light"}), lit_street.today)
    says(lit_street, owner, 0, wattage="90")
    says(lit_street, owner, 1, wattage="90")
    says(lit_street, owner, 2, wattage="5")
    says(lit_street, owner, 2, wattage="50")  # the last word counts
    tally = standing.tallies([owner.pk], clauses)[BRIGHT]
    assert tally.found == {Letter.BROKEN: 1, Letter.HOLDS: 1, Letter.UNKNOWN: 1, Letter.NOT_MEANT: 1}
    assert tally.said == {"holds": 3}
    assert tally.beside == {Beside.BETTER: 1, Beside.SAME: 1, Beside.NEW: 1}
    assert (tally.different, tally.older, tally.findings["broken"]) == (1, 0, 1)
    assert standing.different([owner.pk], clauses[0]) == [light(0, lit_street).pk]
    assert standing.kinds_of([owner.pk]) == {"street_light": 4}
    assert standing.letters_of(light(0, lit_street), clauses)[BRIGHT] is Letter.BROKEN
    last = standing.last_words([owner.pk], [light(2, lit_street).pk])
    assert [one.fields for one in last.values()] == [{"wattage": 50.0}]
    assert standing.tallies([], clauses)[BRIGHT].said == {}


def test_a_word_that_an_earlier_revision_judged_is_told_as_such(lit_street: LitStreet, owner: Party) -> None:
    says(lit_street, owner, 1, wattage="90")
    kept = KeptClause.objects.get(key=BRIGHT)
    body = {**kept.revisions.get().body, "grade": "major"}
    row = actions.submit(actions.draft(kept.document, body, by=WRITER, now=lit_street.now), by=WRITER)
    actions.approve(row, lit_street.today, by=REVIEWER, now=lit_street.now)
    passes.full(now=lit_street.now)
    clauses = clauses_about(frozenset({"street_light"}), lit_street.today)
    tally = standing.tallies([owner.pk], clauses)[BRIGHT]
    assert (tally.said, tally.older) == ({}, 1)


def test_only_the_owner_s_people_speak_and_only_of_what_is_asked(lit_street: LitStreet, owner: Party) -> None:
    other = put_party("other", "owner", Text("别家", "Another"), by=BY)
    for speaking in (other, None):
        with pytest.raises(OnlyItsOwner):
            answer(light(0, lit_street), {"wattage": "1"}, speaking=speaking, by=BY, now=lit_street.now)
    for answers, refusal in (({}, NothingAnswered), ({"wattage": ""}, NothingAnswered), ({"lamp": "LED"}, NothingAnswered),
                             ({"wattage": "much"}, Refusal), ({"watts": "1"}, Refusal)):  # fmt: skip
        with pytest.raises(refusal):
            answer(light(0, lit_street), answers, speaking=owner, by=BY, now=lit_street.now)
    assert not OwnWord.objects.exists()


def test_what_was_said_is_never_changed_and_is_its_party_s_alone(lit_street: LitStreet, owner: Party) -> None:
    says(lit_street, owner, 0, wattage="90")
    other = put_party("other", "owner", Text("别家", "Another"), by=BY)
    for change in (lambda rows: rows.update(by="x"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(OwnWord.objects.all())
    with seen_as(Scope(frozenset({owner.pk}))):
        assert OwnWord.objects.count() == 1
    later = lit_street.now + timedelta(hours=1)
    edit_asset(lit_street.lights[0].uid, {"owner": other}, by=BY, valid_from=later, now=later)
    for party in (owner, other):  # one no longer sees the light, the other never said it
        with seen_as(Scope(frozenset({party.pk}))):
            assert OwnWord.objects.count() == 0


@pytest.mark.parametrize(
    ("found", "own", "how"),
    [("h", "holds", "same"), ("b", "broken", "same"), ("b", "holds", "better"), ("h", "broken", "worse"),
     ("u", "holds", "new"), ("u", "broken", "new"), ("e", "broken", "new"), ("-", "holds", "new"), (None, "broken", "new"),
     ("b", "unknown", "silent"), ("h", None, "silent")],
)  # fmt: skip
def test_how_a_word_stands_beside_what_is_found(found: str | None, own: str | None, how: str) -> None:
    assert beside(Letter(found) if found else None, Outcome(own) if own else None) == how
