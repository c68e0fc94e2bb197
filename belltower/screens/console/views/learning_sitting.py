# SPDX-License-Identifier: Apache-2.0
"""Taking an exam: begin, one question a page, hand in, and what came of it. The server's clock counts."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from belltower.core.access.rules import Verb
from belltower.core.learning import actions, certificates, people
from belltower.core.learning.models import Sitting
from belltower.core.learning.shelf import Part
from belltower.core.ledger.entries import record
from belltower.core.places.scope import seen_as
from belltower.core.standards.outputs.book import LANGUAGES
from belltower.kernel.errors import NotFound
from belltower.screens.console import learning_sheet, learning_words
from belltower.screens.console.context import city_name
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.views.learning import FONTS, pdf


@door(Verb.VIEW)
def exam(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """An exam before it is begun: what is asked, how long, what passes. Raises NotFound where it is not meant for the viewer."""
    mine = people.exam_of(uid, request.user, request.roles, request.now)
    found = mine.exam
    part = Part(found.documents, found.sectors, found.answered_by)
    page = {
        "mine": mine,
        "exam": found,
        "part": learning_words.called(part, learning_words.documents()),
        "state_word": learning_words.state_word(mine.state),
    }
    return render(request, "console/learning/exam.html", page)


@require_POST
@door(Verb.VIEW)
def begin(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Draw the questions and let the time run. Raises NotFound, ExamNotOpen, NoAttemptsLeft or BadExam."""
    mine = people.exam_of(uid, request.user, request.roles, request.now)
    sitting = actions.begin(mine.exam, request.user, request.roles, by=request.actor, now=request.now)
    return redirect("console:sitting_question", sitting.uid, 1)


@door(Verb.VIEW)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """A sitting: while it is open what is answered and the hand-in, afterwards its result. Raises NotFound."""
    found = Sitting.objects.select_related("exam", "person").filter(uid=uid, person=request.user).first()
    if found is None:
        return _result_of_another(request, uid)
    sitting = actions.settle(found, request.now)
    if not sitting.is_open:
        return render(request, "console/learning/result.html", learning_sheet.result_page(sitting) | _mine(request))
    left = learning_words.time_left(sitting, request.now)
    page = {"sitting": sitting, "left": left, **learning_sheet.steps(sitting)}
    return render(request, "console/learning/overview.html", page)


@door(Verb.VIEW)
def question(request: ConsoleRequest, uid: UUID, number: int) -> HttpResponse:
    """One question; POST keeps the answer and goes on. Raises NotFound, NoSuchAnswer or SittingOver."""
    sitting = actions.settle(_own(request, uid), request.now)
    if not 1 <= number <= len(sitting.questions):
        raise NotFound(noun=people.SITTING, name=f"{uid}/{number}")
    if not sitting.is_open:
        return _to(request, reverse("console:sitting", args=[uid]))
    if request.method == "POST":
        return _answered(request, sitting, number)
    page = learning_sheet.question_page(sitting, number)
    return render(
        request, "console/learning/question.html", page | {"left": learning_words.time_left(sitting, request.now)}
    )


@require_POST
@door(Verb.VIEW)
def hand_in(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Hand it in; nothing changes the second time. Raises NotFound."""
    actions.hand_in(_own(request, uid), by=request.actor, now=request.now)
    return redirect("console:sitting", uid)


@door(Verb.VIEW)
def clock(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """How long is left, as a part of a page; once it is over, the page goes to the result. Raises NotFound."""
    sitting = actions.settle(_own(request, uid), request.now)
    if not sitting.is_open:
        return _to(request, reverse("console:sitting", args=[uid]))
    page = {"sitting": sitting, "left": learning_words.time_left(sitting, request.now)}
    return render(request, "console/learning/clock.html", page)


@door(Verb.VIEW)
def certificate(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The certificate of a passed sitting as PDF. Raises NotFound, or BadExam where it was not passed."""
    language = request.GET.get("language") or ("zh" if (get_language() or "zh").startswith("zh") else "en")
    if language not in LANGUAGES:
        raise NotFound(noun=people.SITTING, name=language)
    sitting = actions.settle(_own(request, uid), request.now)
    check = request.build_absolute_uri(reverse("console:certificate_check"))
    made = certificates.printed(
        sitting, fonts=FONTS, language=language, publisher=city_name() or "",
        address=f"{check}?number={sitting.certificate}",
    )  # fmt: skip
    return pdf(made, f"{sitting.exam.name.say(language)}-{sitting.certificate}.pdf")


def _own(request: ConsoleRequest, uid: UUID) -> Sitting:
    found = Sitting.objects.select_related("exam", "person").filter(uid=uid, person=request.user).first()
    if found is None:
        raise NotFound(noun=people.SITTING, name=uid)
    return found


def _answered(request: ConsoleRequest, sitting: Sitting, number: int) -> HttpResponse:
    """Keep what was chosen, if anything was, and go where the button says; a part of a page is told that it is kept."""
    chosen = request.POST.get("answer", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 4:
        sitting = actions.answer(sitting, {number - 1: int(chosen)}, by=request.actor, now=request.now)
    if request.headers.get("HX-Request"):
        return render(
            request,
            "console/learning/kept.html",
            {"sitting": sitting, "number": number} | learning_sheet.steps(sitting),
        )
    to = number + (-1 if request.POST.get("to") == "previous" else 1)
    if 1 <= to <= len(sitting.questions):
        return redirect("console:sitting_question", sitting.uid, to)
    return redirect("console:sitting", sitting.uid)


def _result_of_another(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Somebody else's result, for who sets exams where that person is; each look is an entry. Raises NotFound."""
    if not request.standing.may(Verb.SET_EXAMS):
        raise NotFound(noun=people.SITTING, name=uid)
    with seen_as(request.standing.scope(Verb.SET_EXAMS), viewer=request.actor.uid):
        rows = Sitting.objects.select_related("exam", "person").exclude(handed_in_at=None)
        found = rows.filter(uid=uid).first()
        if found is None:
            raise NotFound(noun=people.SITTING, name=uid)
        record("learning.result_read", by=request.actor, subject=found.person.reference, about={"sitting": str(uid)})
        page = learning_sheet.result_page(found) | {"is_own": False, "person": found.person.title}
        return render(request, "console/learning/result.html", page)


def _mine(request: ConsoleRequest) -> dict[str, object]:
    return {"is_own": True, "person": request.user.title}


def _to(request: ConsoleRequest, address: str) -> HttpResponse:
    """Go there: the whole page, also where only a part of it asked."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)
