# SPDX-License-Identifier: Apache-2.0
"""What is refused of a question, of a run, and of an adopted plan."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, Refusal
from belltower.kernel.texts import Text


class BadQuestion(Refusal):
    """A question that says too little, or of which nothing can be planned. Nothing was computed."""

    code = "bad_plan_question"
    sentence = Text(
        zh="规划问题未提交：{reason}。请更正后再提交。",
        en="The question is not asked: {reason}. Correct it and send it again.",
    )


class BadAdoption(Refusal):
    """An adoption, or a day of a site, that cannot be."""

    code = "bad_adoption"
    sentence = Text(
        zh="未登记：{reason}。请更正后再提交。",
        en="Nothing was kept: {reason}. Correct it and send it again.",
    )


class AlreadyAdopted(Conflict):
    """A plan is adopted once."""

    code = "plan_already_adopted"
    sentence = Text(
        zh="方案已于 {day} 采用。请在其页面查看进度。",
        en="This plan was adopted on {day}. Look at its page for how far it is.",
    )


class SiteReached(Conflict):
    """A site that stands is not moved, and not opened once more."""

    code = "plan_site_reached"
    sentence = Text(
        zh="“{site}”已于 {day} 建成，不能再改。",
        en="'{site}' was built on {day} and stays so.",
    )


NO_TITLE = Text(zh="没有名称", en="it has no title")
NO_KIND = Text(zh="没有功能包为“{kind}”声明选址", en="no pack declares where '{kind}' are planned")
NO_AREA = Text(zh="没有区域“{area}”", en="there is no area '{area}'")
NO_NUMBER = Text(zh="“{name}”应为 {least} 至 {most} 的整数", en="'{name}' is a whole number from {least} to {most}")
FALLING = Text(zh="各阶段的数量应逐步增加", en="the numbers of the stages must rise")
NO_SITES = Text(zh="区域内没有可选的点位", en="there is no place in the area where one may be built")
NO_PEOPLE = Text(zh="区域内没有登记居住人口的建筑", en="no building in the area says who lives there")
NO_STREETS = Text(zh="区域内没有道路，请改为直线距离", en="there are no streets in the area: choose the straight line")
NOTHING_NEW = Text(zh="方案没有新建点位", en="the plan builds nothing")
NO_REASON = Text(zh="没有写明原因", en="nobody says why")
SAME_DAY = Text(zh="新的日期与原来相同", en="the new day is the old one")
TO_COME = Text(zh="{day} 尚未到来", en="{day} is yet to come")
TOO_EARLY = Text(zh="{day} 早于计划开始", en="{day} is before it began")
NOT_TO_BUILD = Text(zh="该点位已建成，无需安排", en="this one stood before and has no day")
