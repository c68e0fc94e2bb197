# SPDX-License-Identifier: Apache-2.0
"""What is refused of rates."""

from __future__ import annotations

from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text


class BadRates(Refusal):
    """A file of rates that cannot be used; nothing of it is. ``line`` is where it says so, the first being 1."""

    code = "bad_rates"
    sentence = Text(
        zh="指标定义 {file} 第 {line} 行：{reason}。整个文件未载入；请更正后再试。",
        en="{file}, line {line}: {reason}. Nothing of these definitions of rates is loaded; correct it and try again.",
    )


class BadPeriod(Refusal):
    """A period that ends before it begins, or lies ahead."""

    code = "bad_rate_period"
    sentence = Text(
        zh="统计期 {since} 至 {until} 无法使用：{reason}。请另选日期。",
        en="The period {since} to {until} cannot be used: {reason}. Choose other days.",
    )


class TooManyCases(Refusal):
    """More cases than are counted at one go."""

    code = "too_many_cases_to_count"
    sentence = Text(
        zh="统计范围内的案卷超过 {most} 件。请缩短统计期，或按区域、责任单位、类型分别统计。",
        en="There are more than {most} cases to look at. Choose a shorter period, or count by area, party or kind.",
    )


class NoSuchRate(NotFound):
    """A rate that nobody defined."""

    code = "no_such_rate"
    sentence = Text(
        zh="没有指标“{rate}”。请从指标列表中选择。", en="There is no rate '{rate}'. Choose one of the list."
    )
