# SPDX-License-Identifier: Apache-2.0
"""Receipts: the proof that a report is in the city's ledger, to take away, and the check of one that is brought back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature

from belltower.core.cases.models import Report
from belltower.core.ledger import check_proof, heads, keys, proofs
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


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a receipt: whether it holds, why not ("" where it does), and whether our log only grew since."""

    holds: bool
    why: str = ""
    size: int = 0
    at: str = ""
    case: int = 0
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
        check_proof.check(receipt, keys.signing_key().public)
        head = heads.TreeHead.read(receipt["head"])
    except check_proof.Refused as refused:
        return Checked(False, str(refused))
    except InvalidSignature:
        return Checked(False, "the signature is not ours")
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError):
        return Checked(False, "it does not hold together")
    return _grown(head)


def _grown(head: heads.TreeHead) -> Checked:
    """Whether the log of the receipt's head is the beginning of the log as we sign it today."""
    newest = heads.newest()
    try:
        ours = proofs.head_of(head.size)
        if newest is None or ours.root != head.root:
            return Checked(False, "our log does not begin with that of the receipt")
        check_proof.check(proofs.growth(head, newest), keys.signing_key().public)
    except (NotFound, check_proof.Refused, InvalidSignature):
        return Checked(False, "our log does not begin with that of the receipt")
    return Checked(True, "", head.size, head.at.isoformat(), 0, newest.size)
