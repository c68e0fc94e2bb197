# SPDX-License-Identifier: Apache-2.0
"""What is refused of residents; every sentence says what to do next."""

from __future__ import annotations

from belltower.core.attachments.content.media import JPEG
from belltower.kernel.errors import Conflict, NotAllowed, Refusal
from belltower.kernel.texts import Text


class IncompleteReport(Refusal):
    """A report without a place, or without anything that says what is wrong."""

    code = "incomplete_report"
    sentence = Text(zh="还差一步：{missing}。", en="One thing is missing: {missing}.")


class NotAPhoto(Refusal):
    """A file at the public door that is no picture."""

    code = "not_a_photo"
    sentence = Text(
        zh=f"“{{file}}”不是照片。这里只接收照片（{JPEG.ending.strip('.').upper()}、PNG、WebP）。请重新拍摄或选择。",
        en="'{file}' is no photo. Only photos are taken here (JPEG, PNG, WebP): take or choose another.",
    )


class TooManyPhotos(Refusal):
    """More photos than one report may have."""

    code = "too_many_photos"
    sentence = Text(zh="最多可附 {most} 张照片。请减少后再提交。", en="At most {most} photos: leave some out.")


class NotYourCase(NotAllowed):
    """A step with a case by who holds the code of another."""

    code = "not_your_case"
    sentence = Text(
        zh="这个查询码不是案卷 {case} 的。请用该案卷回执上的查询码。",
        en="This code does not belong to case {case}. Use the code on the receipt of that case.",
    )


class NotYet(Conflict):
    """A confirmation, a contest or a rating of what nobody has said to be put right."""

    code = "not_put_right_yet"
    sentence = Text(
        zh="案卷 {case} 还没有核实整改到位，现在不能这样做。可以先补充说明。",
        en="Case {case} is not put right and verified yet, so this cannot be done now. You can add a comment.",
    )


class BadStars(Refusal):
    """A rating outside of one to five."""

    code = "bad_stars"
    sentence = Text(zh="请在 1 到 5 星中选择。", en="Choose one to five stars.")


class NothingSaid(Refusal):
    """An empty comment."""

    code = "nothing_said"
    sentence = Text(zh="请写一句说明再提交。", en="Write a sentence before you send it.")
