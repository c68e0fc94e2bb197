# SPDX-License-Identifier: Apache-2.0
"""The evaluations of a case for templates, and the marks that one may give."""

from __future__ import annotations

from django import template

from belltower.core.cases.evaluating import Evaluation, Mark
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.table import Step

register = template.Library()


@register.filter
def evaluations(case: Case) -> list[tuple[CaseStep, Evaluation]]:
    """Each evaluation with its step, the newest first. Only what was ended once is looked up."""
    if not case.ended_at:
        return []
    found = case.steps.filter(step=Step.EVALUATE).order_by("-number")
    return [(one, Evaluation.read(one.about)) for one in found]


@register.simple_tag
def marks() -> type[Mark]:
    """The marks, the best first."""
    return Mark
