# SPDX-License-Identifier: Apache-2.0
"""The few media types that are taken, and what is known of a file once it was recognised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from belltower.kernel.texts import Text

OPEN_XML = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class MediaType:
    """One type: its name, its family (limits go by it), the ending a saved file gets, others that may be called so."""

    name: str
    family: str
    ending: str
    title: Text
    endings: tuple[str, ...] = ()


JPEG = MediaType("image/jpeg", "picture", ".jpg", Text(zh="JPEG 图片", en="a JPEG picture"), (".jpeg", ".jpe", ".jfif"))
PNG = MediaType("image/png", "picture", ".png", Text(zh="PNG 图片", en="a PNG picture"))
WEBP = MediaType("image/webp", "picture", ".webp", Text(zh="WebP 图片", en="a WebP picture"))
PDF = MediaType("application/pdf", "document", ".pdf", Text(zh="PDF 文档", en="a PDF document"))
DOCX = MediaType(
    f"{OPEN_XML}.wordprocessingml.document", "document", ".docx", Text(zh="Word 文档", en="a Word document")
)
XLSX = MediaType(f"{OPEN_XML}.spreadsheetml.sheet", "document", ".xlsx", Text(zh="Excel 表格", en="an Excel workbook"))
MP4 = MediaType("video/mp4", "video", ".mp4", Text(zh="MP4 视频", en="an MP4 video"), (".m4v", ".3gp"))
TXT = MediaType("text/plain", "text", ".txt", Text(zh="文本", en="plain text"), (".log", ".md"))
CSV = MediaType("text/csv", "text", ".csv", Text(zh="CSV 表格", en="a CSV table"), (".tsv",))

TAKEN: Mapping[str, MediaType] = {one.name: one for one in (JPEG, PNG, WEBP, PDF, DOCX, XLSX, MP4, TXT, CSV)}
FAMILY_OF_ENDING = {ending: one.family for one in TAKEN.values() for ending in (one.ending, *one.endings)}


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file is, and what else its bytes told (JSON)."""

    media: MediaType
    facts: Mapping[str, Any] = field(default_factory=dict)
