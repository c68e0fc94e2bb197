# SPDX-License-Identifier: Apache-2.0
"""What makes a whole file impossible to load. A single bad row is never one of these: it is kept aside."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class UnreadableFile(Refusal):
    """A file that is not what it seems, or breaks off."""

    code = "unreadable_file"
    sentence = Text(
        zh="无法读取文件“{file}”：{reason_zh}。请检查或重新导出该文件后再试，尚未写入任何数据。",
        en="The file '{file}' cannot be read: {reason_en}. Check it or export it again; nothing was written.",
    )

    def __init__(self, *, file: str, reason: Text) -> None:
        super().__init__(file=file, reason_zh=reason.say("zh"), reason_en=reason.say("en"))


class FileTooLarge(Refusal):
    """A file above what this installation takes."""

    code = "file_too_large"
    sentence = Text(
        zh="文件“{file}”超过 {limit_mib} MiB 的上限。请分成几个文件，或在服务器上用 `belltower load` 导入。",
        en="The file '{file}' is above the limit of {limit_mib} MiB. Split it, or load it on the server with `belltower load`.",
    )


class MissingColumns(Refusal):
    """A mapping that names columns the file has not, or leaves out what is needed."""

    code = "missing_columns"
    sentence = Text(
        zh="文件“{file}”缺少所需的列：{missing_zh}。文件中的列有：{columns}。请在列对应中指定。",
        en="The file '{file}' lacks what is needed: {missing_en}. Its columns are: {columns}. Choose them in the mapping.",
    )

    def __init__(self, *, file: str, missing: Text, columns: tuple[str, ...]) -> None:
        listed = ", ".join(columns) or "-"
        super().__init__(file=file, missing_zh=missing.say("zh"), missing_en=missing.say("en"), columns=listed)


class WhichKind(Refusal):
    """A file whose kind of asset cannot be told."""

    code = "which_kind"
    sentence = Text(
        zh="无法从文件名和列名判断“{file}”是哪一类部件。请指定类型（--kind），可选：{known}。",
        en="Neither name nor columns of '{file}' tell which kind of asset it holds. Give the kind (--kind), one of: {known}.",
    )


class WrongPlace(Refusal):
    """Coordinates that are not where the city is: the wrong system, or columns exchanged."""

    code = "wrong_place"
    sentence = Text(
        zh="文件“{file}”的坐标不在本市（例如 {example}）：{reason_zh}。{hint_zh}",
        en="The coordinates of '{file}' are not in this city (such as {example}): {reason_en}. {hint_en}",
    )

    def __init__(self, *, file: str, example: str, reason: Text, hint: Text) -> None:
        super().__init__(
            file=file,
            example=example,
            reason_zh=reason.say("zh"),
            reason_en=reason.say("en"),
            hint_zh=hint.say("zh"),
            hint_en=hint.say("en"),
        )


class BadMapping(Refusal):
    """A mapping that contradicts itself."""

    code = "bad_mapping"
    sentence = Text(
        zh="列对应有误：{reason_zh}。请修改后再试。",
        en="The mapping does not hold together: {reason_en}. Change it and try again.",
    )

    def __init__(self, reason: Text) -> None:
        super().__init__(reason_zh=reason.say("zh"), reason_en=reason.say("en"))
