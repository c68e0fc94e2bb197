# SPDX-License-Identifier: Apache-2.0
"""What a request for features may be refused for."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class BadFeaturesQuery(Refusal):
    """A parameter that is not known here, or whose value cannot be read."""

    code = "features_bad_query"
    sentence = Text(
        zh="参数 {parameter} 无法读取：{reason}。请按接口文档（/features/api）更正。",
        en="The parameter {parameter} cannot be read: {reason}. Correct it by the document at /features/api.",
    )


class BadFilter(Refusal):
    """A CQL2 expression that cannot be read, or asks for what is not offered."""

    code = "features_bad_filter"
    sentence = Text(
        zh="筛选条件无法执行：{reason}。可用的属性见该集合的 queryables。",
        en="The filter cannot be applied: {reason}. The collection's queryables list what can be asked.",
    )


class NoSuchFormat(Refusal):
    """None of the formats that were asked for is made here."""

    code = "features_no_such_format"
    sentence = Text(
        zh="不提供“{given}”格式。可用：json、html。",
        en="The format '{given}' is not made here. There are json and html.",
    )


class ReadOnly(Refusal):
    """A method that changes something: features are written by other doors."""

    code = "features_read_only"
    sentence = Text(
        zh="此处只能读取，不接受{method}。修改请使用 API（/api/v1）。",
        en="Features are only read here; {method} is not accepted. Changes are made by the API (/api/v1).",
    )


class TooBroad(Refusal):
    """A question that would go through too much of the city."""

    code = "features_too_broad"
    sentence = Text(
        zh="该查询需要的时间过长，已停止。请缩小 bbox 或增加可索引的条件（kind、key、code）。",
        en="That question takes too long and was stopped. Narrow the bbox, or ask by kind, key or code.",
    )


def text(zh: str, en: str, **facts: object) -> Text:
    """A reason in both languages with ``facts`` filled in."""
    return Text(zh=zh, en=en).format(**facts)
