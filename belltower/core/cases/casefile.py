# SPDX-License-Identifier: Apache-2.0
"""The case file (案卷) on paper: what was wrong, every step, the arithmetic of the clocks, the evidence, and where the ledger has it.

Set from plain data of the case as the viewer sees it; nothing of who reported is in it. What people wrote is data to the typesetter, never markup,
and a character that the fonts have not is printed as □ (decision 206).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from belltower.core.attachments.models import Attachment
from belltower.core.attachments.models import State as Kept
from belltower.core.cases.chain import DESK
from belltower.core.cases.clocks import Clock, Segment
from belltower.core.cases.deadlines import clocks_of
from belltower.core.cases.file_words import PART_WORDS, WORDS
from belltower.core.cases.kinds import Grade, Source, title_of
from belltower.core.cases.merging import merged_into
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.table import ENDED, Part, State, Step
from belltower.core.cases.wording import VERIFIED, WHY, amount_said, instant_said, length_said, limit_said
from belltower.core.ledger import heads
from belltower.core.ledger.proofs import entries_of
from belltower.core.places import city
from belltower.core.standards.outputs.glyphs import printable
from belltower.core.standards.outputs.typesetting import typeset
from belltower.kernel.texts import Text

TEMPLATE = "cases/templates/file"
MOST_REMARKS, MOST_FILES = 200, 200


def printed(case: Case, *, now: datetime, fonts: Path, language: str = "zh", publisher: str = "") -> bytes:
    """The file of a case on A4, a PDF, in ``zh`` or ``en``, as it stands ``now``. Raises NotTypeset, NoFonts."""
    data = page_data(case, now=now, language=language, publisher=publisher)
    day = now.astimezone(city.current().tz).date()
    return typeset(TEMPLATE, printable(data, fonts), fonts=fonts, day=day)


def page_data(case: Case, *, now: datetime, language: str, publisher: str = "") -> dict[str, Any]:
    """All that the template prints, in one language."""
    say = partial(_say, language=language)
    at = partial(_at, language=language)
    steps = list(case.steps.select_related("holder").defer("holder__words"))
    files = Attachment.objects.filter(subject_kind="cases.case", subject_uid=case.uid, state=Kept.KEPT).order_by("pk")
    return {
        "lang": language, "publisher": publisher or "Belltower 钟鼓楼", "words": {key: say(one) for key, one in WORDS.items()},
        "number": case.number, "title": say(case.name), "text": case.text, "is_simulated": case.is_simulated,
        "printed_at": at(now), "facts": [[say(WORDS[key]), said] for key, said in _facts(case, language) if said],
        "steps": [_step(one, case, language) for one in steps],
        "clocks": [_clock(one, now, language) for one in clocks_of(case, now)],
        "files": [[one.name, at(one.put_at), at(one.taken_at), one.digest] for one in files[:MOST_FILES]],
        "remarks": [[at(one.at), one.text] for one in case.remarks.order_by("pk")[:MOST_REMARKS]],
        "merged": [[one.number, say(one.name)] for one in merged_into(case)],
        "entries": [str(one) for one in reversed(entries_of("cases_case", case.pk))], "head": _head(language),
    }  # fmt: skip


def _facts(case: Case, language: str) -> Sequence[tuple[str, str]]:
    say, at = partial(_say, language=language), partial(_at, language=language)
    place = f"{case.lon:.6f}, {case.lat:.6f} (WGS 84)" if case.lon is not None and case.lat is not None else ""
    state = State(case.state)
    holder = "" if state in ENDED else say(case.party.title if case.holder_id and case.party else DESK)
    return (
        ("state", say(state.text)), ("kind", say(title_of(case.kind))), ("source", say(Source(case.source).text)),
        ("grade", say(Grade(case.grade).text)), ("reported", at(case.reported_at)), ("ended", at(case.ended_at)),
        ("due", at(case.due_at)), ("holder", holder), ("party", say(case.party.title) if case.party else ""),
        ("area", say(case.area.title) if case.area else ""), ("asset", case.asset.key if case.asset else ""),
        ("address", case.address), ("place", place),
    )  # fmt: skip


def _step(one: CaseStep, case: Case, language: str) -> dict[str, Any]:
    say = partial(_say, language=language)
    holder = None if State(one.state) in ENDED else one.holder.title if one.holder else DESK
    entries = entries_of("cases_step", one.pk)
    return {
        "number": one.number, "at": _at(one.at, language=language), "step": say(Step(one.step).text),
        "state": say(State(one.state).text), "part": say(PART_WORDS[Part(one.part)]), "holder": say(holder) if holder else "—",
        "reason": one.reason, "entry": str(entries[-1]) if entries else "—",
    }  # fmt: skip


def _clock(one: Clock, now: datetime, language: str) -> dict[str, Any]:
    say, at = partial(_say, language=language), partial(_at, language=language)
    limit = one.limit
    return {
        "stage": say(one.stage.text), "limit": say(limit_said(limit)) if limit else say(WORDS["no_limit"]),
        "source": limit.source.document if limit else "", "verified": say(VERIFIED[limit.source.verified]) if limit else "",
        "began": at(one.began_at), "ended": at(one.ended_at) or say(WORDS["runs"]), "used_up": at(one.used_up_at),
        "used": say(amount_said(one.used, one.unit)), "is_overdue": one.is_overdue(now),
        "is_provisional": one.is_provisional, "calendar": one.fingerprint,
        "spans": [_span(each, language) for each in one.spans if each.length],
    }  # fmt: skip


def _span(one: Segment, language: str) -> list[str]:
    why = WHY.get(one.why)
    said = [
        _at(one.begin, language=language),
        _at(one.end, language=language),
        _say(length_said(one.length), language=language),
    ]
    return [*said, _say(why, language=language) if why else ""]


def _head(language: str) -> Mapping[str, str] | None:
    """The newest signed head of the ledger: with it on paper, nobody writes the log anew unseen."""
    head = heads.newest()
    if head is None:
        return None
    return {"size": str(head.size), "root": head.root.hex(), "at": _at(head.at, language=language), "key": head.key}


def _say(text: Text, *, language: str) -> str:
    return text.say(language)


def _at(at: datetime | None, *, language: str) -> str:
    return instant_said(at, city.current().tz).say(language) if at else ""
