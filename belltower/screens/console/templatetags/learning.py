# SPDX-License-Identifier: Apache-2.0
"""Words for pages of learning: the address of a pocket book, and in which prints there is one."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.urls import reverse

from belltower.core.learning.shelf import Part
from belltower.core.standards.clauses import Document

register = template.Library()
PRINTS = (("zh", "a6", "中文 A6"), ("zh", "a4", "中文 A4"), ("en", "a6", "EN A6"), ("en", "a4", "EN A4"))


@register.simple_tag
def book(part: Part, language: str, paper: str) -> str:
    """Where the pocket book of a part opens."""
    named = [("document", part.documents), ("sector", part.sectors), ("role", part.answered_by)]
    asked = [(name, one) for name, some in named for one in some]
    return f"{reverse('console:learning_book')}?{urlencode([*asked, ('language', language), ('paper', paper)])}"


@register.inclusion_tag("console/learning/prints.html")
def prints(part: Part, title: object) -> dict[str, object]:
    """The prints of a part's book, as links."""
    return {"part": part, "title": title, "prints": PRINTS}


@register.inclusion_tag("console/standards/books.html")
def books(document: Document | None = None) -> dict[str, object]:
    """A menu of the prints of a document's book; of no document, of the whole library."""
    return {"part": Part(documents=(document.id,)) if document else Part(), "prints": PRINTS}
