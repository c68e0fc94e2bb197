# SPDX-License-Identifier: Apache-2.0
"""Who the demo city's bodies are, and who answers for which kind of asset where (parties.yaml)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from belltower.core.places.actions.parties import PartyDraft
from belltower.core.places.models import PartyKind, Role
from belltower.demo.geography import District
from belltower.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Answers:
    """One responsibility: a party answers in a role for a kind ("" is every kind) in an area (None is the city)."""

    party: str
    role: Role
    kind: str
    area: str | None = None


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "parties.yaml").read_text(encoding="utf-8"))
    return found


def parties(districts: Sequence[District]) -> Iterator[PartyDraft]:
    """Every body of a demo city, and a government for each of its districts."""
    for one in _read()["parties"]:
        name = Text(zh=one["zh"], en=one["en"])
        yield PartyDraft(key=one["key"], kind=one["kind"], name=name, parent_key=one.get("parent"))
    for district in districts:
        zh, en = f"{district.name.zh}人民政府（演示）", f"Government of {district.name.en} (demo)"
        yield PartyDraft(key=government_of(district.code), kind=PartyKind.GOVERNMENT, name=Text(zh=zh, en=en))


def responsibilities(districts: Sequence[District]) -> Iterator[Answers]:
    """Territory by district; sector and enterprise by kind. Every asset has a territory and a sector."""
    for district in districts:
        yield Answers(government_of(district.code), Role.TERRITORY, "", district.code)
    for role, by_kind in _read()["responsibilities"].items():
        for kind, party in by_kind.items():
            yield Answers(party, Role(role), kind)


def basis() -> str:
    """The document the responsibilities rest on: none, it is a demo, and it says so."""
    return str(_read()["basis"])


def government_of(district: str) -> str:
    """The key of a district's government."""
    return f"demo-government-{district}"
