# SPDX-License-Identifier: Apache-2.0
"""A small standard whose value changes on a day, and how a printed page is read again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pypdfium2

from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Document
from belltower.core.standards.outputs.edition import Edition, edition
from belltower.core.standards.reading import read_document

FONTS = Path(__file__).parents[4] / "screens/console/static/built/fonts"
BEFORE, AFTER = date(2024, 12, 31), date(2025, 1, 1)
WRITTEN = """\
id: poles.lights
title: {zh: 路灯, en: Street lights}
issued_by: {zh: 市政府, en: City}
clauses:
- id: poles.bright_enough
  title: {zh: 路灯够亮, en: Bright enough}
  text: {zh: 高于三米的路灯，功率不低于规定。, en: A light above three metres is bright enough.}
  source: {document: 第 7 号令, clause: "1", seen: 2026-08-01, verified: secondary}
  applies_to: street_light
  values: {least: {2020-01-01: 40, 2025-01-01: 60}, tall: {2020-01-01: 3}}
  check: {kind: attribute, where: height > tall, holds: wattage >= least}
  grade: major
  rectify_within: {2020-01-01: {natural: PT8H}, 2025-01-01: {working: P5D}}
  responsible: owner
  examples:
  - {name: bright, on: 2026-01-01, fields: {height: 8, wattage: 60}, outcome: holds}
  - {name: dim, on: 2026-01-01, fields: {height: 8, wattage: 39}, outcome: broken}
  - {name: dim since 2025, on: 2026-01-01, fields: {height: 8, wattage: 50}, outcome: broken}
  quiz:
  - question: {zh: 谁负责？, en: "Who answers?"}
    right: {zh: 权属单位, en: The owner}
    wrong: [{zh: 属地, en: Territory}, {zh: 行业, en: Sector}, {zh: 居民, en: Residents}]
"""


def lights(written: str = WRITTEN) -> Document:
    """The standard of lights."""
    return read_document(written, file="lights.yaml", register=register())


def on(day: date, written: str = WRITTEN) -> Edition:
    """What it says on a day."""
    return edition([lights(written)], day=day, register=register())


def text_of(made: bytes) -> str:
    """All text of a PDF, a gap between two pages, without the zero-width characters that let lines break."""
    with pypdfium2.PdfDocument(made) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\u200b", "")


def outside_the_page(made: bytes, margin: float) -> list[tuple[int, str]]:
    """Texts of a PDF that stand nearer to the edge of their page than ``margin`` points, with the page's number from 1."""
    found = []
    with pypdfium2.PdfDocument(made) as document:
        for number, page in enumerate(document, 1):
            text, (width, height) = page.get_textpage(), page.get_size()
            for index in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(index)
                if left < margin or bottom < margin or right > width - margin or top > height - margin:
                    found.append((number, text.get_text_bounded(left, bottom, right, top)))
    return found
