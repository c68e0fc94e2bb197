# SPDX-License-Identifier: Apache-2.0
"""Assets: lists, one, its history, who answers for it, and edits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Header, Query, Router

from belltower.core.access import people
from belltower.core.access.rules import Verb
from belltower.core.places import history, responsibilities
from belltower.core.places.actions import assets as actions
from belltower.core.places.errors import ChangedMeanwhile
from belltower.core.places.models import Asset, Party
from belltower.kernel.errors import NotAllowed, NotFound
from belltower.kernel.instants import now
from belltower.kernel.texts import Text
from belltower.screens.api import columns, shapes
from belltower.screens.api.doors import Caller, Request, asking
from belltower.screens.api.edits import AssetEdit
from belltower.screens.api.errors import Unprepared
from belltower.screens.api.filters import AssetFilter, wanted
from belltower.screens.api.operations.responsibilities import answerable
from belltower.screens.api.pages import PageQuery, page_of, page_of_story
from belltower.screens.api.words import Day, Instant

router = Router(tags=["assets"])
NOUN = Text(zh="部件", en="asset")


IfMatch = Annotated[str | None, Header(None, alias="If-Match", description="the ETag of the state that was seen")]
_WHEN = ("valid_from", "recorded_at", "recorded_by")


class AssetQuery(PageQuery, AssetFilter):
    pass


@router.get("/assets", response=shapes.AssetPage, **asking(Verb.VIEW))
def list_assets(request: Request, where: Query[AssetQuery]) -> dict[str, Any]:
    """Assets as they are now, in the order in which they were first recorded."""
    return page_of(wanted(where, scope=request.auth.scope), columns.ASSET, columns.asset, at=where)


@router.get("/assets/{uuid:uid}", response=shapes.Asset, **asking(Verb.VIEW))
def get_asset(request: Request, response: HttpResponse, uid: UUID) -> dict[str, Any]:
    """One asset with its geometry. Its ETag is what a change must send as If-Match."""
    return one(request, response, uid)


@router.patch("/assets/{uuid:uid}", response=shapes.Asset, **asking(Verb.EDIT))
def edit_asset(
    request: Request,
    response: HttpResponse,
    uid: UUID,
    edit: AssetEdit,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Record that an asset is otherwise since `valid_from`. What is not among `changes` stays; null is "not known".

    The state that was seen is named by `If-Match` or by `expected_recorded_at`; if it no longer stands, nothing is
    changed (412).
    """
    asset = asset_of(request.auth, uid)
    changes = edit.changes.as_changes()
    _keep_to_own(request.auth, changes)
    expected = edit.expected_recorded_at or _seen(asset, if_match)
    actions.edit_asset(
        uid, changes, by=request.auth.actor, valid_from=edit.valid_from, now=now(), expected_recorded_at=expected
    )
    return one(request, response, uid)


@router.get("/assets/{uuid:uid}/history", response=shapes.ChangePage, **asking(Verb.VIEW))
def get_history(request: Request, uid: UUID, where: Query[PageQuery]) -> dict[str, Any]:
    """Every change, in the order in which it was recorded, beginning with the asset's entry."""
    asset = asset_of(request.auth, uid)
    states = [one for one in history.states(asset) if _is_seen(request.auth, one.owner_id)]
    owners = _owners(one.owner_id for one in states)
    return page_of_story([_change(one, owners) for one in history.changes_between(states)], at=where)


@router.get("/assets/{uuid:uid}/as-of", response=shapes.AssetState, **asking(Verb.VIEW))
def get_asset_as_of(
    request: Request, uid: UUID, valid_at: Instant | None = None, known_at: Instant | None = None
) -> dict[str, Any]:
    """The asset as it was at `valid_at`, by what was known at `known_at`; both are now when left out."""
    asset = asset_of(request.auth, uid)
    state = history.as_of(asset, valid_at=valid_at or now(), known_at=known_at or now())
    if state is None or not _is_seen(request.auth, state.owner_id):
        raise NotFound(noun=Text(zh="该时刻的部件状态", en="state of the asset at that instant"), name=uid)
    owner = _owners([state.owner_id]).get(state.owner_id)
    told = {name: getattr(state, name) for name in ("code", "life", "fields", "source", *_WHEN)}
    named = {"name": state.name and state.name.as_json(), "geometry": columns.geometry(state.geometry)}
    return {"uid": uid, "kind": asset.kind, "key": asset.key, "owner": owner, **told, **named}


