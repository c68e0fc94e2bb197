# SPDX-License-Identifier: Apache-2.0
"""What is refused of evidence."""

from __future__ import annotations

from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text


class NotAPicture(Refusal):
    """Evidence that is neither a picture nor a film, whatever it is called."""

    code = "evidence_not_a_picture"
    sentence = Text(
        zh="“{file}”不是照片或视频，不能作为证据。请重新拍摄。",
        en="'{file}' is neither a photo nor a film, and no evidence. Take another.",
    )


class BadFacts(Refusal):
    """A place or time of evidence that cannot be."""

    code = "bad_evidence_facts"
    sentence = Text(
        zh="证据“{file}”的拍摄位置或时间无法读取。请去掉后再提交。",
        en="Where or when '{file}' was taken cannot be read. Leave it out and send it again.",
    )


class NoSuchEvidence(NotFound):
    """Evidence that is not there, or of a case that the viewer does not see."""

    code = "no_such_evidence"
    sentence = Text(zh="没有这份证据。请返回案卷查看。", en="There is no such evidence. Go back to the case.")
