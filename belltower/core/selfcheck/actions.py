# SPDX-License-Identifier: Apache-2.0
"""The verb of self-checks: an enterprise answers for one of its assets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from belltower.core.access.people import family_of
from belltower.core.ledger.entries import action
from belltower.core.places.kinds import GIVEN, register, validate_fields
from belltower.core.places.models import Asset, Party
from belltower.core.selfcheck.asking import asked_of
from belltower.core.selfcheck.errors import NothingAnswered, OnlyItsOwner
from belltower.core.selfcheck.models import OwnWord
from belltower.core.standards.judging import today
from belltower.kernel.actors import Actor


@action("selfcheck.answer")
def answer(asset: Asset, answers: Mapping[str, Any], *, speaking: Party | None, by: Actor, now: datetime) -> OwnWord:
    """Keep what ``by``, of the party ``speaking``, answers for the asset, with what each clause in force says of it.

    ``answers`` are by field, as people type them; empty is not answered. Findings stay as they are. Raises OnlyItsOwner
    unless the asset belongs to that party or one below it, NothingAnswered, UnknownField or BadFieldValue.
    """
    if speaking is None or asset.owner_id is None or asset.owner_id not in family_of(speaking.pk):
        raise OnlyItsOwner(asset=asset.key)
    asked = asked_of(asset.kind, today(now))
    looked = {look.field.name for look in asked.form.looks} if asked.form else set()
    read = validate_fields(register().kind(asset.kind), answers)
    fields = {name: value for name, value in read.items() if name in looked and name != GIVEN and value is not None}
    if not fields:
        raise NothingAnswered(asset=asset.key)
    revisions = {one.clause.id: one.revision_id for one in asked.clauses}
    says = {
        clause: {"outcome": outcome.value if outcome else None, "revision": revisions[clause]}
        for clause, outcome in asked.judged(asset, fields).items()
        if clause in revisions
    }
    return OwnWord.objects.create(
        asset=asset, party_id=asset.owner_id, fields=fields, says=says, by=by.reference, at=now
    )
