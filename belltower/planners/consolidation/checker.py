# SPDX-License-Identifier: Apache-2.0
"""Checks a plan of poles with Python alone: ``python -I -S checker.py PLAN.json``. It shares no line with the planner.

What hangs where is checked thing by thing. That fewer poles cannot do is shown group by group (a group shares no device and
no window of light with the rest): a small one by trying everything, another by its prices, which bound every plan whatever they are.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from typing import Any

UNIT, SMALL = 1_000_000, 9
Thing = dict[str, Any]
Window = tuple[list[str], int]
"""The poles whose lamps light one point of a kerb, and the point's price."""


class Refused(Exception):
    """Why the plan does not stand."""


def check(file: Thing) -> Thing:
    """What was found of the plan: ``value`` poles, ``bound`` (no plan has fewer), and both said in zh and en."""
    written = json.dumps(file["problem"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if file["problem_digest"] != "sha256:" + hashlib.sha256(written.encode()).hexdigest():
        raise Refused("the problem is not the one that was planned for")
    city, plan = _City(file["problem"]), file["plan"]
    loads = city.loads(plan["hangs"], plan["given_up"])
    city.lit_as_today({pole for pole, load in loads.items() if any(d["lights"] for d in load)})
    value, bound = len(loads), _bound(city, file["certificate"])
    if plan["value"] != value or plan["bound"] != bound:
        raise Refused(f"{value} poles are kept and {bound} are proven, not {plan['value']} and {plan['bound']}")
    if value < bound or (plan["status"] == "proven") != (value == bound):
        raise Refused(f"status {plan['status']} with {value} poles and a bound of {bound}")
    return {"value": value, "bound": bound, "says": _says(value, bound)}


def _says(value: int, bound: int) -> dict[str, str]:
    if value == bound:
        zh, en = f"成立：保留 {value} 根杆，已证明不能更少", f"it stands: {value} poles are kept, proven fewest"
    else:
        zh, en = (
            f"成立：保留 {value} 根杆，至少需 {bound} 根",
            f"it stands: {value} poles are kept, at least {bound} are needed",
        )
    return {"zh": zh, "en": en}


class _City:
    """A problem as the checker reads it."""

    def __init__(self, problem: Thing) -> None:
        self.wind, self.devices = problem["wind_pa"], problem["devices"]
        self.poles = {pole["id"]: pole for pole in problem["poles"]}
        self.gap = {kerb["id"]: kerb["gap_mm"] for kerb in problem["kerbs"]}
        self.conflicts = {frozenset(pair) for pair in problem["conflicts"]}
        self.refusals = {tuple(pair) for pair in problem["refusals"]}
        if len({d["id"] for d in self.devices}) < len(self.devices) or len(self.poles) < len(problem["poles"]):
            raise Refused("two poles or two devices have the same number")
        cell = max([1, *(d["reach_mm"] for d in self.devices)])
        squares: dict[tuple[int, int], list[Thing]] = defaultdict(list)
        for pole in self.poles.values():
            squares[pole["x"] // cell, pole["y"] // cell].append(pole)
        self.choices: dict[str, list[str]] = {}
        for device in self.devices:
            home = self.poles[device["pole"]]
            x, y = home["x"] // cell, home["y"] // cell
            near = [p for i in (x - 1, x, x + 1) for j in (y - 1, y, y + 1) for p in squares.get((i, j), ())]
            self.choices[device["id"]] = [
                home["id"],
                *(p["id"] for p in near if p is not home and self._may(device, home, p)),
            ]

    def _may(self, device: Thing, home: Thing, pole: Thing) -> bool:
        if device["stays"] or not pole["carries"] or (device["owner"], pole["owner"]) in self.refusals:
            return False
        if device["lights"] and pole["kerb"] != home["kerb"]:
            return False
        if (home["x"] - pole["x"]) ** 2 + (home["y"] - pole["y"]) ** 2 > device["reach_mm"] ** 2:
            return False
        if sight := device["sight"]:
            away = (sight["x"] - pole["x"]) ** 2 + (sight["y"] - pole["y"]) ** 2
            if not sight["nearest_mm"] ** 2 <= away <= sight["furthest_mm"] ** 2:
                return False
        return self.wrong(pole, [device]) is None

    def wrong(self, pole: Thing, load: list[Thing]) -> str | None:
        """Why the pole does not carry these together; None where it does. What hangs there alone today, it carries."""
        if all(d["pole"] == pole["id"] for d in load):
            return None
        for layer, mounts in enumerate(pole["mounts"]):
            if sum(d["layer"] == layer for d in load) > mounts:
                return f"more than {mounts} mounts in layer {layer}"
        if self.wind * sum(d["area_cm2"] * d["height_mm"] for d in load) > pole["moment_nm"] * 10_000_000:
            return f"a moment above {pole['moment_nm']} N m"
        if sum(d["power_w"] for d in load) > pole["power_w"]:
            return f"a power above {pole['power_w']} W"
        kinds = [d["kind"] for d in load]
        pairs = (frozenset((one, other)) for i, one in enumerate(kinds) for other in kinds[:i])
        return next((f"{' and '.join(sorted(pair))} together" for pair in pairs if pair in self.conflicts), None)

    def loads(self, hangs: dict[str, str], given_up: list[str]) -> dict[str, list[Thing]]:
        """What hangs on each pole, once every device was found in its place, and every pole found to carry its load."""
        loads: dict[str, list[Thing]] = defaultdict(list)
        gone = set(given_up)
        if len(given_up) != len(gone) or len(hangs) + len(gone) != len(self.devices):
            raise Refused("not every device is in the plan once")
        for device in self.devices:
            name = device["id"]
            if name in gone and device["may_go"] and device["lights"] and name not in hangs:
                continue
            if name not in hangs or hangs[name] not in self.choices[name]:
                raise Refused(f"device {name} may not hang on {hangs.get(name, 'no pole')}")
            loads[hangs[name]].append(device)
        for pole, load in loads.items():
            if why := self.wrong(self.poles[pole], load):
                raise Refused(f"pole {pole} would carry {why}")
        return loads

    def light(self, poles: set[str]) -> dict[str, list[tuple[int, int]]]:
        """The stretches of each kerb that lamps on these poles light, from the first; in halves of a millimetre."""
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for pole in (self.poles[name] for name in poles):
            if pole["kerb"] is not None:
                half = self.gap[pole["kerb"]]
                found[pole["kerb"]].append((2 * pole["at_mm"] - half, 2 * pole["at_mm"] + half))
        return {kerb: sorted(stretches) for kerb, stretches in found.items()}

    def lit_as_today(self, lamps: set[str]) -> None:
        """Refuses a plan that leaves dark what a lamp lights today."""
        after = self.light(lamps)
        for kerb, stretches in self.light({d["pole"] for d in self.devices if d["lights"]}).items():
            for begins, ends in stretches:
                for start, stop in after.get(kerb, ()):
                    if start <= begins:
                        begins = max(begins, stop)
                if begins < ends:
                    raise Refused(f"kerb {kerb} would be dark at {begins / 2000:.3f} m")


def _bound(city: _City, certificate: Thing) -> int:
    """No plan has fewer poles: the sum over the groups, each rounded up by itself."""
    prices, windows = certificate["device_prices"], _windows(city, certificate["windows"])
    above = {name: name for name in city.poles}

    def top(one: str) -> str:
        while above[one] != one:
            above[one] = one = above[above[one]]
        return one

    for together in [*city.choices.values(), *(poles for poles, _ in windows)]:
        for other in together[1:]:
            above[top(other)] = top(together[0])
    groups: dict[str, tuple[list[Thing], list[Window]]] = defaultdict(lambda: ([], []))
    for device in city.devices:
        groups[top(device["pole"])][0].append(device)
    for window in windows:
        groups[top(window[0][0])][1].append(window)
    return sum(
        _fewest(city, devices, lights)
        if len(devices) <= SMALL and not any(d["id"] in prices for d in devices)
        else _worth(city, devices, lights, prices)
        for devices, lights in groups.values()
    )


def _windows(city: _City, listed: list[list[Any]]) -> list[Window]:
    """For each point of light the poles whose lamps could light it, and its price; a point must be lit today."""
    lamps: dict[str, set[str]] = defaultdict(set)
    today: dict[str, set[str]] = defaultdict(set)
    for device in city.devices:
        if device["lights"] and (kerb := city.poles[device["pole"]]["kerb"]) is not None:
            today[kerb].add(device["pole"])
            lamps[kerb].update(city.choices[device["id"]])
    found = []
    for kerb, at, price in listed:
        near = [p for p in sorted(lamps[kerb]) if abs(4 * city.poles[p]["at_mm"] - at) <= 2 * city.gap[kerb]]
        if price < 0 or not today[kerb].intersection(near):
            raise Refused(f"kerb {kerb} is not lit today at {at / 4000:.3f} m, or its price is below nothing")
        found.append((near, price))
    return found


def _fewest(city: _City, devices: list[Thing], windows: list[Window]) -> int:
    """The fewest poles that carry these devices and light these windows, by trying everything."""
    devices = sorted(devices, key=lambda d: (d["may_go"], len(city.choices[d["id"]])))
    best = len(devices) + 1
    on: dict[str, list[Thing]] = defaultdict(list)

    def place(number: int, used: int) -> None:
        nonlocal best
        if used >= best:
            return
        if number == len(devices):
            lit = {pole for pole, load in on.items() if any(d["lights"] for d in load)}
            if all(lit.intersection(poles) for poles, _ in windows):
                best = used
            return
        device = devices[number]
        if device["may_go"]:
            place(number + 1, used)
        for pole in sorted(city.choices[device["id"]], key=lambda name: not on[name]):
            if not on[pole] and used + 1 >= best:
                break
            on[pole].append(device)
            if city.wrong(city.poles[pole], on[pole]) is None:
                place(number + 1, used + (len(on[pole]) == 1))
            on[pole].pop()

    place(0, 0)
    return best


def _worth(city: _City, devices: list[Thing], windows: list[Window], prices: dict[str, int]) -> int:
    """What prices prove: their sum, less what the dearest load of each pole is worth above one pole."""
    light: dict[str, int] = defaultdict(int)
    near: dict[str, list[tuple[int, Thing]]] = defaultdict(list)
    for poles, price in windows:
        for pole in poles:
            light[pole] += price
    worth = sum(price for _, price in windows)
    for device in devices:
        price = prices.get(device["id"], 0)
        if device["may_go"] and price > 0:
            raise Refused(f"lamp {device['id']} may be given up, and so is worth nothing by itself")
        worth += price
        for pole in city.choices[device["id"]]:
            near[pole].append((price, device))
    for pole, reaching in near.items():
        useful = [(price, d) for price, d in reaching if price > 0 or (d["lights"] and light[pole])]
        worth -= max(0, _dearest(city, city.poles[pole], sorted(useful, key=lambda one: -one[0]), light[pole]) - UNIT)
    return max(0, -(-worth // UNIT))


def _dearest(city: _City, pole: Thing, reaching: list[tuple[int, Thing]], light: int) -> int:
    """The price of the dearest load that the pole carries; its light counts once, where one of the load is a lamp."""
    best = 0
    rest = [sum(max(0, price) for price, _ in reaching[i:]) for i in range(len(reaching) + 1)]

    def take(number: int, load: list[Thing], price: int, is_lit: bool) -> None:
        nonlocal best
        best = max(best, price)
        if number == len(reaching) or price + rest[number] + (0 if is_lit else light) <= best:
            return
        cost, device = reaching[number]
        if city.wrong(pole, [*load, device]) is None:
            is_new = device["lights"] and pole["kerb"] is not None and not is_lit
            take(number + 1, [*load, device], price + cost + (light if is_new else 0), is_lit or is_new)
        take(number + 1, load, price, is_lit)

    take(0, [], 0, False)
    return best


if __name__ == "__main__":
    try:
        with open(sys.argv[1], encoding="utf-8") as opened:
            print(check(json.load(opened))["says"]["en"])
    except Refused as refused:
        sys.exit(f"it does not stand: {refused}")
