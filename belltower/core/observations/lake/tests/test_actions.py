# SPDX-License-Identifier: Apache-2.0
"""An archived reading is changed or deleted by a revision, under the ledger; its file stays as it was until it is merged."""

from __future__ import annotations

import pytest

from belltower.core.ledger.models import Entry
from belltower.core.observations.lake import actions, keeping
from belltower.core.observations.lake.tests.ponds import BY, FIRST, NOW, all_of, close, put_rows
from belltower.core.observations.lake.tests.test_closing import _lake as _lake
from belltower.core.observations.lake.tests.test_closing import asked_ids
from belltower.core.observations.models import Revision
from belltower.core.observations.reading import history
from belltower.core.observations.tests.senses import streams
from belltower.core.places.scope import NOTHING, seen_as
from belltower.kernel.errors import NotFound

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_changed_and_a_deleted_reading_are_shown_so_and_were_entries() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0), (one, 2, 2.0), (one, 3, 3.0))
    close()
    first, second, _ = asked_ids()
    actions.change_archived(first, value=-7.5, by=BY, now=NOW)
    actions.change_archived(first, value=8.5, by=BY, now=NOW)
    actions.delete_archived([second], by=BY, now=NOW)
    assert all_of() == [(one, 1, 8.5), (one, 3, 3.0)]
    assert list(keeping.verify()) == [], "no file was touched"
    whats = Entry.objects.filter(what__contains="archived").order_by("id").values_list("what", flat=True)
    assert list(whats) == [*["observations.change_archived"] * 2, "observations.delete_archived"]
    assert Revision.objects.order_by("id").values_list("was__value", flat=True)[1] == -7.5
    assert keeping.merging() == [FIRST]
    close()
    assert all_of() == [(one, 1, 8.5), (one, 3, 3.0)]
    assert keeping.merging() == []


def test_what_is_hot_or_unseen_or_deleted_already_is_no_archived_reading() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0), (one, 90_000, 2.0))
    hot = int(history([one], NOW.replace(day=10, hour=0), NOW).id[1])
    close()
    [archived] = asked_ids()
    with pytest.raises(NotFound):
        actions.change_archived(hot, value=3.0, by=BY, now=NOW)
    with seen_as(NOTHING), pytest.raises(NotFound):
        actions.delete_archived([archived], by=BY, now=NOW)
    actions.delete_archived([archived], by=BY, now=NOW)
    with pytest.raises(NotFound):
        actions.delete_archived([archived], by=BY, now=NOW)
    assert Revision.objects.count() == 1
