# SPDX-License-Identifier: Apache-2.0
"""What this room refuses, and why."""

from __future__ import annotations

from belltower.kernel.errors import NotAllowed, Refusal
from belltower.kernel.texts import Text


class OnlyItsOwner(NotAllowed):
    """A word about an asset by somebody who does not belong to its owner."""

    code = "only_its_owner"
    sentence = Text(
        zh="部件“{asset}”的自查由其权属单位填写，您不属于该单位。请由该单位的人员填写。",
        en="Only its owner's people speak for '{asset}', and you are none of them. Ask one of them to answer.",
    )


class NothingAnswered(Refusal):
    """A self-check without an answer, or of a kind of which no clause asks anything."""

    code = "nothing_answered"
    sentence = Text(
        zh="“{asset}”的自查没有任何回答。请至少回答一项后再提交。",
        en="Nothing is answered about '{asset}'. Answer at least one question and send it again.",
    )
