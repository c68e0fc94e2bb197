# SPDX-License-Identifier: Apache-2.0
"""What is refused of a file that a plan is to be made from."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class BadInput(Refusal):
    """A file that cannot be planned from. Nothing was planned."""

    code = "plan_input_wrong"
    sentence = Text(
        zh="{file} 不能用于规划：{reason}。请更正后重新规划。",
        en="{file} cannot be planned from: {reason}. Correct it and plan again.",
    )


UNREADABLE = Text(zh="无法读取（{error}）", en="it cannot be read ({error})")
NO_CRS = Text(zh="没有坐标系说明，请补充坐标系", en="it does not say its coordinate system; add it")
WRONG_CRS = Text(
    zh="坐标系写的是 {crs}，坐标却不在其范围内，可能混用了两种坐标系",
    en="it says {crs}, but its coordinates are not of that system; perhaps two coordinate systems are mixed",
)
NO_FIELD = Text(zh="没有字段“{field}”，现有：{known}", en="it has no field '{field}'; it has {known}")
NO_NUMBER = Text(zh="第 {row} 行的“{field}”不是数：{value}", en="row {row}: '{field}' is no number: {value}")
NEGATIVE = Text(zh="第 {row} 行的人口为负数（{value}）", en="row {row} has a negative population ({value})")
TOO_LARGE = Text(
    zh="共有 {count:,} 个像元，超过上限 {most:,} 个；请先裁剪到城区，或合并为较大的格子",
    en="it has {count:,} cells, more than the {most:,} that are read; cut it to the city or merge it into larger cells first",
)
NOT_PLACED = Text(zh="不是 GeoTIFF：没有坐标信息", en="it is no GeoTIFF: nothing says where it lies")
WRONG_STATE = Text(
    zh="第 {row} 行的状态“{value}”无法识别，可用：free（可选）、fixed（已建、在建）、forbidden（禁建）",
    en="row {row}: state '{value}' is not known; there are free, fixed (built or being built) and forbidden",
)
NO_LINES = Text(zh="没有线", en="it has no lines")
