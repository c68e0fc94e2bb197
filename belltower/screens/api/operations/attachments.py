# SPDX-License-Identifier: Apache-2.0
"""Attachments: put a file beside an asset, list what stands there, fetch it, take it down, erase it."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from django.http.response import HttpResponseBase
from ninja import Field, File, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict, StringConstraints

from belltower.core.access.rules import Verb
from belltower.core.attachments import actions, rules
from belltower.core.attachments.content.media import JPEG, TAKEN
from belltower.core.attachments.errors import NoCopyYet
from belltower.core.attachments.keeping import keeping
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.stores import store
from belltower.core.ledger.entries import record
from belltower.core.places import city
from belltower.core.places.attached import attached_to, attachments_seen, subject_of
from belltower.kernel.errors import NotFound
from belltower.kernel.instants import now
from belltower.kernel.texts import Text
from belltower.screens.api import attached, columns
from belltower.screens.api.doors import Caller, Request, asking
from belltower.screens.api.files import Sent, answer
from belltower.screens.api.operations.assets import asset_of
from belltower.screens.api.pages import PageQuery, page_of

router = Router(tags=["attachments"])
NOUN = Text(zh="附件", en="attachment")
_FILES = {name: {"schema": {"type": "string", "format": "binary"}} for name in sorted(TAKEN)}
_FILE = {"responses": {200: {"content": _FILES, "description": "The file"}, 206: {"content": _FILES, "description": "The part that was asked for"}}}  # fmt: skip
_THUMBNAIL = {"responses": {200: {"content": {JPEG.name: _FILES[JPEG.name]}, "description": "A small picture"}}}


class Ending(Schema):
    """Why an attachment is taken down or erased."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", min_length=1, max_length=300)] = Field(
        description="kept for ever; no personal data"
    )


@router.post("/assets/{uuid:uid}/attachments", response={201: attached.Attachment}, **asking(Verb.EDIT))
def put_attachment(request: Request, uid: UUID, file: File[UploadedFile]) -> dict[str, Any]:
    """Put a file beside an asset: JPEG, PNG, WebP, PDF, DOCX, XLSX, MP4, TXT or CSV, by content and not by name.

    A job then scans it, where a scanner is set, and makes the copies that may be shown.
    """
    caller = request.auth
    subject = subject_of(asset_of(caller, uid))
    zone = city.current().tz
    row = actions.put(file, file.name or "file", subject=subject, by=caller.actor, now=now(), zone=zone)
    return _shown(request.auth, row)


@router.get("/assets/{uuid:uid}/attachments", response=attached.AttachmentPage, **asking(Verb.VIEW))
def list_attachments(request: Request, uid: UUID, where: Query[PageQuery]) -> dict[str, Any]:
    """What stands beside an asset, in the order in which it came."""
    rows = attached_to(asset_of(request.auth, uid))
    shape = partial(columns.attachment, tells_all=request.auth.may(Verb.EDIT))
    return page_of(rows, columns.ATTACHMENT, shape, at=where)


@router.get("/attachments/{uuid:uid}", response=attached.Attachment, **asking(Verb.VIEW))
def get_attachment(request: Request, uid: UUID) -> dict[str, Any]:
    """One attachment, also when it was taken down or erased."""
    return _shown(request.auth, _seen(request.auth, uid))


@router.get("/attachments/{uuid:uid}/thumbnail", **asking(Verb.VIEW, **_THUMBNAIL))
def get_thumbnail(request: Request, uid: UUID) -> HttpResponseBase:
    """A picture of it, at most 400 pixels wide and high. Only pictures have one (409 for others)."""
    row = _openable(request.auth, uid)
    size = store().size(row.thumbnail) if row.thumbnail else None
    if size is None:
        raise NoCopyYet(file=row.name)
    return answer(request, Sent(row.thumbnail, size, JPEG, f"{row.name}.thumbnail.jpg"))


@router.get("/attachments/{uuid:uid}/content", **asking(Verb.VIEW, **_FILE))
def get_content(request: Request, uid: UUID) -> HttpResponseBase:
    """What may be shown: of pictures and films the copy that does not say where and with what they were taken."""
    row = _openable(request.auth, uid)
    digest, size = rules.content_of(row)
    return answer(request, _sent(row, digest, size))


@router.get("/attachments/{uuid:uid}/original", **asking(Verb.EDIT, **_FILE))
def get_original(request: Request, uid: UUID) -> HttpResponseBase:
    """The file as it came, byte for byte, with all it says of itself; for who may change what it shows.

    Every look is an entry of the ledger: an original may say where somebody stood, and with which phone.
    """
    row = _openable(request.auth, uid)
    record("attachments.read_original", by=request.auth.actor, subject=f"attachments.attachment:{uid}")
    return answer(request, _sent(row, row.digest, row.size), save=True)


@router.post("/attachments/{uuid:uid}/retire", response=attached.Attachment, **asking(Verb.EDIT))
def retire_attachment(request: Request, uid: UUID, why: Ending) -> dict[str, Any]:
    """Take it down: it stands beside the asset no more, and nothing is lost."""
    row = actions.retire(_seen(request.auth, uid), reason=why.reason, by=request.auth.actor, now=now())
    return _shown(request.auth, row)


@router.post("/attachments/{uuid:uid}/erase", response=attached.Attachment, **asking(Verb.ADMINISTER))
def erase_attachment(request: Request, uid: UUID, why: Ending) -> dict[str, Any]:
    """Erase its content by legal duty, wherever it is attached. Its digest and what was done with it stay."""
    row = _seen(request.auth, uid)
    actions.erase(row, reason=why.reason, by=request.auth.actor, now=now())
    row.refresh_from_db()
    return _shown(request.auth, row)


def _seen(caller: Caller, uid: UUID) -> Attachment:
    """The attachment. Raises NotFound where the caller does not see what it shows."""
    row = attachments_seen(caller.scope).filter(uid=uid).first()
    if row is None:
        raise NotFound(noun=NOUN, name=uid)
    return row


def _openable(caller: Caller, uid: UUID) -> Attachment:
    """The attachment, where it may be opened at all. Raises NotFound, ErasedForGood, Infected, NotScannedYet."""
    row = _seen(caller, uid)
    rules.refuse_unopenable(row, is_scanned_here=keeping().scanner is not None)
    return row


def _sent(row: Attachment, digest: str, size: int) -> Sent:
    return Sent(digest, size, rules.media_of(row), row.name, row.facts.get("charset", ""))


def _shown(caller: Caller, row: Attachment) -> dict[str, Any]:
    columns_of_it = {name: getattr(row, name) for name in columns.ATTACHMENT}
    return columns.attachment(columns_of_it, tells_all=caller.may(Verb.EDIT))
