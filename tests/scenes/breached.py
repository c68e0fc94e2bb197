# SPDX-License-Identifier: Apache-2.0
"""Where an enterprise of two_enterprises breaks a standard: a finding about its lamp with evidence, an exemption, and its own word."""

from __future__ import annotations

from datetime import UTC, date, datetime

from belltower.core.places.models import Asset
from belltower.core.selfcheck.models import OwnWord
from belltower.core.standards.models import Exemption, KeptClause
from belltower.screens.console.tests import breaches

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def breached(lamp: Asset, which: str) -> tuple[dict[str, str], set[str]]:
    """Uids by noun, and the words that only its owner may read."""
    clause = KeptClause.objects.filter(key="poles.banner_size").first()
    revision = clause.revisions.get() if clause else breaches.law()["poles.banner_size"]
    finding = breaches.breach(revision, lamp, evidence={"values": {}, "fields": {"lamp": f"{which} evidence"}})
    Exemption.objects.create(
        clause=revision.clause, asset=lamp, reason=f"{which} exempt", granted_by="system:scene", granted_at=AT,
        since=date(2024, 1, 1), until=date(2099, 1, 1),
    )  # fmt: skip
    OwnWord.objects.create(
        asset=lamp, party=lamp.owner, fields={"lamp": f"{which} own word"}, says={}, by="system:scene", at=AT
    )
    return {"finding": str(finding.uid)}, {
        str(finding.uid),
        f"{which} evidence",
        f"{which} exempt",
        f"{which} own word",
    }
