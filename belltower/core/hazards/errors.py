# SPDX-License-Identifier: Apache-2.0
"""What is refused of the hazard ledger."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class HazardColumnsNotKnown(Refusal):
    """A sheet of which nobody said, and no name of a column tells, where what must be known of a hazard stands."""

    code = "hazard_columns_not_known"
    sentence = Text(
        zh="表格“{file}”缺少：{missing}。它的列有：{columns}。请指明哪一列对应什么。",
        en="The sheet '{file}' lacks: {missing}. Its columns are {columns}. Say which column is what.",
    )


class BadGrading(Refusal):
    """Rules of grading that cannot be used; none of them is. ``line`` is where it says so, the first being 1."""

    code = "bad_grading"
    sentence = Text(
        zh="判级规则 {file} 第 {line} 行：{reason}。整个文件未载入；请更正后再试。",
        en="{file}, line {line}: {reason}. Nothing of these rules of grading is loaded; correct it and try again.",
    )


class NoHazards(Refusal):
    """Nothing was chosen of which a step could be taken."""

    code = "no_hazards"
    sentence = Text(zh="没有选中任何隐患。请至少选择一条。", en="No hazard was chosen. Choose at least one.")
