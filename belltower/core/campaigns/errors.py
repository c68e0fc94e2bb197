# SPDX-License-Identifier: Apache-2.0
"""What is refused of a campaign, and of an action plan."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, Refusal
from belltower.kernel.texts import Text


class BadCampaign(Refusal):
    """A campaign that says too little, or what cannot be."""

    code = "bad_campaign"
    sentence = Text(
        zh="专项整治未登记：{reason}。请更正后再提交。",
        en="The campaign is not made: {reason}. Correct it and send it again.",
    )


class CampaignClosed(Conflict):
    """A campaign that is closed already: its numbers stay as they are."""

    code = "campaign_closed"
    sentence = Text(
        zh="“{campaign}”已经结束，数字不再改变。请查看总结报告。",
        en="'{campaign}' is closed, and its numbers stay. Look at its report.",
    )


class ClosedTooEarly(Conflict):
    """A campaign is closed before its last day is over, and nobody says why."""

    code = "campaign_not_over"
    sentence = Text(
        zh="“{campaign}”到 {day} 才结束。如需提前结束，请写明原因。",
        en="'{campaign}' lasts until {day}. To close it earlier, say why.",
    )


class BadActionPlan(Refusal):
    """An action plan, project or milestone that says too little, or what cannot be."""

    code = "bad_action_plan"
    sentence = Text(
        zh="行动计划未登记：{reason}。请更正后再提交。",
        en="The action plan is not changed: {reason}. Correct it and send it again.",
    )


class MilestoneReached(Conflict):
    """A milestone that was reached is not moved, and not reached once more."""

    code = "milestone_reached"
    sentence = Text(
        zh="里程碑“{milestone}”已于 {day} 完成，不能再改。如有误，请另立里程碑并说明。",
        en="The milestone '{milestone}' was reached on {day} and stays so. If that is wrong, add another and say why.",
    )
