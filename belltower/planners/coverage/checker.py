#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a plan of stations from its file alone: ``python3 -I -S checker.py PLAN.json``. Any Python; no solver, no library.

1. The digest is the problem's. 2. What is open may be, and keeps the limits. 3. Everybody who counts as reached has a way to an
open site, summed up segment by segment. 4. Nobody who could be reached is called out of reach, and nobody who could not is kept.
5. The bound follows from the multipliers in the certificate, in whole numbers (docs/why/plans.md says why it is a bound).
All multipliers and gains are in units of 1 / ``scale``. This file shares no code with the planner.
"""

import hashlib
import heapq
import itertools
import json
import math
import sys
from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """The certificate does not prove what the plan says."""


def must(holds: object, otherwise: str) -> None:
    if not holds:
        raise Refused(otherwise)


class City:
    """The problem, with what can be computed of it: ways to sites by a search from each, and what each is worth."""

    def __init__(self, problem: dict[str, Any], scale: int) -> None:
        must(isinstance(scale, int) and scale > 0, "its scale is no positive number")
        self.scale = scale
        self.p, self.demand, self.sites = problem, problem["demand"], problem["sites"]
        self.everyone, self.everywhere = range(len(self.demand["x"])), range(len(self.sites["x"]))
        self.allowed = [s for s in self.everywhere if self.sites["states"][s] != "forbidden"]
        self.fixed = {s for s in self.everywhere if self.sites["states"][s] == "fixed"}
        self.price = [0 if s in self.fixed else self.sites["cost"][s] for s in self.everywhere]
        self.is_mean = problem["task"] == "mean_way"
        unit = 100 if problem["times"] == 2 else 1
        shares = (unit, problem["second_percent"]) if problem["times"] == 2 else (unit, 0)
        self.worth = [[people * share for share in shares] for people in self.demand["people"]]
        must(all(people >= 0 for people in self.demand["people"]), "a population is negative")
        self.duals: list[list[int]] = []
        self.gains: dict[int, dict[int, Any]] = {}
        self.into: dict[int, list[tuple[int, int]]] = {}
        self.ending: dict[int, list[tuple[int, int]]] = {}
        self.beside: dict[int, list[int]] = {}
        self.length: dict[tuple[int, int], int] = {}
        self.streets = problem["streets"] if problem["over"] == "streets" else None
        if self.streets:
            self.read_streets(self.streets)

    def read_streets(self, st: dict[str, Any]) -> None:
        must(all(mm >= 0 for mm in st["mm"] + self.demand["legs"] + self.sites["legs"]), "a length is negative")
        for u, v, mm, back in zip(st["starts"], st["ends"], st["mm"], st["back"], strict=True):
            for a, b in [(u, v), (v, u)] if back else [(u, v)]:
                self.into.setdefault(b, []).append((a, mm))
                self.length[a, b] = min(mm, self.length.get((a, b), mm))
        self.first = {i: self.ends(self.demand, i, True) for i in self.everyone if self.demand["segments"][i] >= 0}
        self.last = {s: self.ends(self.sites, s, False) for s in self.everywhere if self.sites["segments"][s] >= 0}
        for i, ways in self.first.items():
            self.beside.setdefault(self.demand["segments"][i], []).append(i)
            for crossing, mm in ways.items():
                self.ending.setdefault(crossing, []).append((i, mm))

    def ends(self, places: dict[str, Any], k: int, is_leaving: bool) -> dict[int, int]:
        """From a place to the crossings it may walk to first, or to a place from those it may be walked to from."""
        st: Any = self.streets
        segment, along, leg = places["segments"][k], places["along"][k], places["legs"][k]
        u, v, rest, back = st["starts"][segment], st["ends"][segment], st["mm"][segment] - along, st["back"][segment]
        must(along >= 0 and rest >= 0, "a place lies beyond its segment")
        ways: dict[int, int] = {}
        for crossing, mm, may in (
            (v, rest, is_leaving or back or rest == 0),
            (u, along, not is_leaving or back or along == 0),
        ):
            if may:
                ways[crossing] = min(mm + leg, ways.get(crossing, mm + leg))
        return ways

    def direct(self, i: int, s: int) -> float:
        """The way along one segment, or across the plane; infinite where there is none."""
        if not self.streets:
            square: int = (self.demand["x"][i] - self.sites["x"][s]) ** 2 + (
                self.demand["y"][i] - self.sites["y"][s]
            ) ** 2
            root = math.isqrt(square)
            return root + (root * root < square)
        onward = self.sites["along"][s] - self.demand["along"][i]
        same: bool = self.demand["segments"][i] == self.sites["segments"][s] >= 0
        may = same and (onward >= 0 or self.streets["back"][self.sites["segments"][s]])
        mm: float = abs(onward) + self.demand["legs"][i] + self.sites["legs"][s] if may else math.inf
        return mm

    def reached(self, sites: list[int], most: float) -> dict[int, float]:
        """Everybody who comes to one of some sites within ``most``: Dijkstra's search, against the streets' direction."""
        if not self.streets:
            return {i: mm for s in sites for i in self.everyone if (mm := self.direct(i, s)) <= most}
        found: dict[int, float] = {}
        for s in sites:
            for i in self.beside.get(self.sites["segments"][s], ()):
                found[i] = min(self.direct(i, s), found.get(i, math.inf))
        queue: list[tuple[float, int]] = [
            (mm, crossing) for s in sites for crossing, mm in self.last.get(s, {}).items()
        ]
        settled: set[int] = set()
        heapq.heapify(queue)
        while queue:
            mm, crossing = heapq.heappop(queue)
            if crossing in settled or mm > most:
                continue
            settled.add(crossing)
            for i, more in self.ending.get(crossing, ()):
                found[i] = min(mm + more, found.get(i, math.inf))
            for before, more in self.into.get(crossing, ()):
                if before not in settled:
                    heapq.heappush(queue, (mm + more, before))
        return {i: mm for i, mm in found.items() if mm <= most and mm < math.inf}

    def walked(self, i: int, s: int, crossings: list[int]) -> float:
        """The length of one way that the certificate shows, segment by segment."""
        if not crossings:
            return self.direct(i, s)
        first, last = self.first[i].get(crossings[0]), self.last[s].get(crossings[-1])
        if first is None or last is None:
            raise Refused(f"the way of demand {i} does not begin or end where it must")
        steps = [self.length.get(step, math.inf) for step in itertools.pairwise(crossings)]
        return first + sum(steps) + last


def check(file: dict[str, Any]) -> dict[str, Any]:
    """What is proven: value, bound, whether they meet, and a sentence in both languages. Raises Refused."""
    problem, plan, certificate = file["problem"], file["plan"], file["certificate"]
    written = json.dumps(problem, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    digest = "sha256:" + hashlib.sha256(written.encode()).hexdigest()
    must(file["problem_digest"] == digest, "the problem was changed after it was solved")
    city = City(problem, certificate["scale"])
    check_open(city, plan["open"])
    city.duals = certificate["duals"]
    check_duals(city)
    farthest = max((dearest(city, dual) for dual in city.duals), default=0) if city.is_mean else 0
    reached = {s: city.reached([s], farthest or city.sites["radius"][s]) for s in city.allowed}
    near = city.reached(city.allowed, math.inf) if city.is_mean else set().union(*reached.values())
    lost = sorted(set(city.everyone) - set(near))
    must(sorted(plan["uncoverable"]) == lost, "who is out of reach is not told right")
    wants = {i: int(i in near) for i in city.everyone}
    if problem["times"] == 2:
        wants = {i: min(2, sum(i in some for some in reached.values())) for i in city.everyone}
    value = value_of(city, plan, certificate["ways"], wants, set(near))
    must(value == plan["value"], f"its value is {value}, not {plan['value']}")
    is_most = problem["task"] == "cover_most"
    gone = replaced(city, certificate["replaced"], reached)
    total = bound_of(city, certificate["tree"], city.fixed, gone, reached, wants)
    bound = total // city.scale if is_most else -(-total // city.scale)
    must(bound == certificate["bound"], f"its bound is {bound}, not {certificate['bound']}")
    low, high = (value, bound) if is_most else (bound, value)
    must(low <= plan["bound"] <= high, "the bound that it states contradicts its certificate")
    must(plan["status"] != "proven" or plan["bound"] == value, "it is called proven, but its bound is open")
    return verdict(value, bound, plan["status"] == "proven")


def check_open(city: City, opened: list[int]) -> None:
    must(len(set(opened)) == len(opened) and set(opened) <= set(city.allowed), "a site is open that may not be")
    must(city.fixed <= set(opened), "a site that stands is not open")
    must(not (broken := breaks(city, set(opened))), f"the limit of {broken} is broken")


def breaks(city: City, opened: set[int]) -> str:
    """Which limit these sites break, or nothing. What stands is not counted against money, nor shut for its class."""
    limits, kinds = city.p["limits"], city.sites["classes"]
    if limits["at_most"] is not None and len(opened) > limits["at_most"]:
        return "number"
    if limits["budget"] is not None and sum(city.price[s] for s in opened) > limits["budget"]:
        return "money"
    for kind, most in limits["of_class"].items():
        of_kind = [s for s in opened if kinds[s] == kind]
        if len(of_kind) > max(most, sum(s in city.fixed for s in of_kind)):
            return f"class {kind}"
    return ""


def replaced(city: City, pairs: list[list[int]], reached: Any) -> set[int]:
    """Sites that need not be opened, since another reaches all whom they reach, is no dearer and keeps the same limits."""
    kinds, caps = city.sites["classes"], city.p["limits"]["of_class"]
    is_priced = city.p["by_cost"] if city.p["task"] == "cover_all" else city.p["limits"]["budget"] is not None
    gone = {one for one, _ in pairs}
    must(not pairs or (city.p["times"] == 1 and not city.is_mean), "a site is called replaced where it cannot be")
    for one, other in pairs:
        is_same = kinds[one] == kinds[other] or kinds[other] not in caps
        is_cheap = not is_priced or city.price[other] <= city.price[one]
        must(reached[one].keys() <= reached[other].keys(), f"site {other} does not reach all that {one} reaches")
        must(other in city.fixed or (is_same and is_cheap), f"site {other} is no substitute for {one}")
        must(one not in city.fixed and other not in gone, f"site {one} cannot be replaced by {other}")
    return gone


def value_of(city: City, plan: Any, ways: Any, wants: Mapping[int, int], near: set[int]) -> int:
    """What the shown ways are worth; each is walked anew."""
    opened, shown = set(plan["open"]), dict[int, dict[int, float]]()
    for i, s, *crossings in ways:
        must(s in opened, f"the way of demand {i} leads to a site that is not open")
        mm = city.walked(i, s, crossings)
        must(mm < math.inf and (city.is_mean or mm <= city.sites["radius"][s]), f"the way of demand {i} is too long")
        shown.setdefault(i, {})[s] = mm
    if city.is_mean:
        must(set(shown) == near, "a demand has no way, or one that has none is shown one")
        return sum(city.demand["people"][i] * int(min(ways.values())) for i, ways in shown.items())
    if city.p["task"] == "cover_most":
        return sum(sum(city.worth[i][: len(ways)]) for i, ways in shown.items())
    for i in city.everyone:
        must(len(shown.get(i, ())) >= wants[i], f"demand {i} is not covered")
    return sum(city.price[s] for s in opened) if city.p["by_cost"] else len(opened)


def check_duals(city: City) -> None:
    """Multipliers are whole and not negative; for the mean way, none is of nobody, since nobody's way costs nothing."""
    for dual in city.duals:
        must(len(dual) == len(city.everyone), "a multiplier is missing")
        must(all(isinstance(u, int) and u >= 0 for u in dual), "a multiplier is negative or no whole number")
        idle = any(u and not people for u, people in zip(dual, city.demand["people"], strict=True))
        must(not city.is_mean or not idle, "a multiplier is of nobody")


