# SPDX-License-Identifier: Apache-2.0
"""The planning studio: asked, shown, compared, adopted, printed; built late, it says why it is void."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from belltower.core.access.people import today
from belltower.core.plans.models import Plan, Question, Site
from belltower.core.plans.tests import scene as town
from belltower.kernel.instants import now
from belltower.screens.console.tests.test_standards import signed_in

pytestmark = pytest.mark.django_db


def test_the_studio_from_the_question_to_the_day_on_which_it_is_void(city: None) -> None:
    town.things()
    officer, day = signed_in("officer", "zh-hans"), today(now())
    assert officer.get(reverse("console:plan_new")).status_code == 200
    assert officer.post(reverse("console:plan_new"), {"reach": "0"}).status_code == 422
    form = {"title": "下一批", "kind": "city_station", "reach": "700", "new": "1, 2", "seconds": "10"}
    assert officer.post(reverse("console:plan_new"), form).status_code == 302
    assert "等待" in officer.get(reverse("console:plan_question", args=[Question.objects.get().uid])).content.decode()
    first, plan = town.planned((1, 2))
    page = reverse("console:plan", args=[plan.uid])
    assert "已证明最优" in officer.get(page).content.decode()
    both = officer.get(reverse("console:plan_compare"), {"plan": [str(first.uid), str(plan.uid)]})
    assert "两个方案共有 1 个点位" in both.content.decode()
    sent = {"first_day": str(day), "every_days": "30", "party": ""}
    assert officer.post(reverse("console:plan_adopt", args=[plan.uid]), sent).status_code == 302
    site = Site.objects.exclude(due_on=None).latest("due_on")
    Site.objects.filter(pk=site.pk).update(promised_on=day - timedelta(days=3))
    officer.post(reverse("console:plan_site_reach", args=[site.uid]), {"on": str(day)})
    told = officer.get(page).content.decode()
    assert "晚 3 天" in told
    assert "已失效" in officer.get(reverse("console:plans")).content.decode()
    for form_of, start in (("pdf", b"%PDF"), ("geojson", b'{"type"'), ("json", b'{"format"')):
        assert officer.get(reverse("console:plan_send", args=[plan.uid, form_of])).content.startswith(start)
    assert Plan.objects.count() == 2
