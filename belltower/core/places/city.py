# SPDX-License-Identifier: Apache-2.0
"""The city of this installation: its profile in force and its metric plane, and the profiles that come ready."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from belltower.core.places.models import City
from belltower.kernel.city import BadProfile, CityProfile, read
from belltower.kernel.errors import Refusal
from belltower.kernel.plane import MetricPlane
from belltower.kernel.texts import Text

PROFILES = Path(__file__).parent / "profiles"
# How long a process may go on with a profile that another process has just replaced (docs/decisions/0010).
REREAD_AFTER_S = 2.0


class NoCityChosen(Refusal):
    """There is no profile yet, so nothing can be placed."""

    code = "no_city_chosen"
    sentence = Text(
        zh="尚未选定城市。请先运行 `belltower city use hengyang`（或您自己的档案文件）。",
        en="No city has been chosen yet. Run `belltower city use hengyang` first (or use a profile file of your own).",
    )


class UnknownProfile(Refusal):
    """Neither a ready profile's name nor a readable file."""

    code = "unknown_profile"
    sentence = Text(
        zh="没有名为“{name}”的城市档案，也没有这样的文件。现成的档案：{known}。",
        en="There is no city profile '{name}', nor such a file. Ready ones: {known}.",
    )


_kept: tuple[float, CityProfile] | None = None


def current() -> CityProfile:
    """The profile in force. Raises NoCityChosen where there is none.

    Kept in the process and read again after REREAD_AFTER_S; a change made by this process shows at once.
    """
    global _kept
    now, kept = time.monotonic(), _kept
    if kept and now - kept[0] <= REREAD_AFTER_S:
        return kept[1]
    row = City.objects.values_list("profile", flat=True).first()
    if row is None:
        forget()
        raise NoCityChosen()
    # An unchanged profile stays the same object, and is not read through again.
    profile = kept[1] if kept and kept[1].as_json() == row else read(row, source="(database)")
    _kept = (now, profile)
    return profile


def plane() -> MetricPlane:
    """The metric plane of the city in force. Raises NoCityChosen where there is none."""
    return _plane(current().plane)


def forget() -> None:
    """Read the profile anew at the next call."""
    global _kept
    _kept = None


def ready_profiles() -> dict[str, Path]:
    """The profiles that come with the program, by name."""
    return {path.stem: path for path in sorted(PROFILES.glob("*.yaml"))}


def load_profile(name_or_path: str | Path) -> CityProfile:
    """The ready profile of that name, or the one in that YAML file. Raises UnknownProfile or BadProfile."""
    path = ready_profiles().get(str(name_or_path), Path(name_or_path))
    if not path.is_file():
        raise UnknownProfile(name=name_or_path, known=", ".join(ready_profiles()))
    return read(_mapping(path), source=path.name)


def _mapping(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = Text(zh="不是有效的 YAML", en="it is not YAML")
        raise BadProfile(source=path.name, key="", reason=reason, hint=" ".join(str(error).split())) from None
    if not isinstance(found, dict):
        hint = Text(zh="可从现成的档案改起。", en="Begin from a ready profile.")
        raise BadProfile(source=path.name, key="", reason=Text(zh="没有键值", en="it holds no keys"), hint=hint)
    return found


@lru_cache(maxsize=8)
def _plane(definition: str) -> MetricPlane:
    return MetricPlane(definition)
