# SPDX-License-Identifier: Apache-2.0
"""Migrations that give way: each waits for its locks a few seconds only, and is tried again after a pause."""

from __future__ import annotations

import time
from collections.abc import Callable

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

LOCK_TIMEOUT_S = 4
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
_LOCK_NOT_AVAILABLE = "55P03"


class TablesBusy(Refusal):
    """A migration found no moment in which its tables were free."""

    code = "tables_busy"
    sentence = Text(
        zh="升级等不到数据表空闲：{reason}。请停止占用者（belltower run、长查询）后重试；已完成的步骤保留，未完成的未作改动。",
        en="The migrations found no moment in which the tables were free: {reason}. Stop who uses them (belltower run, a long query) and try again; what was done stays, the rest was not begun.",
    )


def migrate_giving_way(*, pauses_s: tuple[float, ...] = PAUSES_S, sleep: Callable[[float], None] = time.sleep) -> None:
    """Apply the missing migrations on Django's connection. Raises TablesBusy when every try had to give way.

    While a migration waits for a lock, everybody behind it waits too: so it waits LOCK_TIMEOUT_S at most.
    """
    from django.core.management import call_command
    from django.db import OperationalError, connection

    for pause in (*pauses_s, None):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_TIMEOUT_S}s"])
            call_command("migrate", verbosity=0, interactive=False)
            return
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            if pause is None:
                raise TablesBusy(reason=" ".join(str(error).split())[:200]) from None
            sleep(pause)
