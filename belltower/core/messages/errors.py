# SPDX-License-Identifier: Apache-2.0
"""What is refused of messages: files, models, labels."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, Refusal
from belltower.kernel.texts import Text


class ColumnsNotKnown(Refusal):
    """A file of which nobody said, and no name of a column tells, where the text or the time stands."""

    code = "message_columns_not_known"
    sentence = Text(
        zh="文件“{file}”缺少：{missing}。它的列有：{columns}。请指明哪一列对应什么。",
        en="The file '{file}' lacks: {missing}. Its columns are {columns}. Say which column is what.",
    )


class NotAModel(Refusal):
    """Bytes that are no model of texts, or of another format."""

    code = "not_a_text_model"
    sentence = Text(
        zh="不能使用这个模型：{reason}。请用 belltower messages train 重新训练。",
        en="This model cannot be used: {reason}. Train one with belltower messages train.",
    )


class NoSuchLabel(Refusal):
    """A label that is neither in the tree nor known to the model."""

    code = "no_such_label"
    sentence = Text(
        zh="没有类别“{label}”。请从列表中选择。",
        en="There is no category '{label}'. Choose one of the list.",
    )


class LinkParted(Conflict):
    """A link that was taken apart already."""

    code = "link_parted"
    sentence = Text(
        zh="这两条留言已经分开。请刷新页面。", en="These two messages were taken apart already. Load the page again."
    )
