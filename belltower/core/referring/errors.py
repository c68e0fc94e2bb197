# SPDX-License-Identifier: Apache-2.0
"""What is refused of replies to messages."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, Refusal
from belltower.kernel.texts import Text


class NoReply(Refusal):
    """A reply without a word."""

    code = "no_reply"
    sentence = Text(zh="答复为空。请写明办理结果。", en="The reply is empty. Say what came of it.")


class AlreadyReplied(Conflict):
    """A message that was replied to already: what residents were told stays."""

    code = "already_replied"
    sentence = Text(
        zh="这条留言已经答复。请刷新页面查看。",
        en="This message was replied to already. Load the page again to read it.",
    )
