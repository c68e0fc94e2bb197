# SPDX-License-Identifier: Apache-2.0
"""What this room refuses, and why."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class BadActivity(Refusal):
    """An activity that cannot be recorded: its subject is not known, it is yet to come, or its fields do not fit."""

    code = "bad_activity"
    sentence = Text(
        zh="作业“{activity}”（{subject}）未登记：{reason}。请更正后重新提交。",
        en="The activity '{activity}' on {subject} is not recorded: {reason}. Correct it and send it again.",
    )
