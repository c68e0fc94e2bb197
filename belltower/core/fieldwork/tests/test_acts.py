# SPDX-License-Identifier: Apache-2.0
"""Acts from outside: done once, in the order in which they were done, and never lost where the case went on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import override_settings

from belltower.core.attachments.errors import Disguised
from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.tests import files
from belltower.core.cases.acting import Acting
from belltower.core.cases.actions import Draft, advance, report
from belltower.core.cases.models import Case
from belltower.core.cases.steps import Told
from belltower.core.cases.table import State, Step
from belltower.core.cases.tests.scene import LAT, LON, NOW, Bureau, bureau
from belltower.core.evidence.models import Evidence, Role
from belltower.core.fieldwork.actions import Photo, Said, accept, lay_aside
from belltower.core.fieldwork.errors import ActDiffers, BadAct, NoSuchAct
from belltower.core.fieldwork.models import Act, Outcome
from belltower.core.fieldwork.rules import Order, Place, Task, happened, ordered
from belltower.core.fieldwork.tasks import my_tasks
from belltower.core.places.scope import Scope, seen_as

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def people(db: None, tmp_path: Path) -> Iterator[Bureau]:
    with override_settings(BELLTOWER_ATTACHMENTS=Keeping(tmp_path)):
        yield bureau()


@pytest.fixture
def case(people: Bureau) -> Case:
    return dispatched(people)


def dispatched(people: Bureau, lon: float | None = LON) -> Case:
    draft = Draft("井盖破损", lon=lon, lat=None if lon is None else LAT, address="x")
    case = advance(report(draft, acting=people.desk, now=NOW), Step.FILE, acting=people.desk, now=NOW)
    return advance(case, Step.DISPATCH, Told(party_id=people.gas.pk), acting=people.desk, now=NOW)


def photo(content: bytes | None = None) -> Photo:
    return Photo(io.BytesIO(content or files.picture()), "IMG_1.jpg")


def act(
    case: Case, step: Step, by: Acting, *, key: UUID | None = None, seen: int | None = None, follows: UUID | None = None,
    at: datetime | None = None, text: str = "", photos: tuple[Photo, ...] = (),
) -> Act:  # fmt: skip
    said = Said(key or uuid4(), case.number, step, text, seen, follows, at, photos)
    return accept(said, acting=by, now=LATER, zone=UTC)


def test_two_acts_off_line_are_done_in_order_with_when_they_happened(case: Case, people: Bureau) -> None:
    at, key = NOW + timedelta(minutes=30), uuid4()
    taken = act(case, Step.TAKE, people.worker, key=key, seen=3, at=at, photos=(photo(),))
    told = act(
        case, Step.ANSWER, people.worker, follows=key, at=at + timedelta(minutes=9), text="已换", photos=(photo(),)
    )
    assert [taken.outcome, told.outcome] == [Outcome.ACCEPTED] * 2
    case.refresh_from_db()
    assert case.state == State.ANSWERED
    steps = list(case.steps.order_by("number"))[-2:]
    assert [datetime.fromisoformat(one.about["happened_at"]) for one in steps] == [at, at + timedelta(minutes=9)]
    assert [one.at for one in steps] == [LATER] * 2, "clocks count by when it was told"
    assert list(Evidence.objects.values_list("step__number", "role")) == [(4, Role.BEFORE), (5, Role.AFTER)]


def test_an_act_that_comes_again_is_done_once_and_another_under_its_key_never(case: Case, people: Bureau) -> None:
    key = uuid4()
    first = act(case, Step.TAKE, people.worker, key=key, seen=3, photos=(photo(),))
    assert act(case, Step.TAKE, people.worker, key=key, seen=3, photos=(photo(),)).pk == first.pk
    assert (case.steps.count(), Attachment.objects.count()) == (4, 1)
    with pytest.raises(ActDiffers):
        act(case, Step.ANSWER, people.worker, key=key, text="forged")
    assert act(case, Step.TAKE, people.other, key=key, seen=3).outcome == Outcome.CONFLICT, "keys are a person's own"


def test_what_the_case_went_on_from_is_a_conflict_that_keeps_words_and_photos(case: Case, people: Bureau) -> None:
    advance(case, Step.HAND_OVER, Told("不归我们", party_id=people.lights.pk), acting=people.desk, now=NOW)
    key = uuid4()
    with seen_as(Scope(frozenset({people.gas.pk})), viewer=people.worker.actor.uid):  # it is out of their sight now
        late = act(case, Step.TAKE, people.worker, key=key, seen=3, text="到场", photos=(photo(),))
        assert Act.objects.get() == late
        assert Attachment.objects.get().subject_uid == late.uid
    assert (late.outcome, late.case, late.text) == (Outcome.CONFLICT, None, "到场")
    after = act(case, Step.ANSWER, people.worker, follows=key, text="已换")
    assert after.outcome == Outcome.CONFLICT, "what follows it was based on nothing"
    with seen_as(Scope(frozenset({people.lights.pk})), viewer=people.other.actor.uid):
        assert not Act.objects.exists()
        with pytest.raises(NoSuchAct):
            lay_aside(late.uid, acting=people.other, now=LATER)
    assert lay_aside(late.uid, acting=people.worker, now=LATER).seen_at == LATER
    assert case.steps.count() == 4
    assert not Evidence.objects.exists()


def test_what_is_refused_leaves_nothing_behind(case: Case, people: Bureau) -> None:
    with pytest.raises(Disguised):
        act(case, Step.TAKE, people.worker, seen=3, photos=(photo(files.picture() + b"<script>x</script>"),))
    with pytest.raises(BadAct):
        act(case, Step.DISPATCH, people.desk)
    with pytest.raises(BadAct):
        act(case, Step.TAKE, people.worker, photos=(photo(),) * 4)
    case.refresh_from_db()
    assert (case.state, case.steps.count()) == (State.DISPATCHED, 3)
    assert not Act.objects.exists()
    assert not Attachment.objects.exists()


def test_tasks_are_those_whose_turn_it_is_in_the_order_asked_for(people: Bureau) -> None:
    far, near, nowhere = dispatched(people, LON + 0.05), dispatched(people, LON + 0.001), dispatched(people, None)
    tasks = my_tasks(people.worker, here=Place(LON, LAT), order=Order.NEAR, now=NOW)
    assert [one.thing.case.pk for one in tasks] == [near.pk, far.pk, nowhere.pk]
    assert tasks[0].metres == pytest.approx(99, abs=1)
    assert tasks[0].thing.can == (Step.TAKE, Step.REFUSE)
    assert my_tasks(people.other, here=None, order=Order.DUE, now=NOW) == []
    act(near, Step.TAKE, people.worker, seen=3)
    act(near, Step.ANSWER, people.worker, text="好了")
    [check] = [one for one in my_tasks(people.inspector, here=None, order=Order.DUE, now=NOW) if one.thing.case == near]
    assert check.thing.can == (Step.SEND_BACK, Step.VERIFY)
    assert near.pk not in {one.thing.case.pk for one in my_tasks(people.worker, here=None, order=Order.DUE, now=NOW)}


def test_when_it_happened_is_never_before_its_base_nor_after_it_came() -> None:
    based, now = NOW, LATER
    assert happened(None, based_at=based, now=now) == now
    assert happened(based - timedelta(days=1), based_at=based, now=now) == based
    assert happened(now + timedelta(days=1), based_at=based, now=now) == now
    due = Task("due", None, NOW, None)
    close = Task("close", None, LATER, 5.0)
    assert [one.thing for one in ordered([due, close], Order.NEAR, NOW)] == ["close", "due"]
    assert [one.thing for one in ordered([close, due], Order.DUE, NOW)] == ["due", "close"]
