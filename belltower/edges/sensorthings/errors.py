# SPDX-License-Identifier: Apache-2.0
"""What a SensorThings request may be refused for, each with the status that the standard asks for."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class StaRefusal(Refusal):
    """A refusal of this door; ``status`` is its HTTP status."""

    status = 400


class BadQuery(StaRefusal):
    """A query option or path that cannot be read."""

    code = "sta_bad_query"
    sentence = Text(
        zh="无法读取“{given}”：{reason}。请按 OData 写法更正。",
        en="Cannot read '{given}': {reason}. Correct it as OData writes it.",
    )


class BadEntity(StaRefusal):
    """A body that is not an entity of its set."""

    code = "sta_bad_entity"
    sentence = Text(
        zh="{entity}不能保存：{reason}。请更正后重新发送。",
        en="This {entity} cannot be stored: {reason}. Correct it and send it again.",
    )


class EntityTooLarge(StaRefusal):
    """A single entity larger than any is."""

    status = 413
    code = "sta_too_large"
    sentence = Text(
        zh="该内容有 {size} 字节，一个实体最多 {most} 字节，未保存。多条观测请用 CreateObservations。",
        en="This has {size} bytes; one entity may have {most}. Nothing was stored. Send many observations by CreateObservations.",
    )


class NoSuchEntity(StaRefusal):
    """An entity, or a path, that is not there, or not for this caller."""

    status = 404
    code = "sta_not_found"
    sentence = Text(
        zh="没有“{what}”。请检查编号与路径。",
        en="There is no '{what}'. Check its id and the path.",
    )


class NotHere(StaRefusal):
    """A method that this address does not take."""

    status = 405
    code = "sta_method_not_allowed"
    sentence = Text(
        zh="此处不接受{method}：{what}。请改用标准规定的方法。",
        en="{method} is not done at '{what}'. Use a method that the standard gives it.",
    )


class StillInUse(StaRefusal):
    """Something else depends on what was to be deleted."""

    status = 409
    code = "sta_still_in_use"
    sentence = Text(
        zh="{what}仍被使用（{reason}），不能删除。请先解除关联。",
        en="{what} is still in use ({reason}) and is not deleted. Take that away first.",
    )


def text(zh: str, en: str, **facts: object) -> Text:
    """A reason in both languages with ``facts`` filled in."""
    return Text(zh=zh, en=en).format(**facts)
