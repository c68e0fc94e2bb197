# SPDX-License-Identifier: Apache-2.0
"""Heads that leave the house, so that nobody inside can rewrite the log unseen: what is due, one try, and what is known.

What leaves, and how, is in handing_over.py; when it is time is judged in anchor_rules.py. docs/guides/ledger.md.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from belltower.core.ledger import stamps
from belltower.core.ledger.anchor_models import Anchor
from belltower.core.ledger.anchor_rules import Anchoring, Kept, Way, is_due
from belltower.core.ledger.entries import action, record
from belltower.core.ledger.handing_over import HandedOver, hand_over, held_in
from belltower.core.ledger.heads import TreeHead, newest
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Refusal

BY = Actor.system("ledger")
logger = logging.getLogger(__name__)


def wishes() -> Anchoring:
    """What this installation wants."""
    found: Anchoring = settings.BELLTOWER_ANCHORING
    return found


def kept_of(way: Way) -> Kept:
    """What is known of one way; two small queries."""
    made = Anchor.objects.filter(way=way).exclude(made_at=None).first()
    tried = Anchor.objects.filter(way=way, made_at=None).first()
    return Kept(
        made_at=made.made_at if made else None,
        size=made.size if made else 0,
        attempts=tried.attempts if tried else 0,
        tried_at=tried.tried_at if tried else None,
    )


def due(now: datetime) -> list[Way]:
    """The ways by which the newest head is to leave now."""
    head, wanted = newest(), wishes()
    if head is None:
        return []
    return [way for way in wanted.ways if is_due(kept_of(way), size=head.size, every=wanted.every, now=now)]


def anchor(way: Way, *, by: Actor = BY, now: datetime) -> Anchor | None:
    """Hand the newest head over by ``way``: one try, whose failure is kept to be seen and tried again.

    None while there is no head. Done twice, somebody outside holds the head twice.
    """
    head = newest()
    if head is None:
        return None
    tried = _note_try(way, head, now=now, by=by)
    try:
        handed = hand_over(head, way, wishes())
    except (OSError, Refusal) as error:  # errors of mail and of requests are OSErrors
        logger.warning("the ledger's head %s was not handed over (%s): %s", head.size, way, error)
        return _note_failure(tried, error, by=by)
    return _note_success(tried, head, handed, now=now, by=by)


@action("ledger.try_anchor")
def _note_try(way: Way, head: TreeHead, *, now: datetime, by: Actor) -> Anchor:
    """The one open try of this way, now with this head: a wait that was missed is not caught up head by head."""
    tried, _ = Anchor.objects.select_for_update().get_or_create(
        way=way, made_at=None, defaults={"size": head.size, "tried_at": now}
    )
    tried.size, tried.tried_at, tried.attempts = head.size, now, tried.attempts + 1
    tried.save(update_fields=["size", "tried_at", "attempts"])
    return tried


@action("ledger.try_anchor")
def _note_failure(tried: Anchor, error: Exception, *, by: Actor) -> Anchor:
    said = (
        error.say("zh") + "\n" + error.say("en") if isinstance(error, Refusal) else f"{type(error).__name__}: {error}"
    )
    tried.error = said[:500]
    tried.save(update_fields=["error"])
    return tried


@action("ledger.anchor_head")
def _note_success(tried: Anchor, head: TreeHead, handed: HandedOver, *, now: datetime, by: Actor) -> Anchor:
    tried.made_at, tried.error = now, ""
    tried.reference, tried.receipt = handed.reference[:300], handed.receipt
    tried.save(update_fields=["made_at", "error", "reference", "receipt"])
    about = {"way": tried.way, "root": head.root.hex()}
    record("ledger.anchor_head", by=by, subject=f"ledger.head:{head.size}", about=about)
    return tried


@dataclass(frozen=True, slots=True)
class Standing:
    """How one way stands, for the doctor and for pages."""

    way: Way
    last: Anchor | None
    failing: Anchor | None


def standing() -> list[Standing]:
    """How each way that is set stands."""
    found = []
    for way in wishes().ways:
        anchors = Anchor.objects.filter(way=way)
        failing = anchors.filter(made_at=None).exclude(error="").first()
        found.append(Standing(way, anchors.exclude(made_at=None).first(), failing))
    return found


def failing_ways() -> list[Way]:
    """The ways that are set and whose newest try failed."""
    return [one.way for one in standing() if one.failing]


def stamp_of(anchor: Anchor, head: TreeHead) -> stamps.Stamp:
    """What the authority's answer says, checked again now. Raises BadStamp, also where no authority is trusted any more."""
    roots = wishes().tsa_roots
    if roots is None or anchor.receipt is None:
        raise stamps.BadStamp(reason="BELLTOWER_ANCHOR_TSA_ROOTS")
    return stamps.read(bytes(anchor.receipt), head.text, roots)


def held_outside() -> list[TreeHead]:
    """The heads that the anchors' folder gives back, the smallest first: what a check is made against."""
    folder = wishes().folder
    return held_in(folder) if folder else []
