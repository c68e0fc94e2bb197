# SPDX-License-Identifier: Apache-2.0
"""What every door refuses alike, before any room is asked; and whether a fault means that the database is away."""

from __future__ import annotations

from collections.abc import Iterator

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


class NoRoom(DatabaseAway):
    """The database answers, and has no room to write to; nothing was written."""

    code = "no_room"
    sentence = Text(
        zh="数据库所在磁盘已满，本次未写入任何内容。请管理员清理磁盘；有空间后即自行恢复，请 {seconds} 秒后再试。",
        en="The database's disk is full; nothing of this was written. Have an administrator make room: it then works again by itself. Try again in {seconds} s.",
    )


class BodyTooLarge(Refusal):
    """A request larger than this address takes."""

    code = "body_too_large"
    sentence = Text(
        zh="提交的内容超过 {limit_mib} MiB 的上限，请拆分后再提交。",
        en="What was sent is larger than the {limit_mib} MiB taken here. Send it in parts.",
    )


# PostgreSQL's classes and codes of a server that is gone, going, coming, or full: appendix A of its manual.
_NO_ROOM = "53100"
_AWAY = ("08", "57P01", "57P02", "57P03", "53300", _NO_ROOM)


def is_database_away(error: BaseException | None) -> bool:
    """Whether ``error``, or what caused it, is that the database cannot be reached or has no room (not that a statement failed)."""
    for one in _causes(error):
        if isinstance(one, psycopg.OperationalError):
            return one.sqlstate is None or one.sqlstate.startswith(_AWAY)
        if isinstance(one, psycopg.InterfaceError | InterfaceError) and "connection" in str(one):
            return True  # "the connection is closed"; a closed cursor is a mistake of ours
    return False


def away(error: BaseException | None) -> DatabaseAway:
    """What to tell who asked, of an error of a database that is away."""
    is_full = any(isinstance(one, psycopg.Error) and one.sqlstate == _NO_ROOM for one in _causes(error))
    return (NoRoom if is_full else DatabaseAway)(seconds=TRY_AGAIN_AFTER_S)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
