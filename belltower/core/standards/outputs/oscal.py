# SPDX-License-Identifier: Apache-2.0
"""The standards of a day as an OSCAL catalogue (NIST OSCAL 1.1.3, JSON): a control a clause, a parameter a value in force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from belltower.core.standards.outputs import wording
from belltower.core.standards.outputs.edition import Chapter, ClauseOnDay, Edition

VERSION = "1.1.3"
NAMESPACE = "https://belltower.example/ns/oscal"
"""Of our properties; a name, no address."""
_ROOT = UUID("7b1f6a4e-3f0c-5d0e-9a53-6f1f6a0c2f11")


def catalogue(edition: Edition, *, title: str, language: str = "zh") -> dict[str, Any]:
    """The catalogue document. Equal editions give equal documents: every uuid is made from what it names."""
    return {
        "catalog": {
            "uuid": _uuid("catalog", edition.digest, str(edition.day), language),
            "metadata": {
                "title": title, "last-modified": f"{edition.day}T00:00:00Z", "version": edition.digest[:16],
                "oscal-version": VERSION, "props": [_prop("digest", edition.digest), _prop("values-of", str(edition.day))],
                "roles": [{"id": str(role), "title": said.say(language)} for role, said in wording.ROLES.items()],
            },
            "groups": [_group(one, language) for one in edition.chapters],
            "back-matter": {"resources": [*_resources(edition)]},
        }
    }  # fmt: skip


def _group(chapter: Chapter, language: str) -> dict[str, Any]:
    return {
        "id": chapter.document.id, "class": "document", "title": chapter.document.title.say(language),
        "props": [_prop("issued-by", chapter.document.issued_by.say(language))],
        "controls": [_control(one, language) for one in chapter.clauses],
    }  # fmt: skip


def _control(one: ClauseOnDay, language: str) -> dict[str, Any]:
    clause = one.clause
    control: dict[str, Any] = {
        "id": clause.id, "class": str(clause.check.kind), "title": clause.title.say(language),
        "props": [*_props(one)],
        "links": [{"href": f"#{_resource_uuid(clause.source.document)}", "rel": "reference", "text": clause.source.clause}],
        "parts": [*_parts(one, language)],
    }  # fmt: skip
    if one.limits:
        control["params"] = [
            {
                "id": param_id(clause.id, limit.name), "label": limit.label.say(language), "values": [limit.said.say(language)],
                "props": [_prop("since", str(limit.since)), *([_prop("unit", limit.unit)] if limit.unit else [])],
            }
            for limit in one.limits
        ]  # fmt: skip
    return control


def param_id(clause: str, value: str) -> str:
    """The name of a value of a clause in the catalogue."""
    return f"{clause}_prm_{value}"


def _props(one: ClauseOnDay) -> Iterator[dict[str, str]]:
    clause = one.clause
    yield _prop("label", clause.id, ns=None)
    yield _prop("applies-to", clause.applies_to)
    yield _prop("grade", str(clause.grade))
    yield _prop("responsible", str(clause.responsible))
    yield _prop("verified", str(clause.source.verified))
    yield _prop("seen", str(clause.source.seen))
    yield _prop("digest", one.digest)
    if one.rectify:
        yield _prop("rectify-within", one.rectify.length, cls="working" if one.rectify.is_working else "natural")


def _parts(one: ClauseOnDay, language: str) -> Iterator[dict[str, Any]]:
    name = one.clause.id
    yield {"id": f"{name}_smt", "name": "statement", "prose": one.clause.text.say(language)}
    inserted = "；".join(
        f"{limit.label.say(language)} {{{{ insert: param, {param_id(name, limit.name)} }}}}" for limit in one.limits
    )
    rule = one.rule.say(language)
    yield {"id": f"{name}_obj", "name": "assessment-objective", "prose": f"{rule}\n\n{inserted}" if inserted else rule}
    if one.clause.not_covered:
        yield {"id": f"{name}_gdn", "name": "guidance", "prose": one.clause.not_covered.say(language)}
    for number, example in enumerate(one.examples, 1):
        yield {
            "id": f"{name}_exm_{number}", "name": "example", "ns": NAMESPACE, "prose": example.says.say(language),
            "props": [_prop("outcome", str(example.outcome)), _prop("on", str(example.on))],
        }  # fmt: skip


def _resources(edition: Edition) -> Iterator[dict[str, Any]]:
    for document in sorted({one.clause.source.document for one in edition.clauses}):
        yield {"uuid": _resource_uuid(document), "title": document, "citation": {"text": document}}


def _resource_uuid(document: str) -> str:
    return _uuid("resource", document)


def _uuid(*names: str) -> str:
    return str(uuid5(_ROOT, "\n".join(names)))


def _prop(name: str, value: str, *, ns: str | None = NAMESPACE, cls: str | None = None) -> dict[str, str]:
    own = {"ns": ns} if ns else {}
    return {"name": name, **own, "value": value, **({"class": cls} if cls else {})}
