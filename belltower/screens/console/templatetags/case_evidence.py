# SPDX-License-Identifier: Apache-2.0
"""The evidence of a case for templates: ``{% evidence_of_case case as shown %}``, as far as the viewer sees it."""

from __future__ import annotations

from django import template

from belltower.core.cases.models import Case
from belltower.core.evidence.showing import evidence_of
from belltower.core.fieldwork.models import Act, Outcome

register = template.Library()
MOST = 20


@register.simple_tag
def evidence_of_case(case: Case) -> dict[str, object]:
    """Its evidence with verdicts, and what was told outside when the case had gone on."""
    acts = Act.objects.filter(case=case, outcome=Outcome.CONFLICT)
    return {"rows": evidence_of(case), "acts": list(acts[:MOST])}
