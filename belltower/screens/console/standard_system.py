# SPDX-License-Identifier: Apache-2.0
"""The system of standards as a graph to walk: documents, clauses, kinds of things, roles and parties, each by how it stands."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Grade
from belltower.kernel.texts import Text
from belltower.screens.console.standard_listing import Entry
from belltower.screens.console.standard_sentences import subject_title
from belltower.screens.console.standard_standing import Tally

ROOT = "all"
MOST_DRAWN = 28
ROW, SIZE = 34, 14
"""Between the rows of a drawing, and of its letters, in its own units: a row is never less than two lines of letters."""


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
    """A neighbour as it is drawn: its mark, its label as far as there is room for it, and where that begins or ends.

    ``edge`` is the way of the line to it from the middle, as an SVG path.
    """

    node: Node
    x: float
    y: float
    label: str
    label_x: float
    anchor: str
    edge: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The thing in the middle at (x, y), and its neighbours in rows of their own, so that no label meets another."""

    name: str
    width: int
    height: int
    x: float
    y: float
    placed: tuple[Placed, ...]


def drawings(nodes: list[Node], language: str) -> tuple[Drawing, Drawing]:
    """The worst of the neighbours, drawn for a wide page on both sides of the middle, and for a narrow one below it."""
    drawn = sorted(nodes, key=lambda one: (-one.tally.broken, one.key))[:MOST_DRAWN]
    return _wide(drawn, language), _narrow(drawn, language)


def _wide(drawn: list[Node], language: str) -> Drawing:
    """The worst at the right from the top down, then at the left; the marks lie on an arc around the middle."""
    width, middle, reach = 760, 380.0, 105.0
    half = math.ceil(len(drawn) / 2)
    height = max(half, 4) * ROW + ROW
    found = []
    for number, node in enumerate(drawn):
        is_left = number >= half
        rows = len(drawn) - half if is_left else half
        y = height / 2 + (number % half - (rows - 1) / 2) * ROW
        bow = math.sqrt(max(0.0, 1 - ((y - height / 2) / (height / 2)) ** 2))
        side = -1 if is_left else 1
        x = round(middle + side * reach * (0.55 + 0.45 * bow), 1)
        label_x = x + side * 16
        room = label_x if is_left else width - label_x
        label = fitted(node.title.say(language), room - 4)
        edge = f"M{middle} {height / 2}L{x} {y}"
        found.append(Placed(node, x, y, label, label_x, "end" if is_left else "start", edge))
    return Drawing("wide", width, height, middle, height / 2, tuple(found))


def _narrow(drawn: list[Node], language: str) -> Drawing:
    """One below the other as branches of a stem, each as far from the next as a thumb needs."""
    width, row, stem, x = 330, 44, 20.0, 46.0
    found = []
    for number, node in enumerate(drawn):
        y, label = 64.0 + row * number, fitted(node.title.say(language), width - x - 20)
        found.append(Placed(node, x, y, label, x + 16, "start", f"M{stem} {stem}V{y}H{x}"))
    return Drawing("narrow", width, 64 + row * max(1, len(found)), stem, stem, tuple(found))


def fitted(title: str, room: float) -> str:
    """As much of a title as there is room for, with an ellipsis where that is not all of it.

    A letter is taken to be as wide as in a broad system font: an ideograph a whole size, any other 0.58 of it.
    """
    widths = [SIZE if unicodedata.east_asian_width(one) in "WF" else SIZE * 0.58 for one in title]
    if sum(widths) <= room:
        return title
    kept, used = 0, float(SIZE)
    while kept < len(title) and used + widths[kept] <= room:
        used += widths[kept]
        kept += 1
    return title[:kept].rstrip() + "…"


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
