# SPDX-License-Identifier: Apache-2.0
"""What a backup, a restore or an upgrade refuses, and what to do about it."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class NoBackup(Refusal):
    """There is no whole backup where one was looked for."""

    code = "no_backup"
    sentence = Text(
        zh="{folder} 中没有{wanted}完整的备份。请检查路径；中断的备份不算数。",
        en="There is no whole backup {wanted}in {folder}. Check the path; a backup that was cut off does not count.",
    )


class NotABackupFolder(Refusal):
    """The destination holds something else, or another installation's backups."""

    code = "not_a_backup_folder"
    sentence = Text(
        zh="不能把备份写入 {folder}：{reason}。请另选一个空目录。未写入任何内容。",
        en="Backups cannot be written to {folder}: {reason}. Choose an empty folder. Nothing was written.",
    )


class BackupUnderWay(Refusal):
    """Another process writes to this folder of backups."""

    code = "backup_under_way"
    sentence = Text(
        zh="另一个备份正在写入 {folder}。请等它结束。",
        en="Another backup is writing to {folder}. Wait until it ends.",
    )


class KeysWouldLieOpen(Refusal):
    """A backup whose keys nobody said how to keep."""

    code = "keys_would_lie_open"
    sentence = Text(
        zh="密钥不能与数据一起明文存放。请用 --recipient 或 --passphrase-file 加密密钥；若另行妥善保管密钥，请用 --without-keys。未写入任何内容。",
        en="Keys must not lie open beside the data. Seal them with --recipient or --passphrase-file; or say --without-keys and keep them somewhere else yourself. Nothing was written.",
    )


class KeysStaySealed(Refusal):
    """The sealed keys of a backup cannot be opened with what was given."""

    code = "keys_stay_sealed"
    sentence = Text(
        zh="无法打开备份 {backup} 的密钥：{reason}。未作任何改动。",
        en="The keys of backup {backup} cannot be opened: {reason}. Nothing was changed.",
    )


class OtherKeys(Refusal):
    """Keys that are not those of this backup's installation."""

    code = "other_keys"
    sentence = Text(
        zh="给出的密钥不属于备份 {backup}（{reason}）。请使用该安装自己的密钥。未作任何改动。",
        en="These keys are not those of backup {backup} ({reason}). Use that installation's own. Nothing was changed.",
    )


class DamagedBackup(Refusal):
    """A backup that is not what its manifest says."""

    code = "damaged_backup"
    sentence = Text(
        zh="备份 {backup} 已损坏：{reason}。未作任何改动；请改用另一个备份（belltower backup list）。",
        en="Backup {backup} is damaged: {reason}. Nothing was changed; take another one (belltower backup list).",
    )


class NotAnEmptyHome(Refusal):
    """A restore is only made where nothing is."""

    code = "not_an_empty_home"
    sentence = Text(
        zh="不能恢复到 {home}：{reason}。请指定空目录。未作任何改动。",
        en="Nothing is restored into {home}: {reason}. Name an empty folder. Nothing was changed.",
    )


class HalfRestored(Refusal):
    """A home whose restore was interrupted."""

    code = "half_restored"
    sentence = Text(
        zh="{home} 的恢复中途中断（备份 {backup}），不能使用。请删除该目录后重新恢复。",
        en="The restore into {home} (of backup {backup}) was interrupted; it cannot be used. Remove the folder and restore again.",
    )


class HalfUndone(Refusal):
    """A home in which the undoing of an upgrade was interrupted."""

    code = "half_undone"
    sentence = Text(
        zh="{home} 中撤销升级的过程中断（备份 {backup}），不能使用。请再次运行 belltower upgrade --undo。",
        en="Undoing the upgrade in {home} (backup {backup}) was interrupted; it cannot be used. Run `belltower upgrade --undo` again.",
    )


class UnfitForRestore(Refusal):
    """The database server, or this program, cannot take this backup."""

    code = "unfit_for_restore"
    sentence = Text(
        zh="不能恢复备份 {backup}：{reason}。",
        en="Backup {backup} cannot be restored here: {reason}.",
    )


class NotAsItWas(Refusal):
    """What was restored, or upgraded, is not what was saved."""

    code = "not_as_it_was"
    sentence = Text(
        zh="结果与备份不一致：{reason}。{advice}",
        en="The result is not what was saved: {reason}. {advice}",
    )


class ProgramFailed(Refusal):
    """One of PostgreSQL's programs ended with an error."""

    code = "program_failed"
    sentence = Text(zh="{program} 出错：{reason}。", en="{program} failed: {reason}.")