@router.get("/assets/{uuid:uid}/responsibilities", response=shapes.Answerable, **asking(Verb.VIEW))
def get_responsibilities_of_asset(request: Request, uid: UUID, on: Day | None = None) -> dict[str, Any]:
    """Who answers for the asset in which role on a day (today, when left out), and the rule that decided."""
    asset = asset_of(request.auth, uid)
    decided = responsibilities.resolve_asset(asset, on or people.today())
    return answerable(request.auth, asset.area, decided)


def one(request: Request, response: HttpResponse, uid: UUID) -> dict[str, Any]:
    """The asset's shape, its ETag set on ``response``. Raises NotFound where the caller does not see it."""
    more = ("geometry", "source", "recorded_by")
    row = Asset.objects.filter(request.auth.scope.assets(), uid=uid).values(*columns.ASSET, *more).first()
    if row is None:
        raise NotFound(noun=NOUN, name=uid)
    response["ETag"] = etag(row["recorded_at"])
    shown = {name: row[name] for name in more} | {"geometry": columns.geometry(row["geometry"])}
    return {**columns.asset(row), **shown}


def asset_of(caller: Caller, uid: UUID) -> Asset:
    """The asset. Raises NotFound where the caller does not see it."""
    rows = Asset.objects.filter(caller.scope.assets(), uid=uid).select_related("area", "owner")
    asset = rows.defer("geometry", "words", "area__geometry", "area__words", "owner__words").first()
    if asset is None:
        raise NotFound(noun=NOUN, name=uid)
    return asset


def _seen(asset: Asset, if_match: str | None) -> datetime | None:
    """The state that the caller saw; None for ``*``. Raises Unprepared, ChangedMeanwhile."""
    if if_match is None:
        raise Unprepared
    if if_match.strip() == "*":
        return None
    if if_match.strip().removeprefix("W/") != etag(asset.recorded_at):
        raise ChangedMeanwhile(asset=asset.code or asset.key, by=asset.recorded_by, at=etag(asset.recorded_at))
    return asset.recorded_at


def _keep_to_own(caller: Caller, changes: dict[str, Any]) -> None:
    """Who acts for one party may not give its assets away. Raises NotAllowed."""
    if caller.scope.owner_ids is None or "owner" not in changes:
        return
    if not Party.objects.filter(uid=changes["owner"], pk__in=caller.scope.owner_ids or ()).exists():
        raise NotAllowed(verb=Text(zh="把部件转给其他责任主体", en="hand assets to another party"), needs=Verb.EDIT)


def _is_seen(caller: Caller, owner_id: int | None) -> bool:
    """Whether a state with that owner is for this caller: what another party owned then stays with it."""
    return caller.scope.owner_ids is None or owner_id in caller.scope.owner_ids


def _owners(ids: Iterable[int | None]) -> dict[int | None, dict[str, Any] | None]:
    rows = Party.objects.filter(pk__in={one for one in ids if one is not None}).values("pk", *columns.PARTY_REF)
    return {row["pk"]: columns.party_ref(row) for row in rows}


def _change(change: history.Change, owners: Mapping[int | None, Any]) -> dict[str, Any]:
    told = {name: getattr(change.after, name) for name in ("source", *_WHEN)}
    differences = [_difference(one, owners) for one in change.differences]
    return {**told, "is_back_dated": change.is_back_dated, "differences": differences}


def _difference(one: history.Difference, owners: Mapping[int | None, Any]) -> dict[str, Any]:
    """A difference as clients read it: parties by name, geometry as GeoJSON."""
    ways: dict[str, Callable[[Any], Any]] = {"owner_id": owners.get, "geometry": columns.geometry}
    told = ways.get(one.what, _plain)
    return {"what": one.what.removesuffix("_id"), "before": told(one.before), "after": told(one.after)}


def _plain(value: Any) -> Any:
    return value.as_json() if isinstance(value, Text) else value


def etag(recorded_at: datetime) -> str:
    """The state of an asset that was recorded then, as an HTTP entity tag."""
    return f'"{recorded_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"'
