# SPDX-License-Identifier: Apache-2.0
"""Pictures of evidence: the copies that do not say where and with which phone they were taken, for who sees the case."""

from __future__ import annotations

from uuid import UUID

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from belltower.core.access.rules import Verb
from belltower.core.attachments import rules
from belltower.core.attachments.content.media import JPEG
from belltower.core.attachments.errors import NoCopyYet
from belltower.core.attachments.keeping import keeping
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.stores import store
from belltower.core.evidence import showing
from belltower.screens.api.files import Sent, answer
from belltower.screens.console.doors import ConsoleRequest, door


@door(Verb.VIEW)
@require_safe
def small(request: ConsoleRequest, evidence: UUID) -> HttpResponseBase:
    """A small picture of it. Raises NoSuchEvidence, NoCopyYet, and what attachments refuse."""
    row = _openable(evidence)
    size = store().size(row.thumbnail) if row.thumbnail else None
    if size is None:
        raise NoCopyYet(file=row.name)
    return answer(request, Sent(row.thumbnail, size, JPEG, f"{row.name}.thumbnail.jpg"))


@door(Verb.VIEW)
@require_safe
def whole(request: ConsoleRequest, evidence: UUID) -> HttpResponseBase:
    """The picture or film. Raises NoSuchEvidence, NoCopyYet, and what attachments refuse."""
    row = _openable(evidence)
    digest, size = rules.content_of(row)
    return answer(request, Sent(digest, size, rules.media_of(row), row.name))


def _openable(evidence: UUID) -> Attachment:
    row = showing.find(evidence).attachment
    rules.refuse_unopenable(row, is_scanned_here=keeping().scanner is not None)
    return row
