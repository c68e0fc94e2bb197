# SPDX-License-Identifier: Apache-2.0
"""What is refused of a written standard."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class BadStandard(Refusal):
    """A standard's file that cannot be used; nothing of it is. ``line`` is where it says so, the first being 1."""

    code = "bad_standard"
    sentence = Text(
        zh="标准文件 {file} 第 {line} 行：{reason}。整个文件未载入；请更正后用 belltower standards check 检查。",
        en="{file}, line {line}: {reason}. Nothing of the file is loaded; correct it, and check it with belltower standards check.",
    )
