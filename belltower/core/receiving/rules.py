# SPDX-License-Identifier: Apache-2.0
"""Judgements at the public door: what a state is called in plain words, what a place is rounded to, what may be done. No look-ups."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from belltower.core.access.errors import BadContact
from belltower.core.cases.table import State, Step
from belltower.kernel.texts import Text

ROUNDED_TO = 3
"""Decimals of a degree of a public place: about 100 m, so that nobody's door is told."""
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@.]{2,60}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{5,24}")


class Standing(StrEnum):
    """How a case stands, as residents are told. Answered is what the unit says; put right is what somebody else found."""

    RECEIVED = "received"
    ARRANGING = "arranging"
    WITH_UNIT = "with_unit"
    ANSWERED = "answered"
    PUT_RIGHT = "put_right"
    NOT_TAKEN = "not_taken"
    WAITING = "waiting"
    JOINED = "joined"

    @property
    def text(self) -> Text:
        return _WORDS[self]

    @property
    def more(self) -> Text:
        """The same in a sentence, with what comes next."""
        return _SENTENCES[self]


_WORDS = {
    Standing.RECEIVED: Text(zh="已收到", en="Received"),
    Standing.ARRANGING: Text(zh="正在安排", en="Being arranged"),
    Standing.WITH_UNIT: Text(zh="正在处理", en="Being put right"),
    Standing.ANSWERED: Text(zh="单位已答复，尚未核实", en="Answered, not checked yet"),
    Standing.PUT_RIGHT: Text(zh="已整改到位，经核实", en="Put right, verified"),
    Standing.NOT_TAKEN: Text(zh="未予受理", en="Not taken up"),
    Standing.WAITING: Text(zh="暂缓办理", en="On hold"),
    Standing.JOINED: Text(zh="已与另一件合并办理", en="Joined with another report"),
}
_SENTENCES = {
    Standing.RECEIVED: Text(zh="值班人员将查看并登记。", en="The duty desk will look at it and register it."),
    Standing.ARRANGING: Text(zh="已登记，正在确定由谁处理。", en="It is registered; who puts it right is being settled."),
    Standing.WITH_UNIT: Text(zh="责任单位正在处理。", en="The responsible unit is working on it."),
    Standing.ANSWERED: Text(
        zh="责任单位说已经处理好。这还不算办结：将由其他人到现场核实。",
        en="The responsible unit says that it is done. That is not the end: somebody else will go and check.",
    ),
    Standing.PUT_RIGHT: Text(
        zh="没有参与处理的人员已核实整改到位。",
        en="Somebody who had no part in the work has checked that it was put right.",
    ),
    Standing.NOT_TAKEN: Text(zh="没有立案。如不同意，可以要求重新办理。", en="No case was opened. If you disagree, ask for it to be taken up again."),
    Standing.WAITING: Text(zh="暂时不能处理，恢复后继续。", en="Nothing can be done for now; it goes on later."),
    Standing.JOINED: Text(zh="同一问题已有人上报，一起办理。", en="Others reported the same; both are handled together."),
}  # fmt: skip
_OF_STATE = {
    State.REPORTED: Standing.RECEIVED,
    State.FILED: Standing.ARRANGING,
    State.DISPATCHED: Standing.WITH_UNIT,
    State.IN_PROGRESS: Standing.WITH_UNIT,
    State.RETURNED: Standing.WITH_UNIT,
    State.REOPENED: Standing.WITH_UNIT,
    State.ANSWERED: Standing.ANSWERED,
    State.VERIFIED: Standing.PUT_RIGHT,
    State.CLOSED: Standing.PUT_RIGHT,
    State.DECLINED: Standing.NOT_TAKEN,
    State.SUSPENDED: Standing.WAITING,
    State.MERGED: Standing.JOINED,
}


def standing_of(state: str) -> Standing:
    """How a case in that state stands, as residents are told."""
    return _OF_STATE[State(state)]


_TOLD = {
    Step.REPORT: Text(zh="收到上报", en="The report came in"),
    Step.FILE: Text(zh="已登记", en="It was registered"),
    Step.DECLINE: Text(zh="未予受理", en="It was not taken up"),
    Step.DISPATCH: Text(zh="交给责任单位", en="It went to the responsible unit"),
    Step.TAKE: Text(zh="责任单位开始处理", en="The responsible unit began"),
    Step.ANSWER: Text(zh="责任单位答复：已处理（尚未核实）", en="The responsible unit says it is done (not checked yet)"),
    Step.SEND_BACK: Text(zh="核实未通过，退回重新处理", en="The check found it not done; the unit works on it again"),
    Step.VERIFY: Text(zh="经核实，已整改到位", en="Checked: it was put right"),
    Step.CLOSE: Text(zh="办结", en="Closed"),
    Step.REOPEN: Text(zh="重新办理", en="Taken up again"),
    Step.SUSPEND: Text(zh="暂缓办理", en="Put on hold"),
    Step.RESUME: Text(zh="恢复办理", en="Work goes on"),
    Step.MERGE: Text(zh="与另一件合并办理", en="Joined with another report"),
}  # fmt: skip
"""The steps that residents are told. How the bureau shares its work is its own matter."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of what residents read of a case's history."""

    at: datetime
    text: Text


def history_of(steps: Iterable[tuple[str, datetime]]) -> list[Happened]:
    """The public history, from the (step, at) of each step; no reasons, nobody's name."""
    return [Happened(at, _TOLD[Step(step)]) for step, at in steps if Step(step) in _TOLD]


def is_judged(state: str) -> bool:
    """Whether somebody has judged that it was put right: what a reporter may confirm."""
    return State(state) in (State.VERIFIED, State.CLOSED)


def may_contest(state: str) -> bool:
    """Whether a reporter may ask for it to be taken up again."""
    return is_judged(state) or State(state) is State.DECLINED


def rounded(degrees: float | None) -> float | None:
    """A coordinate as everybody may know it."""
    return None if degrees is None else round(degrees, ROUNDED_TO)


class Complaint(StrEnum):
    """Why a reporter contests. From a list, since the responsible unit and the ledger keep it for ever; words come sealed."""

    NOTHING_DONE = "nothing_done"
    PARTLY = "partly"
    CAME_BACK = "came_back"
    WRONGLY_DECLINED = "wrongly_declined"
    OTHER = "other"

    @property
    def text(self) -> Text:
        return _COMPLAINTS[self]


_COMPLAINTS = {
    Complaint.NOTHING_DONE: Text(zh="没有处理", en="Nothing was done"),
    Complaint.PARTLY: Text(zh="只处理了一部分", en="Only part of it was done"),
    Complaint.CAME_BACK: Text(zh="问题又出现了", en="It came back"),
    Complaint.WRONGLY_DECLINED: Text(zh="应当受理", en="It should have been taken up"),
    Complaint.OTHER: Text(zh="其他原因", en="Another reason"),
}


@dataclass(frozen=True, slots=True)
class Contact:
    """How a reporter wants to be reached; all of it may be left out. ``email`` is given for news of the case only."""

    name: str = ""
    phone: str = ""
    email: str = ""

    def checked(self) -> Contact:
        """The same without blanks around. Raises BadContact."""
        name, phone, email = (one.strip() for one in (self.name, self.phone, self.email))
        for given, shape in ((email, _EMAIL), (phone, _PHONE)):
            if given and not shape.fullmatch(given):
                raise BadContact(given=given[:80])
        return Contact(name[:80], phone, email)