def dearest(city: City, dual: list[int]) -> int:
    """How far anybody's multiplier can pay for: sites beyond it collect nothing."""
    some = zip(dual, city.demand["people"], strict=True)
    return max((-(-u // (city.scale * people)) for u, people in some if people), default=0)


def bound_of(city: City, tree: Any, opened: set[int], closed: set[int], reached: Any, wants: Mapping[int, int]) -> Any:
    """The bound of a tree: no plan with ``opened`` and without ``closed`` is better. One of two branches holds the best."""
    must(not opened & closed, "a branch closes a site that it opens")
    if "site" in tree:
        must(tree["site"] in reached and tree["site"] not in opened | closed, "a branch is on a site that is settled")
        with_it = bound_of(city, tree["open"], opened | {tree["site"]}, closed, reached, wants)
        without = bound_of(city, tree["closed"], opened, closed | {tree["site"]}, reached, wants)
        return max(with_it, without) if city.p["task"] == "cover_most" else min(with_it, without)
    if "short" in tree:
        left = sum(tree["short"] in some for s, some in reached.items() if s not in closed)
        must(city.p["task"] == "cover_all" and left < wants[tree["short"]], "a branch is cut off without reason")
        return city.scale * (sum(city.price) + len(city.price))
    if "over" in tree:
        must(city.p["task"] == "cover_most" and breaks(city, opened), "a branch is cut off without reason")
        return 0
    if "settled" in tree:
        inside, outside = set(tree["opens"]), set(tree["closes"])
        must(not (inside | outside) & (opened | closed) and inside | outside <= set(reached), "a site is settled twice")
        ends = [leaf(city, tree["settled"], 0, opened, closed | {s}, reached, wants) for s in tree["opens"]]
        ends += [leaf(city, tree["settled"], 0, opened | {s}, closed, reached, wants) for s in tree["closes"]]
        worst = max if city.p["task"] == "cover_most" else min
        return worst([bound_of(city, tree["rest"], opened | inside, closed | outside, reached, wants), *ends])
    return leaf(city, tree["dual"], tree["money"], opened, closed, reached, wants)


def leaf(city: City, number: int, money: int, opened: set[int], closed: set[int], reached: Any, wants: Any) -> int:
    """Lagrange: each multiplier prices a demand's wish; sites collect the prices of those whom they reach."""
    must(money >= 0 and 0 <= number < len(city.duals), "the price of money is negative, or multipliers are missing")
    dual, people = city.duals[number], city.demand["people"]
    if number not in city.gains and city.is_mean:
        must(all(wants[i] or not u for i, u in enumerate(dual)), "a multiplier is of somebody without a way")
        paid = {s: ((dual[i], city.scale * people[i] * mm) for i, mm in some.items()) for s, some in reached.items()}
        city.gains[number] = {s: sum(u - cost for u, cost in some if u > cost) for s, some in paid.items()}
    elif number not in city.gains:
        city.gains[number] = {s: sum(dual[i] for i in some) for s, some in reached.items()}
    gains = city.gains[number]
    if city.is_mean:
        return int(sum(dual) - best(city, gains, opened, closed, money))
    if city.p["task"] == "cover_most":
        keeps = sum(max(0, city.scale * worth - dual[i]) for i in city.everyone for worth in city.worth[i])
        return int(keeps + best(city, gains, opened, closed, money))
    left = {s: city.scale * (city.price[s] if city.p["by_cost"] else 1) - gains[s] for s in gains if s not in closed}
    over = sum(more if s in opened else min(0, more) for s, more in left.items())
    return int(sum(u * wants[i] for i, u in enumerate(dual)) + over)


def best(city: City, gains: dict[int, int], opened: set[int], closed: set[int], money: int) -> int:
    """The most that the open sites and the best of those that may be added collect; ``money`` prices the budget."""
    limits, kinds = city.p["limits"], city.sites["classes"]
    must(money == 0 or limits["budget"] is not None, "a budget is priced that does not exist")
    gain = {s: gains[s] - money * city.price[s] for s in gains}
    room = (len(gains) if limits["at_most"] is None else limits["at_most"]) - len(opened)
    left = {kind: most - sum(kinds[s] == kind for s in opened) for kind, most in limits["of_class"].items()}
    total = sum(gain[s] for s in opened) + money * (limits["budget"] or 0)
    for s in sorted(set(gain) - opened - closed, key=lambda s: -gain[s]):
        if room > 0 and gain[s] > 0 and left.get(kinds[s], 1) > 0:
            total, room, left[kinds[s]] = total + gain[s], room - 1, left.get(kinds[s], len(gains) + 1) - 1
    return total


def verdict(value: int, bound: int, is_called_proven: bool) -> dict[str, Any]:
    """What was found, in words; it says what is proven here, and what only the solver said."""
    share = abs(bound - value) / max(1, abs(bound))
    zh, en = (
        f"证书本身证明距最优至多 {share:.2%}",
        f"the certificate itself proves it at most {share:.2%} from the best",
    )
    if value == bound:
        zh, en = "证书本身证明没有更好的方案", "the certificate itself proves that none is better"
    elif is_called_proven:
        zh, en = f"{zh}；求解器称已达最优，此处未复核", f"{en}; the solver calls it the best, which is not checked here"
    zh, en = (
        f"方案成立，目标值 {value:,}，界 {bound:,}：{zh}。",
        f"The plan stands, {value:,} against a bound of {bound:,}: {en}.",
    )
    return {"value": value, "bound": bound, "is_proof": value == bound, "gap": share, "says": {"zh": zh, "en": en}}


if __name__ == "__main__":
    try:
        with open(sys.argv[1], encoding="utf-8") as opened_file:
            print(check(json.load(opened_file))["says"]["en"])
    except Refused as refused:
        sys.exit(f"The certificate does not hold: {refused}.")
