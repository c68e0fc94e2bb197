# SPDX-License-Identifier: Apache-2.0
"""Attachments of assets: seen by who sees the asset. The database keeps to the same (migration 0010)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from belltower.core.attachments.models import Attachment, State, Subject
from belltower.core.places.models import Asset
from belltower.core.places.scope import Scope

ASSET = "places.asset"


def subject_of(asset: Asset) -> Subject:
    """The asset, as attachments name what they show."""
    return Subject(ASSET, asset.uid)


def attached_to(asset: Asset) -> QuerySet[Attachment]:
    """What stands beside the asset and was not taken down, in the order in which it came."""
    return Attachment.objects.filter(subject_kind=ASSET, subject_uid=asset.uid, state=State.KEPT).order_by("pk")


def attachments_seen(scope: Scope) -> QuerySet[Attachment]:
    """Every attachment of an asset that ``scope`` may see, those taken down and erased included."""
    seen = Asset.objects.filter(scope.assets(), uid=OuterRef("subject_uid"))
    return Attachment.objects.filter(Exists(seen), subject_kind=ASSET)
