# SPDX-License-Identifier: Apache-2.0
"""What is done to parties: put them by their natural key, one or many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from belltower.core.ledger.entries import action
from belltower.core.places import words
from belltower.core.places.errors import PartyInCircle, PartyTwice, UnknownParty, UnknownPartyKind
from belltower.core.places.models import Party, PartyKind
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

_BATCH = 1000
_PUT = ["kind", "name", "credit_code", "parent", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyDraft:
    """A party as somebody states it. ``credit_code`` and ``parent_key`` None mean not known: what is known stays."""

    key: str
    kind: str
    name: Text
    credit_code: str | None = None
    parent_key: str | None = None


@dataclass(frozen=True, slots=True)
class PartyReport:
    """How many parties were made, changed, found as they were; and the pk of each by its key."""

    created: int
    changed: int
    unchanged: int
    pks: Mapping[str, int] = field(default_factory=dict)


def put_party(
    key: str, kind: str, name: Text, *, by: Actor, credit_code: str | None = None, parent_key: str | None = None
) -> Party:
    """Make the party of that natural key, or bring it up to date. Raises as put_parties does."""
    put_parties([PartyDraft(key=key, kind=kind, name=name, credit_code=credit_code, parent_key=parent_key)], by=by)
    return Party.objects.get(key=key)


@action("places.put_parties")
def put_parties(parties: Iterable[PartyDraft], *, by: Actor, keep_known: bool = False) -> PartyReport:
    """Make the parties by natural key, or bring them up to date; all or none, and the same again changes nothing.

    With ``keep_known`` a party that is there already stays as it is: for sources that only mention parties, such as
    the owner column of a list of assets. A parent may come in the same call.

    Raises PartyTwice, UnknownPartyKind, PartyInCircle, or UnknownParty for a parent.
    """
    drafts = list(parties)
    _check(drafts)
    known = _known(drafts)
    new = [draft for draft in drafts if draft.key not in known]
    # Another process may have made the same party meanwhile: then that one is taken.
    Party.objects.bulk_create([_row(draft) for draft in new], batch_size=_BATCH, ignore_conflicts=True)
    known |= _known(new)
    put = new if keep_known else drafts
    fresh = {draft.key for draft in new}
    changed = [known[draft.key] for draft in put if _bring_up_to_date(known[draft.key], draft, known)]
    _refuse_circles(changed, known)
    Party.objects.bulk_update(changed, _PUT, batch_size=_BATCH)
    count = len([party for party in changed if party.key not in fresh])
    pks = {draft.key: known[draft.key].pk for draft in drafts}
    return PartyReport(len(new), count, len(drafts) - len(new) - count, pks)


def _check(drafts: Sequence[PartyDraft]) -> None:
    for key, times in Counter(draft.key for draft in drafts).items():
        if times > 1:
            raise PartyTwice(party=key)
    for draft in drafts:
        if draft.kind not in PartyKind.values:
            raise UnknownPartyKind(party=draft.key, kind=draft.kind, known=", ".join(PartyKind.values))


def _known(drafts: Sequence[PartyDraft]) -> dict[str, Party]:
    """The parties there are under the drafts' keys and their parents' keys, by key."""
    keys = {draft.key for draft in drafts} | {draft.parent_key for draft in drafts if draft.parent_key}
    return {party.key: party for party in Party.objects.filter(key__in=keys)}


def _row(draft: PartyDraft) -> Party:
    return Party(
        key=draft.key,
        kind=draft.kind,
        name=draft.name.as_json(),
        credit_code=draft.credit_code or "",
        words=_words(draft.key, draft.credit_code or "", draft.name),
    )


def _words(key: str, credit_code: str, name: Text) -> str:
    return words.words_for((key, credit_code) if credit_code else (key,), name)


def _bring_up_to_date(party: Party, draft: PartyDraft, known: Mapping[str, Party]) -> bool:
    """Give the party what the draft knows; whether that changed anything."""
    before = (party.kind, party.name, party.credit_code, party.parent_id)
    party.kind, party.name = draft.kind, draft.name.as_json()
    party.credit_code = party.credit_code if draft.credit_code is None else draft.credit_code
    if draft.parent_key is not None:
        if draft.parent_key not in known:
            raise UnknownParty(party=draft.parent_key)
        party.parent = known[draft.parent_key]
    party.words = _words(party.key, party.credit_code, draft.name)
    return before != (party.kind, party.name, party.credit_code, party.parent_id)


def _refuse_circles(changed: Sequence[Party], known: Mapping[str, Party]) -> None:
    """A party cannot stand above itself, at however many removes."""
    if not any(party.parent_id for party in changed):
        return
    above: dict[int, int | None] = dict(Party.objects.values_list("pk", "parent_id"))
    above |= {party.pk: party.parent_id for party in known.values()}
    for party in changed:
        seen, at = {party.pk}, party.parent_id
        while at is not None:
            if at in seen:
                raise PartyInCircle(party=party.key)
            seen.add(at)
            at = above.get(at)
