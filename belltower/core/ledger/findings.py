# SPDX-License-Identifier: Apache-2.0
"""What a verification may find, each with a sentence a person can act on."""

from __future__ import annotations

from typing import NamedTuple

from belltower.kernel.texts import Text


class Finding(NamedTuple):
    """Something that is not as the ledger says: a stable code, where it is, and a sentence."""

    code: str
    where: str
    text: Text


def found(code: str, where: str) -> Finding:
    """The finding of that code at that place, such as "entry 17" or "places_asset 4711"."""
    return Finding(code, where, _SENTENCES[code].format(where=where))


_SENTENCES = {
    "bad_signature": Text(
        zh="{where}：签名无效，此树头不是由本机密钥签发。",
        en="{where}: its signature is wrong; this key did not sign it.",
    ),
    "other_key": Text(zh="{where}：由另一把密钥签发。", en="{where}: it was signed with another key."),
    "entry_changed": Text(
        zh="{where}：内容与其叶哈希不符，记录被改动。",
        en="{where}: it is not what its leaf was made of; it was changed.",
    ),
    "entry_missing": Text(zh="{where}：记录已不存在。", en="{where}: the entry is gone."),
    "entry_unplaced": Text(
        zh="{where}：不在日志中也不在待排队列中，系绕过账本写入。",
        en="{where}: it has no place in the log and waits for none; it was written past the ledger.",
    ),
    "leaf_missing": Text(zh="{where}：日志缺少此叶。", en="{where}: the log has no leaf there."),
    "leaf_extra": Text(zh="{where}：此叶位置不合日志顺序。", en="{where}: a leaf stands where none belongs."),
    "node_changed": Text(
        zh="{where}：保存的子树根与其叶不符。", en="{where}: the kept root of a subtree is not that of its leaves."
    ),
    "head_differs": Text(
        zh="{where}：日志与该树头的根不符，此前的记录被改写。",
        en="{where}: the log is not the one this head signed; it was rewritten before there.",
    ),
    "head_beyond": Text(
        zh="{where}：日志比该树头短，末尾被截去。",
        en="{where}: the log is shorter than this head; its end was cut off.",
    ),
    "batch_changed": Text(
        zh="{where}：批次的行承诺与记录不符。",
        en="{where}: the commitments of its rows are not those it was entered with.",
    ),
    "row_changed": Text(
        zh="{where}：与其最后一条记录不符，绕过账本改动。",
        en="{where}: it is not as its last entry left it; it was changed past the ledger.",
    ),
    "row_missing": Text(
        zh="{where}：账本中有而表中没有，绕过账本删除。",
        en="{where}: the ledger knows it and the table does not; it was deleted past the ledger.",
    ),
    "row_unknown": Text(
        zh="{where}：表中有而账本中没有，绕过账本写入。",
        en="{where}: no entry knows this row; it was written past the ledger.",
    ),
    "row_changed_between": Text(
        zh="{where}：该记录之前，该行曾绕过账本改动。",
        en="{where}: before this entry the row was not as the entry before had left it.",
    ),
    "rule_changed": Text(
        zh="{where}：数据库中的账本规则与程序不一致（被改动、停用、删除或增加）。",
        en="{where}: it is not as the program makes it: changed, switched off, missing or added. What was written since then may lack entries.",
    ),
    "form_unknown": Text(zh="{where}：记录所指的表单不存在。", en="{where}: it names a form that does not exist."),
}
