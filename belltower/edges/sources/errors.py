# SPDX-License-Identifier: Apache-2.0
"""What is refused of a source: its mapping, its credentials, a frame that cannot be read, a far end that is away."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class BadMapping(Refusal):
    """A mapping that cannot be used; ``line`` is where it says so, the first line being 1."""

    code = "bad_source_mapping"
    sentence = Text(
        zh="数据来源映射第 {line} 行：{reason}。请更正后再用 belltower source check 检查。",
        en="Line {line} of the source's mapping: {reason}. Correct it, and check it with belltower source check.",
    )


class NoCredential(Refusal):
    """A variable or file that a mapping names for a credential is not there."""

    code = "no_credential"
    sentence = Text(
        zh="找不到映射所指的凭据 {where}：{reason}。请设置该环境变量或文件后重试。",
        en="The credential that the mapping names, {where}, is missing: {reason}. Set that variable or file, and try again.",
    )


class BadFrame(Refusal):
    """A frame that a mapping does not turn into readings; it is kept aside."""

    code = "bad_frame"
    sentence = Text(
        zh="收到的数据无法按映射解读：{reason}。该数据已另存，更正映射后可以重放。",
        en="What was received cannot be read by the mapping: {reason}. It is kept aside; replay it when the mapping is right.",
    )


class SourceAway(Refusal):
    """The far end cannot be reached, refuses us, or went away; the bridge tries again by itself."""

    code = "source_away"
    sentence = Text(
        zh="数据来源 {address} 连接不上：{reason}。系统会自动重试；请检查网络、地址和凭据。",
        en="The source at {address} cannot be reached: {reason}. It is tried again by itself; check network, address and credentials.",
    )
