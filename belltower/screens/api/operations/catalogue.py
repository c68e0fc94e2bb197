# SPDX-License-Identifier: Apache-2.0
"""What is declared: kinds of assets, packs, and the classes of official standards."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from ninja import Field, Query, Router

from belltower.core.access.rules import Verb
from belltower.core.places.models import Code, CodeKind
from belltower.kernel import packs
from belltower.screens.api import columns, shapes
from belltower.screens.api.doors import Request, asking
from belltower.screens.api.pages import PageQuery, page_of, page_of_declared
from belltower.screens.api.words import ClassCode, Name

router = Router(tags=["catalogue"])


class CodeQuery(PageQuery):
    kind: CodeKind | None = None
    code: ClassCode | None = Field(None, description="the first digits of the class")


def register() -> packs.Register:
    """What the installed packs declared."""
    found: packs.Register = settings.BELLTOWER_REGISTER
    return found


@router.get("/kinds", response=shapes.KindPage, **asking(Verb.VIEW))
def list_kinds(request: Request, where: Query[PageQuery]) -> dict[str, Any]:
    """The kinds of assets that installed packs declare, with their fields."""
    return page_of_declared(map(_kind, register().kinds.values()), at=where)


@router.get("/kinds/{name}", response=shapes.Kind, **asking(Verb.VIEW))
def get_kind(request: Request, name: Name) -> dict[str, Any]:
    """One kind of asset."""
    return _kind(register().kind(name))


@router.get("/packs", response=shapes.PackPage, **asking(Verb.VIEW))
def list_packs(request: Request, where: Query[PageQuery]) -> dict[str, Any]:
    """The installed packs and what each declares."""
    return page_of_declared(map(_pack, register().packs), at=where)


@router.get("/codes", response=shapes.CodePage, **asking(Verb.VIEW))
def list_codes(request: Request, where: Query[CodeQuery]) -> dict[str, Any]:
    """Classes of parts and matters (GB/T 47678.5) that were loaded here."""
    rows = Code.objects.all()
    if where.kind:
        rows = rows.filter(kind=where.kind)
    if where.code:
        rows = rows.filter(code__startswith=where.code)
    return page_of(rows, columns.CODE, columns.code, at=where)


def _kind(kind: packs.AssetKind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "title": kind.title.as_json(),
        "pack": register().pack_of[kind.name].name,
        "geometry": kind.geometry.value,
        "gb_code": kind.gb_code,
        "fields": [_field(field) for field in kind.fields],
    }


def _field(field: packs.Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "title": field.title.as_json(),
        "holds": field.holds.value,
        "unit": field.unit,
        "required": field.required,
        "choices": [{"value": choice.value, "title": choice.title.as_json()} for choice in field.choices],
    }


def _pack(pack: packs.Pack) -> dict[str, Any]:
    return {
        "name": pack.name,
        "title": pack.title.as_json(),
        "about": pack.about.as_json(),
        "kinds": [kind.name for kind in pack.assets],
        "streams": [stream.name for stream in pack.streams],
        "cases": [case.name for case in pack.cases],
    }
