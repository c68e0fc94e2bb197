# SPDX-License-Identifier: Apache-2.0
"""Writing a clause in the console: what is typed is read as a file would be, its faults are told by their lines, and
revisions are compared line by line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from belltower.core.access.models import User
from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Clause
from belltower.core.standards.errors import BadStandard
from belltower.core.standards.examples import wrong_examples
from belltower.core.standards.models import HELD, KeptDocument, Revision, RevisionState
from belltower.core.standards.reading import read_document
from belltower.core.standards.revisions import as_yaml, bodies_of
from belltower.kernel.texts import Text

BEFORE = 4  # lines of the document that stand before the clause's own
LONGEST = 100_000
NEW = """\
id: {pack}.my_clause
title: {{zh: 新条款, en: A new clause}}
text: {{zh: 条文。, en: The sentence.}}
source: {{document: {source}, clause: "1", seen: {today}, verified: primary}}
applies_to: {kind}
values:
  at_most: {{{today}: 10}}
check: {{kind: attribute, holds: some_field <= at_most}}
grade: general
rectify_within: {{{today}: {{working: P5D}}}}
responsible: owner
examples:
  - {{name: {{zh: 恰在限值上, en: Exactly on the limit}}, on: {today}, fields: {{some_field: 10}}, outcome: holds}}
  - {{name: {{zh: 超过限值, en: Above it}}, on: {today}, fields: {{some_field: 11}}, outcome: broken}}
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with what was typed: the line (the first is 1), what stands there, and why it cannot be used."""

    line: int
    there: str
    why: Text


@dataclass(frozen=True, slots=True)
class Written:
    """What was typed, as it was understood: the clause with its body, or the first fault."""

    clause: Clause | None
    body: Mapping[str, Any]
    fault: Fault | None


def understand(typed: str, document: KeptDocument) -> Written:
    """The clause that was typed, in its document; an example that comes out wrong is a fault too."""
    if not typed.strip():
        return Written(None, {}, Fault(1, "", Text(zh="还没有内容。", en="Nothing is written yet.")))
    whole = _in_document(typed[:LONGEST], document)
    try:
        read = read_document(whole, file=document.key, register=register())
        body = next(iter(bodies_of(whole, file=document.key).values()))
    except BadStandard as refusal:
        reason, line = refusal.facts["reason"], refusal.facts["line"]
        assert isinstance(reason, Text)
        assert isinstance(line, int)
        return Written(None, {}, _fault(typed, line - BEFORE, reason))
    for clause, name, found in wrong_examples(read, register()):
        line = next(one.line for one in clause.examples if one.name == name)
        said = found.value if found else "not meant"
        why = Text(
            zh=f"例子“{name.say('zh')}”的结果是 {said}。", en=f"The example '{name.say('en')}' came out as {said}."
        )
        return Written(None, {}, _fault(typed, line - BEFORE, why))
    return Written(read.clauses[0], body, None)


def new_text(document: KeptDocument, today: str) -> str:
    """A clause to begin with, which tells by its shape what belongs into one."""
    pack = document.key.partition(".")[0]
    kinds = next((one.assets for one in register().packs if one.name == pack), ())
    return NEW.format(pack=pack, today=today, kind=kinds[0].name if kinds else "street_light",
                      source=json.dumps(document.source or "Our own order", ensure_ascii=False))  # fmt: skip


def text_of(revision: Revision) -> str:
    """A revision as a person would write it: what is kept has lost the order of its keys."""
    return as_yaml(_in_order(revision.body))


_ORDER = (
    "id", "kind", "title", "text", "zh", "en", "source", "document", "clause", "applies_to", "values", "check", "grade",
    "rectify_within", "closes_after", "reopens_within", "responsible", "not_covered", "name", "on", "fields", "outcome",
    "examples", "quiz",
)  # fmt: skip
_PLACES = {name: place for place, name in enumerate(_ORDER)}


def _in_order(body: Any) -> Any:
    if isinstance(body, list):
        return [_in_order(one) for one in body]
    if isinstance(body, dict):
        names = sorted(body, key=lambda name: (_PLACES.get(name, len(_ORDER)), name))
        return {name: _in_order(body[name]) for name in names}
    return body


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a comparison: added, removed or the same."""

    what: str
    text: str


def differences(before: Revision | None, after: Revision) -> list[Difference]:
    """What a revision changes, line by line with a little around it; all is added where there was none."""
    old = text_of(before).splitlines() if before else []
    lines = difflib.unified_diff(old, text_of(after).splitlines(), n=3, lineterm="")
    words = {"+": "added", "-": "removed", "@": "gap"}
    return [
        Difference(words.get(one[:1], "same"), "…" if one.startswith("@@") else one[1:])
        for one in lines
        if not one.startswith(("+++", "---"))
    ]


def compared_with(revision: Revision) -> Revision | None:
    """What holds of the clause, or held when this began to: the revision it is compared with."""
    others = Revision.objects.filter(clause=revision.clause, state__in=HELD).exclude(pk=revision.pk)
    if revision.since:
        others = others.filter(number__lt=revision.number)
    return others.order_by("-since", "-number").first()


def history(revision: Revision) -> dict[str, Any]:
    """A clause's revisions that the viewer sees, the newest first, with who wrote them."""
    rows = list(Revision.objects.filter(clause=revision.clause).order_by("-number"))
    names = names_of(one.written_by for one in rows)
    return {
        "revision": revision,
        "revisions": [(one, names[one.written_by]) for one in rows],
        "written": text_of(revision),
    }


def unfinished(document: str = "") -> list[tuple[Revision, str]]:
    """Drafts, and what waits for a second person, that the viewer sees; of one document, where its key is given."""
    rows = Revision.objects.filter(state__in=(RevisionState.DRAFT, RevisionState.IN_REVIEW))
    if document:
        rows = rows.filter(clause__document__key=document)
    found = list(rows.select_related("clause__document").order_by("-written_at")[:100])
    names = names_of(one.written_by for one in found)
    return [(one, names[one.written_by]) for one in found]


def names_of(references: Iterable[str]) -> dict[str, str]:
    """What those are called who wrote or reviewed: people by user name, the rest by what they are."""
    wanted = set(references)
    uids = {one: UUID(one.partition(":")[2]) for one in wanted if one.startswith("person:")}
    names = dict(User.objects.filter(uid__in=uids.values()).values_list("uid", "username"))
    return {one: names.get(uids[one], one) if one in uids else one.partition(":")[2] or one for one in wanted}


def _in_document(typed: str, document: KeptDocument) -> str:
    head = {"id": document.key, "title": document.title, "issued_by": document.issued_by}
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    first, *rest = typed.replace("\r\n", "\n").split("\n")
    return "\n".join([*lines, "clauses:", f"- {first}", *(f"  {one}" for one in rest)]) + "\n"


def _fault(typed: str, line: int, why: Text) -> Fault:
    lines = typed.splitlines() or [""]
    at = min(max(line, 1), len(lines))
    return Fault(at, lines[at - 1].strip(), why)
