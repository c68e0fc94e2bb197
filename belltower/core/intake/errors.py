# SPDX-License-Identifier: Apache-2.0
"""What is refused of a file of past cases."""

from __future__ import annotations

from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text


class BadIntakeMapping(Refusal):
    """A mapping that cannot be used; nothing of the file is taken. ``line`` is where it says so, the first being 1."""

    code = "bad_intake_mapping"
    sentence = Text(
        zh="对应关系 {file} 第 {line} 行：{reason}请更正后再导入；尚未导入任何内容。",
        en="{file}, line {line}: {reason} Nothing was imported; correct the mapping and try again.",
    )


class NoSuchMapping(NotFound):
    """Neither a ready mapping's name nor a file; or none that fits the file's columns."""

    code = "no_such_intake_mapping"
    sentence = Text(
        zh="没有适用的对应关系“{name}”。现成的有：{known}。请用 --mapping 指明名称或 YAML 文件。",
        en="There is no mapping '{name}' that fits. Ready ones: {known}. Name one, or a YAML file, with --mapping.",
    )


class IntakeColumns(Refusal):
    """A file without a column that the mapping names."""

    code = "intake_columns_missing"
    sentence = Text(
        zh="文件“{file}”缺少列：{missing}。它的列有：{columns}。请更正对应关系。",
        en="The file '{file}' lacks the columns {missing}. It has {columns}. Correct the mapping.",
    )


class NothingTakenIn(NotFound):
    """No file of past cases was imported yet."""

    code = "nothing_taken_in"
    sentence = Text(
        zh="尚未导入历史案卷。请先运行 belltower cases import。",
        en="No past cases were imported yet. Run belltower cases import first.",
    )


class UnknownParties(NotFound):
    """A mapping that names parties which the city does not have."""

    code = "intake_parties_unknown"
    sentence = Text(
        zh="本市没有这些责任单位：{parties}。请先登记，或从对应关系中去掉。",
        en="The city has no parties {parties}. Enter them first, or leave them out of the mapping.",
    )
