# SPDX-License-Identifier: Apache-2.0
"""A plan on paper: set by typst from its numbers, in Chinese or English."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from belltower.core.plans.models import Adoption, Plan
from belltower.core.standards.outputs.typesetting import typeset
from belltower.kernel.texts import Text

TEMPLATE = "plans/templates/report"
_WORDS = {
    "report": Text(zh="选址方案报告", en="Report of a plan"), "reached": Text(zh="覆盖人口", en="People reached"),
    "before": Text(zh="现状覆盖", en="Reached today"), "bound": Text(zh="上限", en="The most that is possible"),
    "new": Text(zh="新建", en="New"), "reach": Text(zh="服务半径（米）", en="Reach in metres"),
    "certificate": Text(zh="证书", en="Certificate"), "curve": Text(zh="分阶段覆盖", en="By stage"),
    "stage": Text(zh="阶段", en="Stage"), "sites": Text(zh="点位", en="Sites"), "price": Text(zh="嵌套代价（人）", en="Price of nesting"),
    "areas": Text(zh="按街道", en="By street committee"), "area": Text(zh="街道", en="Street committee"),
    "people": Text(zh="人口", en="People"), "share": Text(zh="覆盖率", en="Share"), "lost": Text(zh="任何点位都无法覆盖", en="Out of any reach"),
    "straight": Text(zh="直线距离会称", en="A straight line would claim"), "void": Text(zh="已失效", en="Void"), "digest": Text(zh="摘要", en="Digest"),
}  # fmt: skip


def printed(plan: Plan, *, language: str, fonts: Path, day: date) -> bytes:
    """The PDF. Raises NotTypeset, NoFonts."""
    return typeset(TEMPLATE, page_data(plan, language), fonts=fonts, day=day)


def page_data(plan: Plan, language: str) -> dict[str, Any]:
    """All that the template prints, in one language."""
    says = plan.says
    adoption = Adoption.objects.filter(plan=plan).first()
    people = max(1, says["people"])

    def share(part: int) -> str:
        return f"{100 * part / people:.1f} %"

    return {
        "lang": language, "words": {name: said.say(language) for name, said in _WORDS.items()},
        "title": plan.question.name.say(language), "digest": plan.digest, "checker": Text.read(says["checker"]).say(language),
        "reached": f"{says['reached']:,} ({share(says['reached'])})", "before": f"{says['before']:,} ({share(says['before'])})",
        "bound": f"{plan.bound:,}", "radius": f"{says['radius_m']:,}", "lost": f"{says['lost_people']:,}",
        "straight": share(says["side_by_side"].get("straight", 0)),
        "new": [one["name"] for one in says["sites"] if one["is_new"]],
        "curve": [[str(one["stage"]), str(one["sites"]), f"{one['reached']:,}", share(one["reached"]), f"{one['price_of_nesting']:,}"]
                  for one in says["curve"]],
        "areas": [[one["name"], f"{one['people']:,}", f"{one['reached']:,}", f"{100 * one['reached'] / max(1, one['people']):.1f} %"]
                  for one in says["areas"]],
        "void": [Text.read(one).say(language) for one in adoption.void_because] if adoption else [],
    }  # fmt: skip
