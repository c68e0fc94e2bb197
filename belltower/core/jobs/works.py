# SPDX-License-Identifier: Apache-2.0
"""What workers do for the ledger, which is below this room: sign its head, take heads outside, check all of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from belltower.core.jobs.actions import ask
from belltower.core.jobs.models import ENDED, Job, JobState
from belltower.core.jobs.regular import regularly
from belltower.core.jobs.work import RunningJob, work
from belltower.core.ledger import anchors, verification
from belltower.core.ledger.anchor_rules import Way
from belltower.core.ledger.heads import sign_head
from belltower.kernel.texts import Text

ANCHOR = "ledger.anchor"
VERIFY = "ledger.verify"
_CHECKING = Text(zh="核对记录", en="Checking entries")
_MOST_FINDINGS = 200  # kept with the job; the command line tells all


@regularly
def keep_the_log(now: datetime) -> None:
    """Give new entries their places and sign the head, every few seconds."""
    sign_head(now)


@regularly
def ask_for_anchors(now: datetime) -> None:
    """Ask for the heads to be taken outside that are due."""
    ways = anchors.due(now)
    if ways and not Job.objects.filter(work=ANCHOR).exclude(state__in=ENDED).exists():
        ask(
            ANCHOR, by=anchors.BY, why="按计划锚定 scheduled anchor", arguments={"ways": list(ways)}, attempts_allowed=1
        )


@work(ANCHOR, Text(zh="锚定账本树头", en="Anchor the ledger's head"))
def anchor(job: RunningJob, *, ways: list[str]) -> dict[str, Any]:
    """One try of each way; a failed one is noted and is due again soon. Done twice, a head is held twice."""
    made = {}
    for count, way in enumerate(ways):
        job.progress(count, len(ways), Way(way).text)
        done = anchors.anchor(Way(way), by=job.by, now=timezone.now())
        made[way] = "-" if done is None else done.error or f"{done.size} {done.reference}"
    return made


@work(VERIFY, Text(zh="核对账本", en="Verify the ledger"))
def verify(job: RunningJob) -> dict[str, Any]:
    """Check all of the ledger, against the heads that the anchors' folder gives back. It writes nothing."""
    outside = anchors.held_outside()
    report = verification.verify(against=outside, progress=lambda done, total: job.progress(done, total, _CHECKING))
    return {
        "size": report.size,
        "entries": report.checked,
        "rows": report.rows,
        "against": len(outside),
        "seconds": round(report.seconds, 3),
        "is_whole": report.is_whole,
        "found": len(report.findings),
        "findings": [
            {"code": one.code, "where": one.where, "text": one.text.as_json()}
            for one in report.findings[:_MOST_FINDINGS]
        ],
    }


def last_verification() -> Job | None:
    """The newest verification that came to its end."""
    return Job.objects.filter(work=VERIFY, state=JobState.DONE).order_by("-id").first()


def verification_under_way() -> Job | None:
    """A verification that was asked for and has not ended."""
    return Job.objects.filter(work=VERIFY).exclude(state__in=ENDED).order_by("-id").first()
