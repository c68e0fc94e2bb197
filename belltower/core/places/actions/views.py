# SPDX-License-Identifier: Apache-2.0
"""What is done to saved views: keep one under a name, share it, forget it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from belltower.core.ledger.entries import action
from belltower.core.places.models import SavedView
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text

LONGEST_NAME = 80
LONGEST_QUERY = 1000


class BadView(Refusal):
    """A view that cannot be saved: no name, or more filters than an address holds."""

    code = "bad_view"
    sentence = Text(
        zh="视图未保存：{reason}。",
        en="The view was not saved: {reason}.",
    )


def views_of(person: UUID, page: str, party_id: int | None = None) -> QuerySet[SavedView]:
    """The views of a page that this person sees: own ones, everybody's shared ones, and those of their party."""
    theirs = Q(owner_uid=person) | Q(is_shared=True)
    return SavedView.objects.filter(theirs | Q(party=party_id) if party_id is not None else theirs, page=page)


@action("places.save_view")
def save_view(
    page: str, name: str, query: str, *, by: Actor, is_shared: bool = False, party_id: int | None = None
) -> SavedView:
    """Keep a page's query string under a name; the same name of the same person is kept anew. Raises BadView.

    ``party_id`` is whose people see it too: the party that whoever saves it belongs to.
    """
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadView(reason=Text(zh="名称需要 1 至 80 个字符", en="its name needs 1 to 80 characters"))
    if len(query) > LONGEST_QUERY:
        raise BadView(reason=Text(zh="筛选条件过长", en="its filters are too long"))
    saved, _ = SavedView.objects.update_or_create(
        page=page,
        owner_uid=_person(by),
        name=name,
        defaults={"query": query, "is_shared": is_shared, "party_id": party_id},
    )
    return saved


@action("places.forget_view")
def forget_view(uid: UUID, *, by: Actor) -> None:
    """Forget a view of one's own. Raises NotFound, also for the views of others."""
    if not SavedView.objects.filter(uid=uid, owner_uid=_person(by)).delete()[0]:
        raise NotFound(noun=Text(zh="视图", en="view"), name=uid)


def _person(by: Actor) -> UUID:
    if by.uid is None:
        raise ValueError("a view belongs to a person; the system keeps none")
    return by.uid
