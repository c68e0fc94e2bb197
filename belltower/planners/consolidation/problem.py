# SPDX-License-Identifier: Apache-2.0
"""The problem of consolidation: what stands on which pole, what each pole can carry, how far each thing may move.

Lengths are whole millimetres of the city's metric plane, moments whole newton metres, powers whole watts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

FARTHEST_MM = 10**10
"""Ten thousand kilometres: what lies beyond is no place of a city."""


class PolesUnclear(Refusal):
    """A problem that cannot be meant: the thing, and what is wrong with it."""

    code = "poles_unclear"
    sentence = Text(
        zh="合杆问题有误：{thing}：{reason}。请更正后重新计算。",
        en="The problem of poles cannot be meant so: {thing}: {reason}. Correct it and plan again.",
    )


@dataclass(frozen=True, slots=True)
class Kerb:
    """A line along which poles are measured, and how far apart its lamps may stand at most."""

    id: str
    gap_mm: int


@dataclass(frozen=True, slots=True)
class Pole:
    """A place where things can hang. A pole that carries nothing today is a place where one could be put up.

    ``mounts``: how many things each layer holds, from the lowest. ``carries``: whether it takes what hangs elsewhere today.
    ``kerb`` and ``at_mm``: which kerb its lamps light, and how far along it stands; None where no lighting is counted.
    """

    id: str
    owner: str
    x: int
    y: int
    mounts: tuple[int, ...]
    moment_nm: int
    power_w: int
    carries: bool = True
    kerb: str | None = None
    at_mm: int = 0


@dataclass(frozen=True, slots=True)
class Sight:
    """The point that a thing must be seen from, or must see, and the nearest and furthest it may stand from there."""

    x: int
    y: int
    nearest_mm: int
    furthest_mm: int


@dataclass(frozen=True, slots=True)
class Device:
    """A thing on a pole: a lamp, a signal head, a camera, a sign, an antenna.

    ``height_mm`` is where it hangs and ``area_cm2`` the area that wind presses on, with its shape counted in: their product is its
    moment at the foot. ``stays``: its place is mandatory. ``may_go``: a lamp that may be given up where its kerb stays lit.
    """

    id: str
    kind: str
    owner: str
    pole: str
    layer: int
    height_mm: int
    area_cm2: int
    power_w: int
    reach_mm: int
    stays: bool = False
    lights: bool = False
    may_go: bool = False
    sight: Sight | None = None


@dataclass(frozen=True, slots=True)
class PoleProblem:
    """What stands, and the rules. ``conflicts``: kinds that share no pole; ``refusals``: (owner of a device, owner of a pole).

    ``layers_mm``: the lower and the upper height of each layer. ``wind_pa``: the design pressure of wind.
    Where a kerb is lit today (a lamp within half its greatest gap) it must stay lit.
    """

    poles: tuple[Pole, ...]
    devices: tuple[Device, ...]
    layers_mm: tuple[tuple[int, int], ...]
    wind_pa: int
    kerbs: tuple[Kerb, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    refusals: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for thing, reason in _faults(self):
            raise PolesUnclear(thing=thing, reason=reason)

    def as_json(self) -> dict[str, Any]:
        """As the plan's file holds it: whole numbers, texts, lists."""
        return {
            "layers_mm": [list(layer) for layer in self.layers_mm],
            "wind_pa": self.wind_pa,
            "kerbs": [_plain(kerb) for kerb in self.kerbs],
            "conflicts": [list(pair) for pair in self.conflicts],
            "refusals": [list(pair) for pair in self.refusals],
            "poles": [{**_plain(pole), "mounts": list(pole.mounts)} for pole in self.poles],
            "devices": [{**_plain(one), "sight": one.sight and _plain(one.sight)} for one in self.devices],
        }


