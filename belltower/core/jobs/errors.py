# SPDX-License-Identifier: Apache-2.0
"""What this room refuses, and why."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class UnknownWork(Refusal):
    """No room or pack registers a work of this name."""

    code = "unknown_work"
    sentence = Text(
        zh="没有名为“{work}”的作业。已登记的作业：{known}。请检查名称，或启用提供它的功能包。",
        en="There is no work called '{work}'. Known here: {known}. Check the name, or enable the pack that brings it.",
    )


class NotThisMove(Refusal):
    """The job's state does not allow this."""

    code = "job_move_not_allowed"
    sentence = Text(
        zh="作业 {job} 目前为“{state}”，不能{verb}。请刷新作业页查看最新状态。",
        en="Job {job} is {state} now; it cannot be {verb}. Reload the jobs page to see how it stands.",
    )
