# SPDX-License-Identifier: Apache-2.0
"""What can be refused when something is printed or asked."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class NothingToPrint(Refusal):
    """No clause is in force for what was chosen on that day."""

    code = "nothing_to_print"
    sentence = Text(
        zh="{day} 没有符合所选范围（{chosen}）的有效条款。请换一个日期或范围；belltower standards check 会列出各文件。",
        en="On {day} no clause of the chosen part ({chosen}) is in force. Choose another day or part; belltower standards check lists the files.",
    )


class NotTypeset(Refusal):
    """The typesetter found a fault: a character without a glyph, a font that is not there. Nothing was written."""

    code = "not_typeset"
    sentence = Text(
        zh="“{what}”未能排版：{reason}。请在条款文字中更正，或重新运行 make setup。",
        en="'{what}' could not be typeset: {reason}. Mend the clause's text, or run make setup again.",
    )


class NoFonts(Refusal):
    """The fonts that set-up copies are not there."""

    code = "no_print_fonts"
    sentence = Text(
        zh="在 {folder} 没有找到印刷字体。请运行 make setup。",
        en="There are no fonts for print in {folder}. Run make setup.",
    )


class BadExam(Refusal):
    """An exam that cannot be put together or marked."""

    code = "bad_exam"
    sentence = Text(zh="考试无法进行：{reason}。", en="The exam cannot be held: {reason}.")
