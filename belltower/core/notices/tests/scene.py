# SPDX-License-Identifier: Apache-2.0
"""The bureau of the cases' scene with people who sign in, and events that are handed on as the worker does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from belltower.core.access.actions import add_user, grant
from belltower.core.access.models import RoleName, User
from belltower.core.cases.actions import Draft, advance, report
from belltower.core.cases.models import Case
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Step
from belltower.core.cases.tests.scene import BY, LAT, LON, NOW, Bureau, bureau
from belltower.core.ledger.delivery import deliver_next, open_lanes
from belltower.core.ledger.event_models import HeldEvent
from belltower.core.ledger.handling import known_handlers
from belltower.core.ledger.outbox_rules import Limits
from belltower.core.places.models import Party
from belltower.kernel.texts import Text

TELL = {"notices.tell": known_handlers()["notices.tell"]}
__all__ = ["BY", "LAT", "LON", "NOW", "Town", "hand_on", "town"]


@dataclass
class Town:
    """The bureau, and an account each of the desk, the gas company and the lights company."""

    bureau: Bureau
    desk: User
    gas: User
    lights: User

    def report(self, text: str = "井盖破损", title: Text | None = None) -> Case:
        return report(Draft(text, title=title, lon=LON, lat=LAT), acting=self.bureau.resident, now=NOW)

    def through(self, case: Case, until: Step, now: datetime = NOW) -> Case:
        """The bureau's steps with the case, up to ``until``."""
        plan = [
            (Step.FILE, self.bureau.desk, Told()), (Step.DISPATCH, self.bureau.desk, Told(party_id=self.bureau.gas.pk)),
            (Step.TAKE, self.bureau.worker, Told()), (Step.ANSWER, self.bureau.worker, Told(reason="已更换")),
            (Step.VERIFY, self.bureau.inspector, Told()), (Step.CLOSE, self.bureau.desk, Told()),
        ]  # fmt: skip
        for step, acting, told in plan:
            case = advance(case, step, told, acting=acting, now=now)
            if step is until:
                break
        return case


def town() -> Town:
    """Make it; from here on the handler of notices hears what happens."""
    made = bureau()
    open_lanes(TELL)
    return Town(
        made, _user("desk", RoleName.DESK), _user("gas", RoleName.ENTERPRISE, made.gas),
        _user("lights", RoleName.ENTERPRISE, made.lights),
    )  # fmt: skip


def _user(name: str, role: RoleName, party: Party | None = None) -> User:
    user = add_user(name, Text(zh=name), password="a quiet street at night", party=party, by=BY)
    grant(user, role, valid_from=date(2024, 1, 1), by=BY)
    return user


def hand_on() -> None:
    """Deliver every event that waits for the handler of notices."""
    while deliver_next(TELL, Limits()) is not None:
        assert not [one.error for one in HeldEvent.objects.filter(handler="notices.tell")]
