# SPDX-License-Identifier: Apache-2.0
"""The verb of evidence: put a photo or film beside a step of a case. Who may take the step may show what they saw."""

from __future__ import annotations

import math
from datetime import datetime, tzinfo

from belltower.core.attachments import actions as attachments
from belltower.core.attachments.models import Attachment, Subject
from belltower.core.attachments.receiving import Readable
from belltower.core.attachments.rules import media_of
from belltower.core.cases.models import Case, CaseStep
from belltower.core.evidence.errors import BadFacts, NotAPicture
from belltower.core.evidence.models import Evidence, Role
from belltower.core.evidence.plausibility import Taken
from belltower.core.ledger.entries import entry
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.actors import Actor

CASE = "cases.case"
FAMILIES = ("picture", "video")


def add_evidence(
    by: Actor, case: Case, step: CaseStep, file: Readable, name: str, *, role: Role, taken: Taken, now: datetime,
    zone: tzinfo,
) -> Evidence:  # fmt: skip
    """Keep a photo or film as evidence of a step; the caller has judged that ``by`` may. ``zone`` is the city's.

    Raises NotAPicture, BadFacts, and what attachments refuse; then nothing is kept.
    """
    _check(taken, name)
    with seen_as(EVERYTHING), entry("evidence.add", by=by):
        kept = put_picture(file, name, subject=Subject(CASE, case.uid), by=by, now=now, zone=zone)
        return Evidence.objects.create(
            case=case, step=step, attachment=kept, role=role, taken_at=taken.at, lon=taken.lon, lat=taken.lat,
            uncertainty_m=taken.uncertainty_m, at=now, by=by.reference,
        )  # fmt: skip


def put_picture(file: Readable, name: str, *, subject: Subject, by: Actor, now: datetime, zone: tzinfo) -> Attachment:
    """Keep a picture or film beside ``subject``. Raises NotAPicture, and what attachments refuse."""
    with entry("evidence.put", by=by):
        kept = attachments.put(file, name, subject=subject, by=by, now=now, zone=zone)
        if media_of(kept).family not in FAMILIES:
            raise NotAPicture(file=name)
        return kept


def _check(taken: Taken, name: str) -> None:
    """Raise BadFacts for half a place, one that is not on earth, or an instant without a zone."""
    is_half = (taken.lon is None) != (taken.lat is None)
    lon, lat, unsure = taken.lon or 0.0, taken.lat or 0.0, taken.uncertainty_m or 0.0
    is_on_earth = abs(lon) <= 180 and abs(lat) <= 90 and unsure >= 0 and math.isfinite(unsure)
    if is_half or not is_on_earth or (taken.at is not None and taken.at.tzinfo is None):
        raise BadFacts(file=name)
