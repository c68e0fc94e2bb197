# SPDX-License-Identifier: Apache-2.0
"""Receipts: the proof that a report is in the city's ledger, to take away, and the check of one that is brought back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature

from belltower.core.cases.models import Case, Report
from belltower.core.ledger import check_proof, heads, keys, proofs
from belltower.core.ledger.models import Form
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text

TABLE = "cases_report"
LARGEST = 200_000  # bytes of a receipt's file; a proof of a thousand million entries has ten thousand


class UnreadableReceipt(Refusal):
    """Something brought as a receipt that is none."""

    code = "unreadable_receipt"
    sentence = Text(
        zh="这不是回执文件。请选择查询页面上下载的 receipt.json。",
        en="That is no receipt. Choose the file receipt.json that the tracking page gave you.",
    )


class Why(StrEnum):
    """Why a receipt does not hold."""

    ALTERED = "altered"
    NOT_OURS = "not_ours"
    NO_REPORT = "no_report"
    REWRITTEN = "rewritten"

    @property
    def text(self) -> Text:
        return _WHYS[self]


_WHYS = {
    Why.ALTERED: Text(zh="内容对不上：回执被改动过，或文件不完整。", en="It does not add up: it was altered, or is incomplete."),
    Why.NOT_OURS: Text(zh="签名不是本市的。", en="It is not signed by this city."),
    Why.NO_REPORT: Text(zh="这是台账的证明，但不是上报回执。", en="It is a proof of the ledger, but not of a report."),
    Why.REWRITTEN: Text(
        zh="台账与回执不符：回执之前的记录可能被改写。请把回执交给媒体或监督机构核对。",
        en="Our ledger does not contain what the receipt proves: what was written before may have been changed. Show it to the press or a supervisor.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a receipt: whether it holds and our log only grew since, or why not; of which case it is, by what is proved."""

    holds: bool
    why: Why | None = None
    case: str = ""
    reported_at: str = ""
    size: int = 0
    newest: int = 0


def receipt_of(report: Report) -> dict[str, Any]:
    """The proof that the report, as it stands, is what the ledger holds. Raises NotInHead for some seconds after a change."""
    with seen_as(EVERYTHING):
        return proofs.prove_row(proofs.last_entry_of(TABLE, report.pk), report.pk)


def read(content: bytes) -> dict[str, Any]:
    """A receipt's file as its facts. Raises UnreadableReceipt."""
    try:
        found = json.loads(content[:LARGEST])
    except (ValueError, RecursionError):
        raise UnreadableReceipt() from None
    if not isinstance(found, dict) or not {"format", "entry", "head", "inclusion"} <= found.keys():
        raise UnreadableReceipt()
    return found


def check(receipt: dict[str, Any]) -> Checked:
    """Whether a receipt holds by the very file that people run at home, our key, and the log as it is now."""
    try:
        if receipt["head"]["key"] != keys.signing_key().name:
            return Checked(False, Why.NOT_OURS)
        check_proof.check(receipt, keys.signing_key().public)
        head, row = heads.TreeHead.read(receipt["head"]), receipt.get("row")
        if not isinstance(row, dict) or row["table"] != TABLE:
            return Checked(False, Why.NO_REPORT)
        if not _begins_ours(head):
            return Checked(False, Why.REWRITTEN)
        newest = heads.newest()
        return Checked(True, None, *_about(row), head.size, newest.size if newest else 0)
    except InvalidSignature:
        return Checked(False, Why.NOT_OURS)
    except _BROKEN:
        return Checked(False, Why.ALTERED)


_BROKEN = (check_proof.Refused, KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError)


def _begins_ours(head: heads.TreeHead) -> bool:
    """Whether the log of the receipt's head is the beginning of the log as we sign it today."""
    newest = heads.newest()
    try:
        if newest is None or proofs.head_of(head.size).root != head.root:
            return False
        check_proof.check(proofs.growth(head, newest), keys.signing_key().public)
    except (NotFound, check_proof.Refused, InvalidSignature):
        return False
    return True


def _about(row: dict[str, Any]) -> tuple[str, str]:
    """Number of the case and instant of the report, from the proved text and our own names of its columns."""
    form = Form.objects.get(table=TABLE, version=int(row["version"]))
    told = dict(zip(["id", *form.columns], json.loads(row["text"]), strict=True))
    with seen_as(EVERYTHING):
        return Case.objects.get(pk=told["case_id"]).number, str(told["at"])
