# SPDX-License-Identifier: Apache-2.0
"""Why a predicate is not taken."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class BadPredicate(Refusal):
    """A predicate that cannot be read, speaks of something undeclared, or goes outside the language."""

    code = "bad_predicate"
    sentence = Text(
        zh="条件“{predicate}”不能使用：{reason}。可用的写法见“条件语言”。",
        en="The predicate '{predicate}' cannot be used: {reason}. What can be written: see 'The language of predicates'.",
    )
