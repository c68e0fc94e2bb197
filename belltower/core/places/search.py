# SPDX-License-Identifier: Apache-2.0
"""Finds areas, parties and assets by code, name or pinyin, however the query was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from belltower.core.places.areas import DEPTH
from belltower.core.places.kinds import kind_title, register
from belltower.core.places.models import Area, Asset, Party
from belltower.core.places.scope import Scope
from belltower.core.places.words import asked, normal, quoted, start_of, words_for, words_many
from belltower.kernel.texts import Text

__all__ = ["Hit", "find", "query_of", "words_for", "words_many"]

_LONGEST_QUERY = 200
_MOST_WORDS = 12
_CANDIDATES = 200
_UNTYPED = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. ``code`` is what people call it by; ``where`` the area it lies in; a party has no place."""

    noun: str  # area, party or asset
    uid: UUID
    code: str
    title: Text
    where: Text | None
    lon: float | None
    lat: float | None


class _Rank(NamedTuple):
    """Order of hits: exact code, then names and codes that begin so; areas from the top, then parties, then assets."""

    how: int  # 0 exact code, 1 begins so, 2 holds the words as one, 3 holds them all
    noun: int
    depth: int
    length: int
    code: str


def find(query: str, *, scope: Scope, limit: int = 20) -> list[Hit]:
    """What the viewer may see of what the query names, best first; nothing for a query without letters or digits.

    All words must be there; the last letters of a word may be missing. A viewer of some owners' assets finds those
    assets and parties; areas are there for everyone. At most 200 candidates of a noun are ranked.
    """
    typed = _UNTYPED.sub(" ", query[:_LONGEST_QUERY].encode("utf-8", "ignore").decode()).strip()
    if not typed or limit < 1:
        return []
    search = _Search(typed, scope, limit)
    found = sorted([*search.areas(), *search.parties(), *search.assets()], key=lambda pair: pair[0])
    return [hit for _, hit in found[:limit]]


def query_of(typed: str) -> str | None:
    """The tsquery, as text for ``words__matches``, of what a person typed; None when it has no letter or digit."""
    words = list(islice(asked(typed[:_LONGEST_QUERY]), _MOST_WORDS))
    return " & ".join(quoted(word) + (":*" if is_beginning else "") for word, is_beginning in words) or None


class _Search:
    """One query against the three nouns."""

    def __init__(self, typed: str, scope: Scope, limit: int) -> None:
        self._typed, self._scope = typed, scope
        self._enough = min(limit, _CANDIDATES)
        self._code = normal(typed)
        start, query = start_of(typed), query_of(typed)
        self._starting = Q(words__matches=f"{quoted(start)}:*") if start else None
        # "hao lu deng": three words that are in every lamp's name, which the index finds far sooner as one.
        self._together = (
            Q(words__matches=f"{quoted(start[1:])}:*") if typed.isascii() and query and "&" in query else None
        )
        # A single letter is in nearly every name: it finds only what begins with it.
        self._answering = Q(words__matches=query) if query and not (typed.isascii() and len(typed) == 1) else None

    def areas(self) -> Iterable[tuple[_Rank, Hit]]:
        current = Area.objects.current().select_related("parent").defer("geometry", "words", "parent__geometry", "parent__words")  # fmt: skip
        for how, area in self._candidates(current, Q(code=self._typed)):
            hit = Hit("area", area.uid, area.code, area.title, _title(area.parent), area.lon, area.lat)
            yield self._ranked(how, hit, (area.code,), noun=0, depth=DEPTH[area.level])

    def parties(self) -> Iterable[tuple[_Rank, Hit]]:
        owners = self._scope.owner_ids
        seen = Party.objects.defer("words") if owners is None else Party.objects.filter(pk__in=owners).defer("words")
        for how, party in self._candidates(seen, Q(key=self._typed)):
            hit = Hit("party", party.uid, party.key, party.title, None, None, None)
            yield self._ranked(how, hit, (party.key, party.credit_code), noun=1)

    def assets(self) -> Iterable[tuple[_Rank, Hit]]:
        seen = Asset.objects.filter(self._scope.assets()).select_related("area").defer("geometry", "words", "fields", "area__geometry", "area__words")  # fmt: skip
        by_key = Q(key=self._typed, kind__in=list(register().kinds))
        for how, asset in self._candidates(seen, Q(code=self._typed) | by_key):
            title = asset.title or kind_title(asset.kind)
            hit = Hit("asset", asset.uid, asset.code or asset.key, title, _title(asset.area), asset.lon, asset.lat)
            yield self._ranked(how, hit, (asset.code, asset.key), noun=2)

    def _candidates(self, seen: QuerySet[Any], exact: Q) -> Iterable[tuple[int, Any]]:
        """Rows with how well they answer, each once. Without an order, so that the index on words is what is used."""
        known: set[int] = set()
        for how, way in enumerate([exact, self._starting, self._together, self._answering]):
            if way is None or len(known) >= self._enough:  # what answers worse would not be shown
                continue
            for row in seen.order_by().filter(way)[:_CANDIDATES]:
                if row.pk not in known:
                    known.add(row.pk)
                    yield how, row

    def _ranked(
        self, how: int, hit: Hit, codes: Iterable[str | None], *, noun: int, depth: int = 0
    ) -> tuple[_Rank, Hit]:
        is_exact = any(code and normal(code) == self._code for code in codes)
        return _Rank(0 if is_exact else max(how, 1), noun, depth, len(hit.title.say("zh")), hit.code), hit


def _title(area: Area | None) -> Text | None:
    return area.title if area else None
