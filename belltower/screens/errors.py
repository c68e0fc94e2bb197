# SPDX-License-Identifier: Apache-2.0
"""What every door refuses alike, before any room is asked; and whether a fault means that the database is away."""

from __future__ import annotations

import psycopg
from django.db import InterfaceError

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

TRY_AGAIN_AFTER_S = 5


class TooManyRequests(Refusal):
    """Somebody asked more often than a limit allows."""

    code = "too_many_requests"
    sentence = Text(
        zh="请求过于频繁，请 {seconds} 秒后再试。",
        en="That was asked too often. Try again in {seconds} s.",
    )


class DatabaseAway(Refusal):
    """The database does not answer; nothing was lost, and nothing was written."""

    code = "database_away"
    sentence = Text(
        zh="数据库暂时没有响应，正在恢复。请 {seconds} 秒后再试；若持续如此，请联系管理员。",
        en="The database does not answer just now. Try again in {seconds} s; if it lasts, tell an administrator.",
    )


class BodyTooLarge(Refusal):
    """A request larger than this address takes."""

    code = "body_too_large"
    sentence = Text(
        zh="提交的内容超过 {limit_mib} MiB 的上限，请拆分后再提交。",
        en="What was sent is larger than the {limit_mib} MiB taken here. Send it in parts.",
    )


# PostgreSQL's classes and codes of a server that is gone, going, coming, or full: appendix A of its manual.
_AWAY = ("08", "57P01", "57P02", "57P03", "53300")


def is_database_away(error: BaseException | None) -> bool:
    """Whether ``error``, or what caused it, is that the database cannot be reached (not that a statement failed)."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, psycopg.OperationalError):
            return error.sqlstate is None or error.sqlstate.startswith(_AWAY)
        if isinstance(error, psycopg.InterfaceError | InterfaceError) and "connection" in str(error):
            return True  # "the connection is closed"; a closed cursor is a mistake of ours
        error = error.__cause__ or error.__context__
    return False