def read_problem(written: Mapping[str, Any]) -> PoleProblem:
    """The problem in a plan's file. Refuses what is no such problem."""
    try:
        return PoleProblem(
            poles=tuple(Pole(**{**pole, "mounts": tuple(pole["mounts"])}) for pole in written["poles"]),
            devices=tuple(
                Device(**{**one, "sight": Sight(**one["sight"]) if one.get("sight") else None})
                for one in written["devices"]
            ),
            layers_mm=tuple((low, high) for low, high in written["layers_mm"]),
            wind_pa=written["wind_pa"],
            kerbs=tuple(Kerb(**kerb) for kerb in written["kerbs"]),
            conflicts=tuple((one, other) for one, other in written["conflicts"]),
            refusals=tuple((one, other) for one, other in written["refusals"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PolesUnclear(thing=Text(zh="文件", en="the file"), reason=f"{type(error).__name__}: {error}") from error


def _plain(one: Kerb | Pole | Sight | Device) -> dict[str, Any]:
    """Its fields by name; `asdict` would copy every text, which takes a city of poles a second."""
    return {name: getattr(one, name) for name in one.__slots__}


Fault = tuple[str | Text, Text]


def _faults(problem: PoleProblem) -> Iterator[Fault]:
    yield from _twice([pole.id for pole in problem.poles], Text(zh="杆号重复", en="two poles have this number"))
    yield from _twice([one.id for one in problem.devices], Text(zh="设备号重复", en="two devices have this number"))
    yield from _twice([kerb.id for kerb in problem.kerbs], Text(zh="路缘重复", en="two kerbs have this name"))
    for low, high in problem.layers_mm:
        if not 0 <= low < high:
            yield str((low, high)), Text(zh="分层高度应由低到高", en="a layer goes from lower to higher")
    if problem.wind_pa < 0:
        yield str(problem.wind_pa), Text(zh="风压不能为负", en="wind does not pull")
    for kerb in problem.kerbs:
        if kerb.gap_mm <= 0:
            yield kerb.id, Text(zh="灯距应大于 0", en="the gap between lamps must be more than 0")
    kerbs = {kerb.id for kerb in problem.kerbs}
    for pole in problem.poles:
        yield from _faults_of_pole(pole, len(problem.layers_mm), kerbs)
    poles = {pole.id: pole for pole in problem.poles}
    for device in problem.devices:
        yield from _faults_of_device(device, poles, problem.layers_mm)


def _twice(names: list[str], reason: Text) -> Iterator[Fault]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield name, reason
        seen.add(name)


def _faults_of_pole(pole: Pole, layers: int, kerbs: set[str]) -> Iterator[Fault]:
    if len(pole.mounts) != layers:
        yield (
            pole.id,
            Text(zh=f"应有 {layers} 层的挂点数", en=f"it needs a number of mounts for each of {layers} layers"),
        )
    if min((pole.moment_nm, pole.power_w, *pole.mounts)) < 0:
        yield pole.id, Text(zh="承载力、电力与挂点不能为负", en="moment, power and mounts are not below 0")
    if max(abs(pole.x), abs(pole.y)) > FARTHEST_MM:
        yield pole.id, Text(zh="位置不在城市平面内", en="its place is not in the city's plane")
    if pole.kerb is not None and pole.kerb not in kerbs:
        yield pole.id, Text(zh=f"没有路缘 {pole.kerb}", en=f"there is no kerb {pole.kerb}")


def _faults_of_device(
    device: Device, poles: Mapping[str, Pole], layers: tuple[tuple[int, int], ...]
) -> Iterator[Fault]:
    home = poles.get(device.pole)
    if home is None:
        yield device.id, Text(zh=f"没有杆 {device.pole}", en=f"there is no pole {device.pole}")
        return
    if not 0 <= device.layer < len(layers):
        yield device.id, Text(zh=f"没有第 {device.layer} 层", en=f"there is no layer {device.layer}")
    elif not layers[device.layer][0] <= device.height_mm <= layers[device.layer][1]:
        yield device.id, Text(zh="挂高不在其分层之内", en="it hangs outside its layer")
    if min(device.area_cm2, device.power_w, device.reach_mm) < 0:
        yield device.id, Text(zh="面积、功率与可移距离不能为负", en="area, power and reach are not below 0")
    if device.may_go and (not device.lights or home.kerb is None or device.stays):
        yield (
            device.id,
            Text(zh="只有立在路缘、非固定的灯才可取消", en="only a lamp of a kerb that need not stay may be given up"),
        )
    if device.sight and not 0 <= device.sight.nearest_mm <= device.sight.furthest_mm:
        yield device.id, Text(zh="视距应由近到远", en="a range of sight goes from nearest to furthest")
