# SPDX-License-Identifier: Apache-2.0
"""Finds the checker of a plan's kind and asks it. Python alone: ``python -S -m belltower.planners.certifying PLAN.json``.

A checker is ``planners/<kind>/checker.py``: ``check(file)`` returns what it found, or raises its own ``Refused`` with the
reason. It imports the standard library only.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

FORMAT = "belltower-plan/1"
_HERE = Path(__file__).parent


class NoPlan(Refusal):
    """A file that is no plan, or a plan of a kind or format that this version cannot check."""

    code = "plan_unreadable"
    sentence = Text(
        zh="{file} 不是可核验的方案：{reason}。请使用 belltower plan 生成的文件。",
        en="{file} is no plan that can be checked: {reason}. Use a file that belltower plan wrote.",
    )


class NotCertified(Refusal):
    """A plan whose certificate does not prove what it says."""

    code = "plan_not_certified"
    sentence = Text(
        zh="{file} 的证书不成立：{reason}。请勿采用此方案，请重新计算。",
        en="The certificate of {file} does not hold: {reason}. Do not adopt this plan; compute it anew.",
    )


def kinds() -> list[str]:
    """The kinds of plans that have a checker."""
    return sorted(path.parent.name for path in _HERE.glob("*/checker.py"))


def certify(text: str, *, file: str, problem_digest: str | None = None) -> Mapping[str, Any]:
    """What the checker found of the plan written in ``text``: ``value``, ``bound``, ``says`` (zh, en) and its own facts.

    ``problem_digest``: the problem that it must answer; left out, the one in the file.
    Refuses what is no plan (NoPlan), and what its certificate does not prove (NotCertified).
    """
    plan = _read(text, file)
    if problem_digest is not None and plan.get("problem_digest") != problem_digest:
        raise NotCertified(file=file, reason=Text(zh="它回答的是另一个问题", en="it answers another problem"))
    checker = importlib.import_module(f"belltower.planners.{plan['kind']}.checker")
    try:
        found: Mapping[str, Any] = checker.check(plan)
    except checker.Refused as refused:
        raise NotCertified(file=file, reason=str(refused)) from None
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise NotCertified(file=file, reason=f"{type(error).__name__}: {error}") from error
    return found


def _read(text: str, file: str) -> dict[str, Any]:
    try:
        plan = json.loads(text)
    except (ValueError, RecursionError):
        raise NoPlan(file=file, reason=Text(zh="不是 JSON", en="it is not JSON")) from None
    if not isinstance(plan, dict) or plan.get("format") != FORMAT:
        raise NoPlan(file=file, reason=Text(zh=f"格式不是 {FORMAT}", en=f"its format is not {FORMAT}"))
    if plan.get("kind") not in kinds():
        known = ", ".join(kinds())
        raise NoPlan(file=file, reason=Text(zh=f"其种类不是 {known} 之一", en=f"its kind is none of {known}"))
    return plan


def main(arguments: list[str]) -> int:
    """Check the named files; 1 when any does not hold."""
    is_wrong = False
    for name in arguments:
        try:
            found = certify(Path(name).read_text(encoding="utf-8"), file=name)
            print(f"{name}: {found['says']['zh']}\n{name}: {found['says']['en']}")
        except Refusal as refusal:
            print(f"{refusal.say('zh')}\n{refusal.say('en')}  [{refusal.code}]", file=sys.stderr)
            is_wrong = True
    return 1 if is_wrong or not arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
