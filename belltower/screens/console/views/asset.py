# SPDX-License-Identifier: Apache-2.0
"""One asset: what is known of it now or at any instant, who answers for it, how it changed, and changing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from belltower.core.access.people import today
from belltower.core.access.rules import EDIT, VIEW
from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.history import as_of, timeline
from belltower.core.places.kinds import GIVEN, kind_title, register
from belltower.core.places.models import Area, Asset, Life, Party, Role
from belltower.core.places.responsibilities import known_to_viewer, resolve_asset
from belltower.core.places.rules import ROLE_TITLES
from belltower.kernel.errors import NotFound, Refusal, Unreadable
from belltower.kernel.packs import Field, FieldType
from belltower.kernel.texts import Text
from belltower.screens.console import dates
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.shown import fields_of
from belltower.screens.console.story import told
from belltower.screens.console.strip import shown as shown_files

ASSET = Text(zh="部件", en="asset")


@door(VIEW)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The asset as it is known now, or "as of" the instants that the address states."""
    return _page(request, find(request, uid))


@door(EDIT)
def edit(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The same page with a form in place of the fields; a refusal stands in the form and loses nothing typed."""
    asset = find(request, uid)
    if request.method != "POST":
        return _page(request, asset, is_editing=True)
    try:
        _record(request, asset)
    except Refusal as refusal:
        return _page(request, asset, is_editing=True, refusal=refusal)
    return redirect("console:asset", uid)


def find(request: ConsoleRequest, uid: UUID) -> Asset:
    """The asset, where the viewer may see it. Raises NotFound."""
    rows = Asset.objects.filter(request.scope.assets(), uid=uid).select_related("area", "owner").defer("area__geometry")
    asset = rows.first()
    if asset is None:
        raise NotFound(noun=ASSET, name=uid)
    return asset


def _page(
    request: ConsoleRequest, asset: Asset, *, is_editing: bool = False, refusal: Refusal | None = None
) -> HttpResponse:
    kind = register().kinds.get(asset.kind)
    looked_at = _instants(request)
    state = as_of(asset, **looked_at) if looked_at else asset
    language = get_language() or "zh"
    return render(
        request,
        "console/asset.html",
        {
            "asset": asset,
            "state": state,
            "state_owner": _party(state.owner_id) if state else None,
            "state_life": Life(state.life).label if state else "",
            "state_name": Text.read(state.name).say(language) if state and state.name else "",
            "kind_title": kind_title(asset.kind),
            "icon": register().layers[asset.kind].icon if asset.kind in register().layers else "point",
            "fields": fields_of(kind, state.fields) if state else [],
            "above": _trail(asset.area),
            "looked_at": looked_at,
            "asked": {"valid": request.GET.get("valid", ""), "known": request.GET.get("known", "")},
            "answers": _answers(request, asset),
            "story": told(timeline(asset), kind),
            "files": shown_files(asset),
            "is_editing": is_editing,
            "form": _form(request, asset) if is_editing else None,
            "refusal": refusal and {"sentence": refusal.say(language), "code": refusal.code},
        },
        status=422 if refusal else 200,
    )


def _answers(request: ConsoleRequest, asset: Asset) -> list[dict[str, object]]:
    """Who answers in every role there is, the roles nobody answers in included."""
    decisions = known_to_viewer(resolve_asset(asset, today(request.now)))
    return [{"role": title, "decision": decisions.get(Role(role))} for role, title in ROLE_TITLES.items()]


def _party(pk: int | None) -> Party | None:
    return None if pk is None else Party.objects.filter(pk=pk).first()


def _trail(area: Area | None) -> list[Area]:
    if area is None:
        return []
    return list(
        Area.objects.current().filter(code__in=area.path.strip("/").split("/")).defer("geometry").order_by("path")
    )


def _instants(request: ConsoleRequest) -> dict[str, datetime] | None:
    """The two instants of "as of", in the city's civil time; None when now is looked at.

    With one of them the other is now: "as it was then, by what we know today".
    """
    asked = {name: _civil(request.GET.get(name, "")) for name in ("valid", "known")}
    if not any(asked.values()):
        return None
    return {"valid_at": asked["valid"] or request.now, "known_at": asked["known"] or request.now}


def _civil(text: str) -> datetime | None:
    """An instant typed as the city's civil time; None for nothing or nonsense."""
    try:
        typed = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return typed.replace(tzinfo=typed.tzinfo or dates.city_zone()).astimezone(UTC) if typed else None


def _form(request: ConsoleRequest, asset: Asset) -> dict[str, object]:
    """What the form shows: what was typed, else what is known."""
    typed = request.POST if request.method == "POST" else None
    name = asset.name or {}
    kind = register().kinds.get(asset.kind)
    return {
        "name_zh": typed.get("name_zh", "") if typed else name.get("zh", ""),
        "name_en": typed.get("name_en", "") if typed else name.get("en", ""),
        "life": typed.get("life", "") if typed else asset.life,
        "lives": Life.choices,
        "fields": [_input(one, _typed(asset, one.name), typed) for one in (kind.fields if kind else ())],
        "valid_from": typed.get("valid_from", "") if typed else "",
        "reason": typed.get("reason", "") if typed else "",
        "expected": typed.get("expected", "") if typed else asset.recorded_at.isoformat(),
    }


def _input(field: Field, known: str, typed: Mapping[str, str] | None) -> dict[str, object]:
    """One declared field as an input."""
    return {
        "field": field,
        "value": typed.get(f"field.{field.name}", "") if typed else known,
        "is_choice": field.holds is FieldType.CHOICE,
        "is_boolean": field.holds is FieldType.BOOLEAN,
        "is_date": field.holds is FieldType.DATE,
    }


def _typed(asset: Asset, name: str) -> str:
    """A stored value as a person would type it; one that came in another unit as it came."""
    stored = asset.fields.get(GIVEN, {}).get(name) or asset.fields.get(name)
    if isinstance(stored, bool):
        return "true" if stored else "false"
    if isinstance(stored, float) and stored.is_integer():
        return str(int(stored))
    return "" if stored is None else str(stored)


def _record(request: ConsoleRequest, asset: Asset) -> None:
    """Make the edit that the form states. Raises what edit_asset refuses, and Unreadable for its instants."""
    typed = request.POST
    valid_from = _civil(typed.get("valid_from", "")) or request.now
    if typed.get("valid_from") and not _civil(typed["valid_from"]):
        raise Unreadable(what=_("the date"), reason=typed["valid_from"])
    fields = _changed_fields(asset, typed)
    changes: dict[str, Any] = {"life": typed.get("life") or asset.life, "reason": typed.get("reason", "").strip()}
    changes |= {"fields": fields} if fields else {}
    name = {language: said for language in ("zh", "en") if (said := typed.get(f"name_{language}", "").strip())}
    if name != (asset.name or {}):
        changes["name"] = name
    edit_asset(asset.uid, changes, by=request.actor, valid_from=valid_from, now=request.now,
               expected_recorded_at=_civil(typed.get("expected", "")))  # fmt: skip


def _changed_fields(asset: Asset, typed: Mapping[str, str]) -> dict[str, str | None]:
    """The declared fields whose input differs from what stood there."""
    kind = register().kinds.get(asset.kind)
    found: dict[str, str | None] = {}
    for field in kind.fields if kind else ():
        value = typed.get(f"field.{field.name}", "").strip()
        if value != _typed(asset, field.name):
            found[field.name] = value or None
    return found
