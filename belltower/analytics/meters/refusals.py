# SPDX-License-Identifier: Apache-2.0
"""What is refused of files of pulses and of labels."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class NoMeterFile(Refusal):
    """A file whose columns are not those of pulses, or of labels."""

    code = "meter_file_wrong"
    sentence = Text(
        zh="“{file}”缺少列 {missing}。请检查是否选对了文件。",
        en="{file} has no column {missing}. Is it the right file?",
    )


class NothingToEvaluate(Refusal):
    """Labels of which none belongs to a day of the pulses."""

    code = "meter_labels_foreign"
    sentence = Text(
        zh="{labels} 条标注中没有一条与脉冲数据的表具和日期对应，无法评价。",
        en="None of the {labels} labels belongs to a meter and day of the pulses: there is nothing to evaluate.",
    )
