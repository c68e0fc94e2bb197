# SPDX-License-Identifier: Apache-2.0
"""What this room refuses, and why."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, Refusal
from belltower.kernel.texts import Text


class NotRationalised(Refusal):
    """An alarm without its reasons cannot be enabled: nobody would know what to do when it calls."""

    code = "alarm_not_rationalised"
    sentence = Text(
        zh="报警“{alarm}”不能启用：缺少{missing}。请先补全合理化记录（原因、后果、处置和响应时限）。",
        en="The alarm '{alarm}' cannot be enabled: it lacks {missing}. Complete its rationalisation record first.",
    )


class BadDefinition(Refusal):
    """A limit, delay or expression with which an alarm cannot be judged."""

    code = "alarm_definition_wrong"
    sentence = Text(
        zh="报警“{alarm}”的定义有误：{reason}。请更正后再保存。",
        en="The definition of the alarm '{alarm}' is wrong: {reason}. Correct it and save it again.",
    )


class AlarmTwice(Conflict):
    """There is an alarm of this condition on this stream already."""

    code = "alarm_twice"
    sentence = Text(
        zh="数据流“{stream}”已有“{condition}”报警。请修改原有的定义。",
        en="The stream '{stream}' has an alarm '{condition}' already. Change that definition instead.",
    )


class OwnedByClause(Conflict):
    """The alarm belongs to a clause of a written standard, and is as that says."""

    code = "alarm_owned_by_clause"
    sentence = Text(
        zh="报警“{alarm}”属于标准条款“{clause}”，由条款决定，不能单独更改。请修订该条款。",
        en="The alarm '{alarm}' belongs to the clause '{clause}' and is as that says. Revise the clause instead.",
    )


class NotThisCommand(Conflict):
    """The alarm's state does not allow this."""

    code = "alarm_command_not_allowed"
    sentence = Text(
        zh="报警“{alarm}”目前为“{state}”，不能{command}。请刷新页面查看最新状态。",
        en="The alarm '{alarm}' is '{state}' now, which does not allow '{command}'. Reload the page to see how it stands.",
    )


class ShelvedWithoutReason(Refusal):
    """Shelving hides an alarm from its colleagues: it needs a reason and an end."""

    code = "alarm_shelved_without_reason"
    sentence = Text(
        zh="搁置报警“{alarm}”须写明理由，并选择 {longest} 小时以内的时长。",
        en="Shelving the alarm '{alarm}' needs a reason, and a time of at most {longest} hours.",
    )


class NothingSaid(Refusal):
    """A comment without words."""

    code = "alarm_comment_empty"
    sentence = Text(
        zh="对报警“{alarm}”的说明为空，未保存。请写明内容。",
        en="The comment on the alarm '{alarm}' is empty and was not kept. Write what is to be known.",
    )


class UnknownAssignee(Refusal):
    """Somebody who may not answer this alarm."""

    code = "alarm_assignee_unknown"
    sentence = Text(
        zh="报警“{alarm}”不能指派给“{name}”：没有此人，或其无权处理报警。请另选一人。",
        en="The alarm '{alarm}' cannot be assigned to '{name}': there is no such person, or they may not answer alarms.",
    )
