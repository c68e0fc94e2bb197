# SPDX-License-Identifier: Apache-2.0
"""Exams as who sets them sees them: the list, a new one, its results by unit and by question, its withdrawal."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from belltower.core.access.models import RoleName
from belltower.core.access.rules import Verb
from belltower.core.learning import actions, people
from belltower.core.learning.models import Exam
from belltower.core.learning.people import state_at
from belltower.core.learning.shelf import Part
from belltower.core.places.models import Party
from belltower.kernel.errors import NotFound, Refusal
from belltower.screens.console import learning_form, learning_results, learning_words
from belltower.screens.console.doors import ConsoleRequest, door

SHOWN = 200


@door(Verb.SET_EXAMS)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """Every exam that the viewer sees, with how many sat and passed as far as they see that."""
    rows = Exam.objects.annotate(
        sat=Count("sittings", filter=Q(sittings__handed_in_at__isnull=False)),
        under_way=Count("sittings", filter=Q(sittings__handed_in_at=None)),
        passed=Count("sittings", filter=Q(sittings__is_passed=True)),
    )
    listed = [_row(one, request) for one in rows[:SHOWN]]
    return render(request, "console/learning/exams.html", {"rows": listed})


@door(Verb.SET_EXAMS)
def set_one(request: ConsoleRequest) -> HttpResponse:
    """The form of a new exam; a refusal stands in it and loses nothing typed."""
    typed = request.POST if request.method == "POST" else learning_form.blank(request.now)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            draft = learning_form.draft(typed)
            made = actions.set_exam(draft, within=request.scope, by=request.actor, now=request.now)
        except Refusal as refused:
            refusal = refused
        else:
            return redirect("console:exam_results", made.uid)
    said = {"sentence": refusal.say(get_language() or "zh"), "code": refusal.code} if refusal else None
    page = learning_form.offered(typed, request.scope) | {"refusal": said}
    return render(request, "console/learning/set.html", page, status=422 if refusal else 200)


@door(Verb.SET_EXAMS)
def results(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One exam: for whom it is, and what its sittings show. Raises NotFound."""
    exam = _find(uid)
    part = Part(exam.documents, exam.sectors, exam.answered_by)
    page = {
        **_row(exam, request),
        "part": learning_words.called(part, learning_words.documents()),
        "for_roles": [RoleName(one).label for one in exam.roles if one in RoleName.values],
        "for_parties": list(Party.objects.filter(pk__in=exam.party_ids).order_by("key")),
        **learning_results.page_of(exam),
    }
    return render(request, "console/learning/results.html", page)


@require_POST
@door(Verb.SET_EXAMS)
def withdraw(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Nobody begins it any more. Raises NotFound where there is none, or it is not the viewer's to withdraw."""
    actions.withdraw_exam(_find(uid), by=request.actor, now=request.now)
    return redirect("console:exam_results", uid)


def _row(exam: Exam, request: ConsoleRequest) -> dict[str, object]:
    state = state_at(exam, request.now)
    return {"exam": exam, "state": state, "state_word": learning_words.state_word(state)}


def _find(uid: UUID) -> Exam:
    found = Exam.objects.filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=people.EXAM, name=uid)
    return found
