# SPDX-License-Identifier: Apache-2.0
"""The pages of campaigns and action plans: made, followed, closed and printed; moved with a reason that stays to be seen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from belltower.core.campaigns.models import ActionPlan, Campaign, Milestone, Project, Report, Slip
from belltower.core.campaigns.progress import Day, Judged, Score
from belltower.core.standards.judging import today
from belltower.core.standards.models import Finding
from belltower.kernel.instants import now
from belltower.screens.console.action_plan_story import slipped
from belltower.screens.console.campaign_chart import HEIGHT, drawn
from belltower.screens.console.tests import breaches
from belltower.screens.console.tests.test_standards import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(city: None) -> list[Finding]:
    return breaches.broken_city()


def sent(**more: object) -> dict[str, object]:
    """The form of a campaign that runs since a week and for another month."""
    day = today(now())
    return {
        "title_zh": "横幅整治", "title_en": "Banners", "first_day": str(day - timedelta(days=7)),
        "last_day": str(day + timedelta(days=30)), "clause": ["poles.banner_size", "poles.banner_clearance"],
        "area": ["430405"], "measure": ["put_right", "overdue"], "limit": ["95", "0"], "grade": ["", "major"],
    } | more  # fmt: skip


def made(client: Client, **more: object) -> Campaign:
    answer = client.post(reverse("console:campaign_new"), sent(**more))
    assert answer.status_code == 302, answer.content.decode()
    return Campaign.objects.latest("pk")


def test_a_campaign_is_chosen_by_sector_and_followed(broken: list[Finding]) -> None:
    officer = signed_in("officer")
    form = officer.get(reverse("console:campaign_new"), {"sector": "poles"}).content.decode()
    assert form.count(" checked") >= 2
    campaign = made(officer)
    page = signed_in().get(reverse("console:campaign", args=[campaign.uid]))
    text = page.content.decode()
    for word in ("Banners", "30 days left", "Share of found breaches put right: at least 95 %", "Zhuhui District",
                 "Street Lighting Office", "Not yet", "Not judged that day"):  # fmt: skip
        assert word in text, word
    assert page.context["standing"].score.found == 5
    assert "Close the campaign" not in text, "a viewer does not lead it"
    listed = signed_in(language="zh-hans").get(reverse("console:campaigns")).content.decode()
    assert "横幅整治" in listed
    assert "进行中" in listed


def test_every_number_of_a_campaign_opens_its_findings(broken: list[Finding]) -> None:
    campaign = made(signed_in("officer"), clause=["poles.banner_clearance"])
    for query, number in (({"state": "all"}, 1), ({"clause": "poles.banner_size"}, 0), ({"overdue": "yes"}, 0)):
        page = signed_in().get(reverse("console:findings"), {"campaign": str(campaign.uid), **query})
        assert page.context["count"] == number, query
    assert signed_in().get(reverse("console:findings"), {"campaign": "no-uid"}).context["count"] == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title_zh": "", "title_en": " "}, "it has no title"),
        ({"clause": []}, "no clause is chosen"),
        ({"last_day": "2020-01-01"}, "its last day is before its first"),
        ({"last_day": "soon"}, "a day cannot be read"),
        ({"limit": ["many", "0"]}, "a target cannot be read"),
        ({"measure": ["", ""]}, "it has no target"),
        ({"more_areas": "430499"}, "there is no area"),
    ],
)
def test_what_cannot_be_is_told_beside_what_was_typed(
    broken: list[Finding], wrong: dict[str, object], said: str
) -> None:
    answer = signed_in("officer").post(reverse("console:campaign_new"), sent(purpose="Kept words", **wrong))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Kept words" in answer.content.decode()
    assert not Campaign.objects.exists()


def test_a_campaign_is_closed_once_and_its_report_printed(broken: list[Finding]) -> None:
    officer = signed_in("officer")
    campaign = made(officer)
    closing = reverse("console:campaign_close", args=[campaign.uid])
    assert signed_in().post(closing, {"remark": "x"}).status_code == 403
    assert officer.get(reverse("console:campaign_report", args=[campaign.uid])).status_code == 404
    assert officer.post(closing, {"remark": ""}).status_code == 409
    assert officer.post(closing, {"remark": "Done before its time"}).status_code == 302
    assert officer.post(closing, {"remark": "again"}).status_code == 409
    page = officer.get(reverse("console:campaign", args=[campaign.uid])).content.decode()
    assert "Done before its time" in page
    assert "Missed" in page
    for language in ("zh", "en"):
        answer = officer.get(reverse("console:campaign_report", args=[campaign.uid]), {"language": language})
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
    assert Report.objects.get(campaign=campaign).numbers["score"]["found"] == 5


def test_a_city_without_campaigns_teaches_what_they_are(city: None) -> None:
    assert "No campaign is under way" in signed_in().get(reverse("console:campaigns")).content.decode()
    assert "No action plans yet" in signed_in().get(reverse("console:action_plans")).content.decode()


def test_a_plan_is_made_added_to_and_altered(city: None) -> None:
    officer = signed_in("officer")
    form = {"title_en": "Gas pipes", "first_day": "2025-01-01", "last_day": "2027-12-31", "party": "sanitation"}
    assert officer.get(reverse("console:action_plan_new")).status_code == 200
    assert officer.post(reverse("console:action_plan_new"), form | {"last_day": "2024-01-01"}).status_code == 422
    assert officer.post(reverse("console:action_plan_new"), form | {"last_day": "9999-12-31"}).status_code == 422
    assert officer.post(reverse("console:action_plan_new"), form | {"party": "nobody"}).status_code == 422
    assert officer.post(reverse("console:action_plan_new"), form).status_code == 302
    plan = ActionPlan.objects.get()
    officer.post(reverse("console:project_add", args=[plan.uid]), {"title_en": "Old pipes", "party": "lighting"})
    project = Project.objects.get()
    officer.post(reverse("console:project_alter", args=[project.uid]), {"title_en": "Older pipes", "party": ""})
    officer.post(reverse("console:milestone_add", args=[project.uid]), {"title_en": "Half", "due_on": "2025-06-30"})
    stone = Milestone.objects.get()
    move = reverse("console:milestone_move", args=[stone.uid])
    assert officer.post(move, {"to": "2025-09-30", "reason": ""}).status_code == 422
    assert signed_in().post(move, {"to": "2025-09-30", "reason": "x"}).status_code == 403
    officer.post(move, {"to": "2025-09-30", "reason": "The road was closed"})
    assert Slip.objects.get().days == 92
    page = signed_in().get(reverse("console:action_plan", args=[plan.uid])).content.decode()
    for word in ("Older pipes", "Nobody carries it out yet", "30 Jun 2025 → 30 Sep 2025", "The road was closed",
                 "officer", "92 days later", "Overdue", "Sanitation Centre"):  # fmt: skip
        assert word in page, word
    officer.post(reverse("console:milestone_reach", args=[stone.uid]), {"on": "2025-10-08"})
    assert officer.post(move, {"to": "2026-01-01", "reason": "x"}).status_code == 409
    page = signed_in(language="zh-hans").get(reverse("console:action_plan", args=[plan.uid])).content.decode()
    assert "逾期完成" in page
    listed = signed_in(language="zh-hans").get(reverse("console:action_plans")).content.decode()
    assert "1 个里程碑中完成 1 个" in listed, listed[-3000:]


def test_the_drawing_spans_the_whole_campaign_and_hatches_what_nobody_judged() -> None:
    first = date(2026, 9, 1)
    days = [
        Day(first, Score(found=4)),
        Day(first + timedelta(days=1), Score(found=8, put_right=2), Judged(holds=9, clauses=1)),
    ]
    chart = drawn(days, first, first + timedelta(days=9))
    assert chart
    assert [one.name for one in chart.lines] == ["found", "right", "overdue"]
    assert [day for _x, _width, day in chart.gaps] == [first]
    found = [tuple(map(float, point.split(","))) for point in chart.lines[0].points.split()]
    assert found[1][0] < chart.width / 2, "the second of ten days"
    assert found[1][1] < found[0][1] < HEIGHT, "more is higher"
    assert drawn([], first, first) is None


def test_a_move_is_told_in_words() -> None:
    from django.utils import translation

    with translation.override("en"):
        assert [slipped(one) for one in (0, 1, 92, -30)] == ["", "1 day later", "92 days later", "30 days earlier"]
