# SPDX-License-Identifier: Apache-2.0
"""What attachments refuse, and why."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, NotAllowed, Refusal
from belltower.kernel.texts import Text

TAKEN = "JPEG, PNG, WebP, PDF, DOCX, XLSX, MP4, TXT, CSV"


class AttachmentTooLarge(Refusal):
    """A file above the limit of its kind."""

    code = "attachment_too_large"
    sentence = Text(
        zh="文件“{file}”超过 {most_mib} MiB 的上限。请缩小后再上传，或请管理员调高上限。",
        en="The file '{file}' is larger than {most_mib} MiB. Make it smaller, or ask an administrator to raise the limit.",
    )


class EmptyAttachment(Refusal):
    """A file with nothing in it."""

    code = "attachment_empty"
    sentence = Text(zh="文件“{file}”是空的。请重新选择文件。", en="The file '{file}' is empty. Choose it again.")


class NotTaken(Refusal):
    """Content of a kind that is not taken, whatever the file is called."""

    code = "content_not_taken"
    sentence = Text(
        zh=f"文件“{{file}}”的内容是{{seen}}，不能作为附件。可接收：{TAKEN}。请转换格式后再上传。",
        en=f"The content of '{{file}}' is {{seen}}, which is not taken. Taken are {TAKEN}. Convert it and send it again.",
    )


class HeicNotTaken(NotTaken):
    """A picture in Apple's format: no decoder that is both well kept and free of the GPL is at hand (decision 0050)."""

    code = "heic_not_taken"
    sentence = Text(
        zh="文件“{file}”是 HEIC 照片，暂不接收。请在手机“设置-相机-格式”中选“兼容性最佳”，或转成 JPEG 后再上传。",
        en="'{file}' is a HEIC photo, which is not taken yet. Set the phone's camera format to 'most compatible', or "
        "convert it to JPEG, and send it again.",
    )


class Disguised(NotTaken):
    """A file that is two things at once, or is called what it is not."""

    code = "disguised_file"
    sentence = Text(
        zh="文件“{file}”看上去是{one}，但同时是{other}，可能经过伪装。请用原始文件重新上传。",
        en="'{file}' looks like {one} but is {other} as well; it may be disguised. Send the original file.",
    )


class Damaged(NotTaken):
    """A file that begins as something and does not hold together."""

    code = "damaged_file"
    sentence = Text(
        zh="文件“{file}”是{kind}，但内容不完整或已损坏。请重新导出或拍摄后再上传。",
        en="'{file}' is {kind}, but incomplete or damaged. Export or take it again and send it.",
    )


class Bomb(NotTaken):
    """A small file that grows beyond all measure when it is opened."""

    code = "bomb"
    sentence = Text(
        zh="文件“{file}”展开后过大（{found}，上限 {most}），已拒收。请缩小后再上传。",
        en="'{file}' becomes too large when opened ({found}; at most {most}) and was refused. Make it smaller.",
    )


class HoldsMacros(NotTaken):
    """A document with a program in it."""

    code = "holds_macros"
    sentence = Text(
        zh="文件“{file}”含有宏程序，不能作为附件。请另存为不含宏的 DOCX 或 XLSX 后再上传。",
        en="'{file}' holds macros and is not taken. Save it as a DOCX or XLSX without macros and send it again.",
    )


class NotScannedYet(Conflict):
    """Content that no scanner has cleared."""

    code = "not_scanned_yet"
    sentence = Text(
        zh="附件“{file}”尚未通过病毒检查，暂不能打开。请稍后再试；长时间如此请联系管理员。",
        en="'{file}' has not been cleared by the virus scanner yet. Try again soon; if it stays so, tell an administrator.",
    )


class Infected(NotAllowed):
    """Content in which a scanner found something."""

    code = "infected"
    sentence = Text(
        zh="附件“{file}”被检出病毒（{found}），不能打开。请联系上传者和管理员。",
        en="A virus was found in '{file}' ({found}); it cannot be opened. Tell who sent it, and an administrator.",
    )


class NoCopyYet(Conflict):
    """A picture or film whose copy without position and camera is not made yet, or cannot be."""

    code = "no_copy_yet"
    sentence = Text(
        zh="附件“{file}”的可公开副本还没有生成。请稍后再试；若提示无法生成，请重新上传。",
        en="The copy of '{file}' that may be shown is not made yet. Try again soon; if it cannot be made, send the "
        "file again.",
    )


class ErasedForGood(Conflict):
    """Content that was erased by legal duty; its digest and its entries stay."""

    code = "attachment_erased"
    sentence = Text(
        zh="附件“{file}”的内容已依法删除，仅保留摘要和记录。",
        en="The content of '{file}' was erased by legal duty; its digest and its record stay.",
    )


class NotKept(Conflict):
    """A verb that is for attachments that are kept."""

    code = "attachment_not_kept"
    sentence = Text(
        zh="附件“{file}”已被撤下或删除，不能再次办理。请刷新页面。",
        en="'{file}' was taken down or erased already. Reload the page.",
    )


class NoReason(Refusal):
    """A step that must say why, and does not."""

    code = "attachment_reason_missing"
    sentence = Text(
        zh="撤下或删除附件“{file}”须说明原因。请填写后再提交。",
        en="Say why '{file}' is taken down or erased, and send it again.",
    )


class BadRange(Refusal):
    """A part of a file that it does not have."""

    code = "bad_range"
    sentence = Text(
        zh="请求的区段超出文件大小（{size} 字节）。请重新打开文件。",
        en="The range that was asked for lies outside the file ({size} bytes). Open the file again.",
    )
