# SPDX-License-Identifier: Apache-2.0
"""How files beside an asset are shown: what each looks like, where it opens, or why it does not."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from belltower.core.access.models import ServiceAccount, User
from belltower.core.attachments import rules
from belltower.core.attachments.content.media import TAKEN
from belltower.core.attachments.errors import NoCopyYet
from belltower.core.attachments.keeping import MIB, keeping
from belltower.core.attachments.models import Attachment, Scan
from belltower.core.places.attached import attached_to
from belltower.core.places.models import Asset
from belltower.kernel.errors import Refusal

# Endings as well as types: what a phone offers goes by types, what a desktop offers often by endings. HEIC is not among
# them, so that an iPhone hands over its photos as JPEG by itself.
OFFERED = ",".join((*TAKEN, *(one.ending for one in TAKEN.values())))
_ICONS = {"picture": "photo", "video": "movie", "document": "file-text", "text": "file-text"}
_PREPARED, _SCANNED, _NO_COPY = _("being prepared"), _("waits for the virus check"), _("cannot be shown")


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of the strip. ``state`` says in words why it does not open; "" where it does."""

    row: Attachment
    icon: str
    by: str
    state: str
    has_original: bool
    is_waiting: bool

    @property
    def small(self) -> str | None:
        """The address of its thumbnail."""
        return f"/api/v1/attachments/{self.row.uid}/thumbnail" if self.row.thumbnail and not self.state else None

    @property
    def opens(self) -> str | None:
        """The address of what everyone who sees the asset may open."""
        return None if self.state else f"/api/v1/attachments/{self.row.uid}/content"

    @property
    def original(self) -> str | None:
        """The address of the file as it came."""
        return f"/api/v1/attachments/{self.row.uid}/original" if self.has_original else None


def shown(asset: Asset) -> dict[str, object]:
    """What the strip's template needs; the newest file first."""
    rows = list(attached_to(asset).order_by("-pk"))
    names = _names({row.put_by for row in rows})
    tiles = [_tile(row, names.get(row.put_by, row.put_by.partition(":")[2])) for row in rows]
    most = max(keeping().largest_mib.values())
    waiting = any(tile.is_waiting for tile in tiles)
    return {"tiles": tiles, "is_waiting": waiting, "offered": OFFERED, "most_bytes": most * MIB, "most_mib": most}


def _tile(row: Attachment, by: str) -> Tile:
    state, has_original = _state(row)
    return Tile(row, _ICONS[rules.media_of(row).family], by, state, has_original, rules.is_waiting(row))


def _state(row: Attachment) -> tuple[str, bool]:
    """Why it does not open, in words ("" where it does), and whether the original may be had."""
    if row.scan == Scan.INFECTED:
        return str(Scan.INFECTED.label), False
    try:
        rules.refuse_unopenable(row, is_scanned_here=keeping().scanner is not None)
        rules.content_of(row)
    except NoCopyYet:
        return str(_NO_COPY if row.trouble else _PREPARED), True
    except Refusal:
        return str(_SCANNED), False
    return "", True


def _names(references: set[str]) -> dict[str, str]:
    """What people and service accounts are called, by their references."""
    uids = [reference.partition(":")[2] for reference in references if not reference.startswith("system:")]
    if not uids:
        return {}
    people = User.objects.filter(uid__in=uids).values_list("uid", "username")
    services = ServiceAccount.objects.filter(uid__in=uids).values_list("uid", "name")
    return {f"person:{uid}": name for uid, name in people} | {f"service:{uid}": name for uid, name in services}
