# SPDX-License-Identifier: Apache-2.0
"""Which passwords are taken: the rules of NIST SP 800-63B-4, 3.1.1.2. Length and a list of known ones; no composition."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from django.contrib.auth.password_validation import CommonPasswordValidator

from belltower.core.access.errors import KnownPassword, LongPassword, WeakPassword

FLOOR = 8  # characters, where a second factor always comes with it
ALONE = 15  # characters, where the password is all that is asked
LONGEST = 256  # characters; at least 64 must be taken
# Words of this very place: the first that somebody guesses.
OUR_WORDS = ("belltower", "钟鼓楼", "password", "密码")


def normal(password: str) -> str:
    """The password as it is compared: the same letters typed on another keyboard are the same (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check(password: str, *, username: str, least: int) -> None:
    """Raises WeakPassword, LongPassword or KnownPassword; says nothing else about the password."""
    said = normal(password)
    if len(said) < max(least, FLOOR):
        raise WeakPassword(least=max(least, FLOOR))
    if len(said) > LONGEST:
        raise LongPassword(most=LONGEST)
    if is_known(said, username):
        raise KnownPassword()


def is_known(password: str, username: str) -> bool:
    """Whether it is among the twenty thousand most used, or little more than the user's name or ours, or one letter."""
    said = password.casefold()
    words = [username.casefold(), *OUR_WORDS]
    rest = said
    for word in words:
        rest = rest.replace(word, "") if len(word) > 2 else rest
    is_only_words = len(rest) < 4 and rest != said
    return said.strip() in _common() or is_only_words or len(set(said)) < 3


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)
