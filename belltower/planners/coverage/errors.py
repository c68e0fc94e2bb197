# SPDX-License-Identifier: Apache-2.0
"""What is refused of a problem of coverage, each with what to do next."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class BadProblem(Refusal):
    """A problem that has no meaning, or cannot be solved as it stands. Nothing was planned."""

    code = "plan_problem_wrong"
    sentence = Text(
        zh="无法规划：{reason}。请更正后重新规划。",
        en="Nothing was planned: {reason}. Correct it and plan again.",
    )


NO_RADIUS = Text(
    zh="服务半径为 {radius_mm} 毫米，必须大于零", en="the reach is {radius_mm} mm; it must be more than nothing"
)
NEGATIVE = Text(
    zh="第 {row} 个需求点“{name}”的人口为负数（{weight}）",
    en="demand {row}, '{name}', has a negative population ({weight})",
)
NEGATIVE_COST = Text(zh="候选点“{name}”的造价为负数（{cost}）", en="the cost of site '{name}' is negative ({cost})")
NOTHING_TO_COVER = Text(zh="没有需求点，或人口全为零", en="there is no demand, or nobody lives there")
NO_SITES = Text(zh="没有可用的候选点", en="there is no site that may be opened")
OFF_NETWORK = Text(
    zh="可用的候选点没有一个在路网附近（共 {count} 个）；请检查路网范围和坐标系",
    en="none of the {count} sites that may be opened is near a street; check the extent of the streets and the coordinate systems",
)
TOO_MANY = Text(
    zh="需求点有 {count:,} 个，超过上限 {most:,} 个；请先将栅格合并为较大的格子，或分区规划",
    en="there are {count:,} demand points, more than the {most:,} that are planned at once; merge the raster into larger cells first, or plan by district",
)
FAR_APART = Text(
    zh="需求点与候选点相距 {km:,} 公里，可能混用了两种坐标系",
    en="demand and sites lie {km:,} km apart; perhaps two coordinate systems are mixed",
)
FIXED_TOO_MANY = Text(
    zh="已建和在建的站点有 {fixed} 个，超过了允许的总数 {at_most} 个",
    en="{fixed} sites are built or being built, more than the {at_most} that are allowed in all",
)
NO_LIMIT = Text(
    zh="既没有给出站点数，也没有给出预算", en="neither a number of sites nor a budget is given, so all would be opened"
)
TWICE = Text(zh="同一目标只能要求 1 次或 2 次覆盖，不能是 {times} 次", en="cover once or twice, not {times} times")
STAGES_FALL = Text(
    zh="第 {stage} 期的允许总数小于前一期", en="stage {stage} allows fewer sites in all than the stage before it"
)
MEAN_BY_NUMBER = Text(
    zh="最短平均距离只能按站点总数规划，不支持预算或分类上限",
    en="the mean way is planned by a number of sites, not by a budget or classes",
)
MEAN_IMPOSSIBLE = Text(
    zh="{at_most} 个站点无法让所有有路可达的人都能到达",
    en="no {at_most} sites were found that everybody who has a way to some site can walk to",
)
STAGES_OF_MOST = Text(zh="分期建设只用于“覆盖最多”的规划", en="stages are planned for covering the most only")
