# SPDX-License-Identifier: Apache-2.0
"""What the lake refuses, and why."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class LakeBusy(Refusal):
    """A backup reads the lake, or another process closes a day."""

    code = "lake_busy"
    sentence = Text(
        zh="数据湖正被备份，或另一个进程正在归档。未作任何更改；请稍后再试，工作进程会自行重试。",
        en="The lake is being backed up, or another process closes a day. Nothing was changed; try later, the worker does so by itself.",
    )


class DayNotOver(Refusal):
    """A day that is still going on, or has not begun, is not closed."""

    code = "day_not_over"
    sentence = Text(
        zh="{day} 这一天（UTC）尚未结束，不能归档。请在其结束之后再归档。",
        en="The day {day} (UTC) is not over and cannot be closed. Close it when it is.",
    )


class DayStillMoves(Refusal):
    """Readings of a day kept arriving while it was being closed."""

    code = "day_still_moves"
    sentence = Text(
        zh="归档 {day} 时一直有读数写入或被占用，已放弃；热库中的数据原样保留。请稍后再试，工作进程会自行重试。",
        en="Readings of {day} kept being written or read while it was being closed, so it was left as it is. Try later; the worker does so by itself.",
    )


class LakeDamaged(Refusal):
    """A file of the lake is missing, or holds something else than what was verified when its day was closed."""

    code = "lake_damaged"
    sentence = Text(
        zh="数据湖文件 {file} 缺失或与归档时不符：{reason}。请从备份恢复该文件（belltower restore），再运行 belltower lake verify。",
        en="The lake's file {file} is missing or not what was verified at its closing: {reason}. Restore that file from a backup (belltower restore), then run belltower lake verify.",
    )


class LakeFull(Refusal):
    """The disk of the lake has no room for a day's file."""

    code = "lake_full"
    sentence = Text(
        zh="数据湖 {folder} 所在磁盘已满，本次归档未完成；热库中的数据原样保留。请清理磁盘，工作进程会自行重试。",
        en="The disk of the lake {folder} is full, so the day was not closed; the database still holds it. Make room; the worker tries again by itself.",
    )


class DigestsDiffer(Refusal):
    """What was written to a file is not what was read from the database; the database keeps the day."""

    code = "digests_differ"
    sentence = Text(
        zh="{day} 写入文件后回读不一致（应有 {expected}，实有 {found} 条，或内容不同）。热库中的数据未删除；请检查磁盘后重试。",
        en="What was written of {day} does not read back ({expected} rows expected, {found} found, or others). The database still holds the day; check the disk and try again.",
    )


class RollUpsWanting(Refusal):
    """Readings whose roll-ups do not stand yet are not removed."""

    code = "roll_ups_wanting"
    sentence = Text(
        zh="{day} 的读数已过保存期限，但 {civil} 的汇总（{every}）尚未生成或已过时，未删除。请先运行 belltower lake keep，或等工作进程夜间处理。",
        en="Readings of {day} are past their time, but roll-ups ({every}) of {civil} are not made, or not of the files as they are; nothing was removed. Run belltower lake keep, or leave it to the worker's night.",
    )
