# SPDX-License-Identifier: Apache-2.0
"""A file becomes messages: read, placed, classified, sealed; people answer what is unsure, join and part."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction

from belltower.core.ledger.personal import erase
from belltower.core.messages import actions, caring
from belltower.core.messages.errors import ColumnsNotKnown, LinkParted, NoSuchLabel, NotAModel
from belltower.core.messages.importing import import_file
from belltower.core.messages.joining import join_alike
from belltower.core.messages.models import Category, Decided, Link, Message
from belltower.core.messages.tests.board import BY, NOW, imported, put_areas_of_two, put_model
from belltower.core.places.models import Area
from belltower.core.places.scope import Scope, seen_as

pytestmark = pytest.mark.django_db
LAMPS, WASTE = "城乡建设/市政/路灯", "环境保护/垃圾"


def by_number(number: str) -> Message:
    return Message.objects.get(number=number)


def test_rows_become_messages_and_what_cannot_be_read_is_kept_aside(tmp_path: Path) -> None:
    put_areas_of_two()
    put_model()
    batch = imported(tmp_path)
    assert (batch.rows, batch.taken, batch.known, batch.kept_aside) == (7, 4, 1, 2)
    assert by_number("1").label == LAMPS
    assert by_number("2").label == WASTE
    assert {one.area.code if one.area else "" for one in Message.objects.all()} == {"430408", "430406", ""}
    assert by_number("3").at.isoformat() in ("2026-11-06T01:00:00+00:00", "2026-11-06T09:00:00+00:00")
    reasons = [one.why.zh for one in batch.aside.all()]
    assert reasons == ["时间“昨天”无法读取", "没有内容"]
    assert all("赵六" not in str(one.values) and "13900002222" not in str(one.values) for one in batch.aside.all())


def test_the_same_file_again_brings_nothing(tmp_path: Path) -> None:
    put_model()
    imported(tmp_path)
    again = imported(tmp_path)
    assert (again.taken, again.known) == (0, 5)


def test_what_the_model_is_not_sure_of_waits_for_a_person(tmp_path: Path) -> None:
    put_model(threshold=0.7)
    imported(tmp_path)
    [unsure] = Message.objects.filter(is_unsure=True)
    assert unsure.number == "4"
    verdict = actions.decide(unsure, WASTE, by=BY, now=NOW)
    told = by_number("4")
    assert (told.label, told.decided_by, told.is_unsure, told.confidence) == (WASTE, Decided.PERSON, False, None)
    assert verdict.was_confidence is not None
    assert verdict.was_confidence < 0.7
    assert actions.taught() == [(told.whole, WASTE)]


def test_without_a_model_a_person_is_asked_about_everything(tmp_path: Path) -> None:
    imported(tmp_path)
    assert Message.objects.filter(is_unsure=True, label="").count() == 4


def test_a_label_that_there_is_not_is_refused(tmp_path: Path) -> None:
    put_model()
    imported(tmp_path)
    with pytest.raises(NoSuchLabel):
        actions.decide(by_number("4"), "no such", by=BY, now=NOW)


def test_a_model_takes_the_place_of_the_one_before() -> None:
    put_model()
    second = put_model(threshold=0.9)
    from belltower.core.messages.classifying import in_use

    found = in_use()
    assert found is not None
    assert (found.pk, found.threshold) == (second.pk, 0.9)
    with pytest.raises(NotAModel):
        actions.use_model(b"no", by=BY, now=NOW)


def test_the_tree_is_put_with_all_its_levels_once() -> None:
    assert actions.put_categories([("城乡建设", "市政", "路灯"), ("城乡建设", "市政", "环卫")], by=BY) == 4
    assert actions.put_categories([("城乡建设", "市政", "路灯")], by=BY) == 0
    assert Category.objects.get(key=LAMPS).parent == Category.objects.get(key="城乡建设/市政")


def test_who_wrote_is_sealed_the_same_for_both_messages_and_erased_with_one_key(tmp_path: Path) -> None:
    put_model()
    imported(tmp_path)
    first, third, nameless = by_number("1"), by_number("3"), by_number("4")
    assert first.writer == third.writer != by_number("2").writer
    assert nameless.writer == ""
    assert nameless.name_sealed is None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM messages_message m WHERE m::text LIKE '%李四%' OR m::text LIKE '%13800001111%'"
        )
        assert cursor.fetchone()[0] == 0
    assert actions.look_at_writer(first, by=BY) == ("李四", "13800001111")
    erase(first.writer_subject, by=BY)
    assert [str(one) for one in actions.look_at_writer(third, by=BY)] == ["Erased.ERASED", "Erased.ERASED"]


def test_near_duplicates_are_joined_with_evidence_and_taken_apart_for_good(tmp_path: Path) -> None:
    put_areas_of_two()
    put_model()
    imported(tmp_path)
    assert join_alike(by=BY, now=NOW) == 1
    [link] = Link.objects.all()
    assert (link.first.number, link.second.number) == ("1", "3")
    assert link.evidence["same_writer"] is True
    assert link.evidence["likeness"] >= 0.6
    actions.part(link, by=BY, now=NOW)
    assert join_alike(by=BY, now=NOW) == 0
    with pytest.raises(LinkParted):
        actions.part(link, by=BY, now=NOW)


def test_what_people_care_about_counts_people_and_compares_with_the_month_before(tmp_path: Path) -> None:
    put_areas_of_two()
    put_model()
    imported(tmp_path)
    first = date(2026, 11, 1)
    assert [(one.label, one.now) for one in caring.cared(first, None)][:2] == [(LAMPS, 1), (WASTE, 1)]
    steaming = Area.objects.get(code="430408")
    assert [one.label for one in caring.cared(first, steaming)] == [LAMPS]
    assert [(area.code, now) for area, now, _, _ in caring.by_area(first)] == [("430406", 1), ("430408", 1)]
    found = caring.replies(first, steaming)
    assert (found.messages, found.replied, found.answered, found.median_days) == (2, 1, 1, 2.0)


def test_a_viewer_of_one_area_sees_its_messages_and_an_enterprise_none(tmp_path: Path) -> None:
    put_areas_of_two()
    put_model()
    imported(tmp_path)
    area = Area.objects.get(code="430408")
    with seen_as(Scope(area_ids=frozenset({area.pk}))):
        assert {one.number for one in Message.objects.all()} == {"1", "3"}
    with seen_as(Scope(owner_ids=frozenset({1}))):
        assert not Message.objects.exists()


def test_what_was_written_is_never_edited_or_deleted(tmp_path: Path) -> None:
    put_model()
    imported(tmp_path)
    message = by_number("1")
    for change in (lambda: Message.objects.filter(pk=message.pk).update(text="x"), message.delete):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()


def test_a_file_without_text_or_time_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("编号,标题\n1,a\n", encoding="utf-8")
    with pytest.raises(ColumnsNotKnown) as refused:
        import_file(path, by=BY, now=NOW)
    assert "留言内容、留言时间" in refused.value.say("zh")
