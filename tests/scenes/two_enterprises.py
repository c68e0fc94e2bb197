# SPDX-License-Identifier: Apache-2.0
"""Two enterprises in one district: each with assets, people, a machine, a file and a load of its own, a street apart.

Every word that belongs to the other one alone is listed in ``words``; none may ever be in an answer to us.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
import shapely
from django.db import transaction
from django.test import Client

from belltower.core.access import actions as access
from belltower.core.access.models import RoleName, User
from belltower.core.access.rules import Verb
from belltower.core.attachments.tests.photo import attached
from belltower.core.ledger.heads import sign_head
from belltower.core.ledger.proofs import entries_of
from belltower.core.places import city as places_city
from belltower.core.places.actions import loads
from belltower.core.places.actions.areas import AreaDraft, put_areas
from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.actions.city import use_profile
from belltower.core.places.actions.parties import put_party
from belltower.core.places.actions.responsibilities import assign_responsibility
from belltower.core.places.actions.views import save_view
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.city import load_profile
from belltower.core.places.models import Area, Asset, Party, Role
from belltower.kernel.actors import Actor
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text
from tests.scenes.breached import breached
from tests.scenes.campaigned import campaigned
from tests.scenes.cased import cased
from tests.scenes.examined import examined
from tests.scenes.on_duty import on_duty
from tests.scenes.senses import sensed

BY = Actor.system("scene")
SINCE = date(2024, 1, 1)
BUILT = datetime(2024, 5, 1, tzinfo=UTC)
KNOWN = datetime(2024, 5, 2, tzinfo=UTC)
LON, LAT, STREET = 112.60, 26.90, 0.01  # degrees; the streets lie side by side
LAMPS = {"ours": 3, "theirs": 7}


@dataclass
class Enterprise:
    """One of the two, with the uids of what is theirs by noun, and the words that nobody else may read."""

    party: Party
    person: User
    token: str
    street: Area
    things: dict[str, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)


@dataclass
class TwoEnterprises:
    ours: Enterprise
    theirs: Enterprise
    officer: User
    sold: str
    """The uid of an asset that was theirs and is ours now; from when it was theirs, it is called Gingko Lamp."""


@pytest.fixture(scope="module")
def built_for_both(django_db_setup: None, django_db_blocker: pytest.DjangoDbBlocker) -> Iterator[TwoEnterprises]:
    """The scene, built once for a file of tests and gone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
    places_city.forget()


@pytest.fixture
def two_enterprises(built_for_both: TwoEnterprises, db: None) -> TwoEnterprises:
    """The scene; what a test changes is rolled back."""
    return built_for_both


def build() -> TwoEnterprises:
    """Ours and theirs, after a year of ordinary work; the bureau loads for both and shares what it looks at."""
    use_profile(load_profile("hengyang"), by=BY)
    put_areas(_areas(), by=BY, on=SINCE, source="scene")
    officer = person("officer", "李工", RoleName.SECTOR_OFFICER)
    ours, theirs = _enterprise("ours", "我方燃气", "Heron Gas"), _enterprise("theirs", "彼方照明", "Foxglove Lighting")
    for enterprise in (ours, theirs):
        _bureau_works_for(enterprise, officer)
        assign_responsibility(enterprise.party, Role.ENTERPRISE, kind="street_light", area=enterprise.street,
                              valid_from=SINCE, basis=f"contract of {enterprise.party.key}", by=BY)  # fmt: skip
    sold = _sold(theirs, ours)
    sign_head(datetime.now(UTC))
    return TwoEnterprises(ours, theirs, officer, sold=sold)


def _enterprise(which: str, zh: str, en: str) -> Enterprise:
    party = put_party(f"{which}-party", "enterprise", Text(zh, en), by=BY)
    user = person(f"{which}-person", f"{zh}员工", RoleName.ENTERPRISE, party=party)
    account = access.add_service_account(f"{which} machine", party=party, by=BY)
    token = access.make_token(account, scopes=Verb, expires_at=None, by=BY, now=BUILT)
    made = Enterprise(party, user, token.secret, Area.objects.get(code=_STREETS[which]))
    _build(made, which)
    uids = {str(uid) for uid in (party.uid, user.uid, account.uid, token.token.uid)}
    made.words |= {party.key, zh, en, user.username, account.name, token.token.prefix, *uids}
    made.things |= {"party": str(party.uid), "user": str(user.uid), "grant": str(user.grants.get().uid)}
    made.things |= {"event": str(uuid7())}  # of none that is held: who may look at those at all is asked first
    return made


