# SPDX-License-Identifier: Apache-2.0
"""Learning home: the books of one's own part, one's exams; a book as PDF; and the check of a certificate's number."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from belltower.core.access.people import today
from belltower.core.access.rules import Verb
from belltower.core.learning import books, certificates, people, shelf
from belltower.core.learning.models import Sitting
from belltower.core.learning.people import Mine
from belltower.core.learning.rules import ExamState
from belltower.core.learning.shelf import Part
from belltower.core.standards.outputs.book import LANGUAGES, PAPERS, TITLE, Print
from belltower.core.standards.outputs.edition import Edition
from belltower.core.standards.outputs.errors import NothingToPrint
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console import built, learning_words
from belltower.screens.console.context import city_name
from belltower.screens.console.doors import ConsoleRequest, door, open_door

FONTS = built.FOLDER / "fonts"
BOOK = Text(zh="口袋书", en="pocket book")
_BOOK_OF = Text(zh="口袋书：{part}", en="Pocket book: {part}")


@door(Verb.VIEW)
def home(request: ConsoleRequest) -> HttpResponse:
    """My books and my exams."""
    mine = people.exams_of(request.user, request.roles, request.now)
    page = {
        "open": [one for one in mine if one.state is ExamState.OPEN and not one.passed],
        "to_come": [one for one in mine if one.state is ExamState.TO_COME],
        "taken": [one for one in mine if one.sittings and (one.passed or one.state is not ExamState.OPEN)],
        "missed": [one for one in mine if one.state is ExamState.OVER and not one.sittings],
        "certificates": _certificates(mine),
        **_books(request),
    }
    return render(request, "console/learning/home.html", page)


@door(Verb.VIEW)
def book(request: ConsoleRequest) -> HttpResponse:
    """The pocket book of the part that the address names, as PDF. Raises NotFound for another paper or language, NothingToPrint."""
    language, paper = request.GET.get("language", "zh"), request.GET.get("paper", "a6")
    if language not in LANGUAGES or paper not in PAPERS:
        raise NotFound(noun=BOOK, name=f"{language} {paper}")
    part = Part(request.GET.getlist("document"), request.GET.getlist("sector"), request.GET.getlist("role"))
    title = learning_words.called(part, learning_words.documents())
    how = Print(
        FONTS, language=language, paper=paper, address=request.build_absolute_uri("/"), publisher=city_name() or "",
        title=TITLE if title == learning_words.WHOLE else _BOOK_OF.format(part=title),
    )  # fmt: skip
    made = books.book_of(shelf.standards_on(today(request.now)), part, how)
    return pdf(made, f"{title.say(language)}-{language}-{paper}.pdf")


@open_door
def check(request: HttpRequest) -> HttpResponse:
    """Whether a certificate's number is one of ours: for anybody who holds one."""
    typed = request.GET.get("number", "").strip()[:40]
    found = certificates.known(typed) if typed else None
    return render(request, "console/learning/check.html", {"typed": typed, "found": found})


def pdf(made: bytes, name: str) -> HttpResponse:
    """A PDF that the browser opens, and saves under ``name``."""
    shown = content_disposition_header(as_attachment=False, filename=name) or "inline"
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": shown})


def _books(request: ConsoleRequest) -> dict[str, object]:
    """Books of the viewer's own part first, then of everything, by sector and by document."""
    try:
        whole = shelf.standards_on(today(request.now))
    except NothingToPrint:
        return {"is_empty": True}
    titles = {one.document.id: one.document.title for one in whole.chapters}
    mine = [
        {"part": part, "title": learning_words.called(part, titles), "clauses": clauses}
        for part, clauses in shelf.parts_for(request.user, whole)
    ]
    sectors = [Part(), *(Part(sectors=(name,)) for name in learning_words.sectors())]
    documents = [Part(documents=(one.document.id,)) for one in whole.chapters]
    return {"mine": mine, "all": _listed(sectors, whole, titles), "by_document": _listed(documents, whole, titles)}


def _listed(parts: list[Part], whole: Edition, titles: dict[str, Text]) -> list[dict[str, object]]:
    return [
        {"part": part, "title": learning_words.called(part, titles), "clauses": clauses}
        for part in parts
        if (clauses := shelf.count(whole, part))
    ]


def _certificates(mine: list[Mine]) -> list[tuple[Mine, Sitting]]:
    return [(one, one.passed) for one in mine if one.passed]
