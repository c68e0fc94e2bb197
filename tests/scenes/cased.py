# SPDX-License-Identifier: Apache-2.0
"""A case of an enterprise of two_enterprises: reported at the desk, dispatched to it, with a remark and a photo."""

from __future__ import annotations

from datetime import UTC, datetime

from belltower.core.access.rules import Verb
from belltower.core.attachments.tests.photo import attached
from belltower.core.cases.acting import everywhere
from belltower.core.cases.actions import Draft, advance, remark, report
from belltower.core.cases.kinds import Source
from belltower.core.cases.models import Report
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Step
from belltower.core.evidence.models import Evidence, Role
from belltower.core.fieldwork.models import Act, Outcome
from belltower.core.ledger.entries import entry
from belltower.core.places.models import Asset
from belltower.kernel.actors import Actor
from belltower.kernel.identity import uuid7

BUREAU = everywhere(Actor.system("scene"), Verb)
AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def cased(lamp: Asset, which: str) -> tuple[dict[str, str], set[str]]:
    """Uids by noun, and the words that only who it concerns may read."""
    case = report(
        Draft(f"{which} broken", source=Source.DESK, address=f"{which} corner", asset=lamp), acting=BUREAU, now=AT
    )
    Report.objects.create(case=case, code_digest=which * 8, at=AT)
    case = advance(case, Step.FILE, acting=BUREAU, now=AT)
    case = advance(case, Step.DISPATCH, Told(f"{which} sent", party_id=lamp.owner_id), acting=BUREAU, now=AT)
    remark(case, f"{which} remark", acting=BUREAU, now=AT)
    photo = attached(case, name=f"{which}-case.jpg", noun="cases.case")
    with entry("scene.evidence", by=BUREAU.actor):
        shown = Evidence.objects.create(
            case=case, step=case.steps.get(number=3), attachment=photo, role=Role.BEFORE, at=AT, by="system:scene"
        )
        act = Act.objects.create(
            key=uuid7(), person=uuid7(), case=case, said_case=case.number, step=Step.TAKE, text=f"{which} outside",
            happened_at=AT, came_at=AT, outcome=Outcome.CONFLICT,
        )  # fmt: skip
    words = {
        str(shown.uid),
        str(act.uid),
        f"{which} outside",
        str(case.uid),
        case.number,
        f"{which} broken",
        f"{which} corner",
        f"{which} sent",
        f"{which} remark",
    }
    return {
        "case": str(case.uid),
        "case_file": str(photo.uid),
        "evidence": str(shown.uid),
        "act": str(act.uid),
    }, words | {str(photo.uid), f"{which}-case"}