def _build(enterprise: Enterprise, which: str) -> None:
    """Lamps in a row, and a building about one of them."""
    lon = LON + (0 if which == "ours" else STREET) + 0.003
    names = {"ours": ("银杏", "Heron"), "theirs": ("木槿", "Hibiscus")}[which]
    count = LAMPS[which]
    lamps = AssetBatch(
        kind="street_light", keys=[f"{which}-L{number}" for number in range(count)], valid_from=BUILT,
        geoms=shapely.points([(lon + number * 0.0002, LAT) for number in range(count)]),
        names=[Text(f"{names[0]}路{number}号", f"{names[1]} Road lamp {number}") for number in range(count)],
        owner_ids=[enterprise.party.pk] * count, fields=[{"wattage": 60}] * count,
    )  # fmt: skip
    house = AssetBatch(
        kind="building", keys=[f"{which}-H"], valid_from=BUILT, geoms=[shapely.box(lon, LAT, lon + 0.001, LAT + 0.001)],
        names=[Text(f"{names[0]}楼", f"{names[1]} House")], owner_ids=[enterprise.party.pk], fields=[{}],
    )  # fmt: skip
    merge_assets([lamps, house], by=BY, now=KNOWN, source="scene")
    made = list(Asset.objects.filter(owner=enterprise.party).order_by("key"))
    lamp = next(one for one in made if one.key == f"{which}-L0")
    edit_asset(lamp.uid, {"fields": {"wattage": 61}, "reason": f"{which} told us"}, by=BY, valid_from=KNOWN,
               now=datetime(2024, 6, 1, tzinfo=UTC))  # fmt: skip
    photo = attached(lamp, name=f"{which}-photo.jpg")
    entry = str(entries_of("places_asset", lamp.pk)[0])
    enterprise.things |= {"asset": str(lamp.uid), "file": str(photo.uid), "entry": entry}
    enterprise.words |= {str(one.uid) for one in made} | {one.uid.hex for one in made} | {one.key for one in made}
    enterprise.words |= {f"{names[0]}路", f"{names[0]}楼", f"{names[1]} Road", f"{names[1]} House", f"{which} told us"}
    enterprise.words |= {str(photo.uid), f"{which}-photo"}
    for things, words in (
        sensed(lamp, which),
        breached(lamp, which),
        campaigned(enterprise.party, enterprise.street, which),
        examined(enterprise.party, enterprise.person, which),
        cased(lamp, which),
        on_duty(which),
    ):
        enterprise.things |= things
        enterprise.words |= words


def _bureau_works_for(enterprise: Enterprise, officer: User) -> None:
    """A load of their file, its job, a saved view that everybody shares, and a session of their person's."""
    which = enterprise.party.key.partition("-")[0]
    rows = f"编号,经度,纬度\n{which}-N1,{LON},{LAT}\n,{LON},bad {which}\n"
    load = loads.receive_file(io.BytesIO(rows.encode()), f"{which}-lamps.csv", by=officer.as_actor())
    loads.choose(
        load, loads.propose(load, target="street_light").mapping, by=officer.as_actor(), save_as=f"{which} way"
    )
    job = loads.ask_load(load, by=officer.as_actor(), why=f"{which} sent it")
    view = save_view("assets", f"{which} assets", f"owner={which}-party", by=officer.as_actor(), is_shared=True)
    client = Client()
    client.force_login(enterprise.person)
    session = enterprise.person.sessions.get()
    enterprise.things |= {
        "load": str(load.uid),
        "job": str(job.uid),
        "view": str(view.uid),
        "session": str(session.uid),
    }
    enterprise.words |= {str(load.uid), str(job.uid), str(view.uid), str(session.uid), session.session_key}
    enterprise.words |= {f"{which}-lamps", f"{which}-N1", f"{which} way", f"{which} sent it", f"{which} assets"}
    enterprise.words |= {f"contract of {enterprise.party.key}"}


def _sold(seller: Enterprise, buyer: Enterprise) -> str:
    lamp = AssetBatch(kind="street_light", keys=["sold"], valid_from=BUILT, geoms=shapely.points([[LON, LAT]]),
                      names=[Text("腊梅灯", "Gingko Lamp")], owner_ids=[seller.party.pk], fields=[{"wattage": 94711058}])  # fmt: skip
    merge_assets([lamp], by=BY, now=KNOWN, source="Gingko papers")
    uid = Asset.objects.get(key="sold").uid
    edit_asset(
        uid, {"owner": buyer.party, "name": Text("晚灯", "Evening lamp"), "fields": {"wattage": 60}, "reason": "sold"},
        by=BY, valid_from=datetime(2024, 7, 1, tzinfo=UTC), now=datetime(2024, 7, 2, tzinfo=UTC),
    )  # fmt: skip
    seller.words |= {"腊梅灯", "Gingko", "94711058"}
    return str(uid)


def person(username: str, name: str, role: RoleName, *, party: Party | None = None) -> User:
    user = access.add_user(username, Text(zh=name), password="bell and drum", party=party, by=BY)
    access.grant(user, role, valid_from=SINCE, by=BY)
    return user


_STREETS = {"ours": "430405001", "theirs": "430405002"}


def _areas() -> list[AreaDraft]:
    def square(west: float, width: float) -> shapely.Geometry:
        return shapely.box(LON + west, LAT - STREET, LON + west + width, LAT + STREET)

    whole = square(-0.001, 2 * STREET + 0.002)
    return [
        AreaDraft(code="430400", level="city", name=Text("衡阳市", "Hengyang"), geometry=whole),
        AreaDraft(code="430405", level="district", name=Text("珠晖区", "Zhuhui"), parent_code="430400", geometry=whole),
        AreaDraft(code=_STREETS["ours"], level="street", name=Text("西街"), parent_code="430405",
                  geometry=square(-0.001, STREET + 0.001)),
        AreaDraft(code=_STREETS["theirs"], level="street", name=Text("东街"), parent_code="430405",
                  geometry=square(STREET, STREET)),
    ]  # fmt: skip
