# SPDX-License-Identifier: Apache-2.0
"""The system of standards as a graph to walk: documents, clauses, kinds of things, roles and parties, each by how it stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Grade
from belltower.kernel.texts import Text
from belltower.screens.console.standard_listing import Entry
from belltower.screens.console.standard_sentences import subject_title
from belltower.screens.console.standard_standing import Tally

ROOT = "all"
WIDTH, HEIGHT, ACROSS, DOWN = 900, 620, 250, 230
MOST_DRAWN = 28


@dataclass(frozen=True, slots=True)
class Node:
    """One thing of the graph; ``state`` is broken, unknown, holds or none (not judged), ``grade`` the worst that is broken."""

    key: str
    kind: str
    title: Text
    tally: Tally
    state: str
    grade: str


@dataclass(slots=True)
class Graph:
    """Which things there are, and which belong together, by their keys such as ``clause:poles.banner_size``."""

    titles: dict[str, Text] = field(default_factory=dict)
    beside: dict[str, dict[str, None]] = field(default_factory=dict)
    clauses: dict[str, list[Entry]] = field(default_factory=dict)

    def join(self, one: str, other: str) -> None:
        """The two belong together."""
        self.beside.setdefault(one, {})[other] = None
        self.beside.setdefault(other, {})[one] = None

    def node(self, key: str, tallies: Mapping[str, Tally]) -> Node:
        """A thing with how it stands: all clauses that belong to it together."""
        held = [(one, tallies[one.clause.id]) for one in self.clauses.get(key, ()) if one.clause.id in tallies]
        total = sum((tally for _, tally in held), Tally())
        broken = {one.clause.grade for one, tally in held if tally.broken}
        grade = Grade.MAJOR if Grade.MAJOR in broken else Grade.GENERAL if broken else None
        return Node(key, key.partition(":")[0], self.titles[key], total, _state(total), grade or "")


def graph_of(entries: Iterable[Entry], answering: Iterable[tuple[str, str, Text]]) -> Graph:
    """The graph of these clauses; ``answering`` are clause, key and title of parties with open findings."""
    graph, known = Graph({ROOT: Text(zh="标准体系", en="All standards")}), register()
    for entry in entries:
        clause = entry.clause
        mine = f"clause:{clause.id}"
        around = {
            f"document:{entry.document.id}": entry.document.title,
            f"kind:{clause.applies_to}": subject_title(clause, known),
            f"role:{clause.responsible}": _both(clause.responsible),
        }
        graph.titles |= around | {mine: clause.title}
        graph.join(ROOT, f"document:{entry.document.id}")
        for key in around:
            graph.join(mine, key)
        for key in (ROOT, mine, *around):
            graph.clauses.setdefault(key, []).append(entry)
    by_id = {one.clause.id: one for one in graph.clauses.get(ROOT, ())}
    for clause_id, party, title in answering:
        if clause_id in by_id:
            graph.titles[f"party:{party}"] = title
            graph.join(f"clause:{clause_id}", f"party:{party}")
            graph.clauses.setdefault(f"party:{party}", []).append(by_id[clause_id])
    return graph


@dataclass(frozen=True, slots=True)
class Placed:
    """A neighbour as it is drawn: its mark, and where its label begins or ends."""

    node: Node
    x: float
    y: float
    label_x: float
    anchor: str


def placed(nodes: list[Node]) -> list[Placed]:
    """The worst of the neighbours around the middle, clockwise from the top."""
    drawn = sorted(nodes, key=lambda one: (-one.tally.broken, one.key))[:MOST_DRAWN]
    found = []
    for number, node in enumerate(drawn):
        angle = 2 * math.pi * number / len(drawn) - math.pi / 2
        x, y = WIDTH / 2 + ACROSS * math.cos(angle), HEIGHT / 2 + DOWN * math.sin(angle)
        is_left = math.cos(angle) < -1e-9
        found.append(
            Placed(
                node, round(x, 1), round(y, 1), round(x + (-14 if is_left else 14), 1), "end" if is_left else "start"
            )
        )
    return found


def _state(tally: Tally) -> str:
    if not tally.judged:
        return "none"
    return "broken" if tally.broken else "unknown" if tally.unknown else "holds"


def _both(role: str) -> Text:
    return {
        "territory": Text(zh="属地政府", en="The territorial government"),
        "sector": Text(zh="行业主管部门", en="The sector's regulator"),
        "enterprise": Text(zh="企业", en="The enterprise"),
        "owner": Text(zh="权属单位", en="The owner"),
    }[role]
