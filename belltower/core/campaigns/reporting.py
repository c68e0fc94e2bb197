# SPDX-License-Identifier: Apache-2.0
"""The closing report: numbers frozen as plain JSON, and the pages that are set from them and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from belltower.core.campaigns.counting import Extent
from belltower.core.campaigns.progress import Day, Judged, Score
from belltower.core.campaigns.ranking import Placed
from belltower.core.campaigns.standing import Standing
from belltower.core.campaigns.targets import STATES, Reached, State, Target
from belltower.core.campaigns.wording import WORDS, counted, day_said, share_said
from belltower.core.places import city
from belltower.core.places.models import Area, Party
from belltower.core.standards.models import HELD, Finding, FindingState, Revision
from belltower.core.standards.outputs.typesetting import typeset
from belltower.kernel.instants import civil_day
from belltower.kernel.texts import Text

MOST_OPEN = 200
"""Open findings that a report lists; how many more there are, it says."""
TEMPLATE = "campaigns/templates/closing"


def frozen(stands: Standing) -> dict[str, Any]:
    """All that the report says, as JSON: counts and titles as they are at ``stands.at``."""
    campaign, titles = stands.extent.campaign, titles_of(stands.extent.clauses)
    listed, left_out = _open(stands.extent)
    return {
        "uid": str(campaign.uid), "title": campaign.title, "purpose": campaign.purpose,
        "first_day": str(campaign.first_day), "last_day": str(campaign.last_day),
        "closed_on": str(_day(campaign.closed_at)) if campaign.closed_at else None, "remark": campaign.remark,
        "is_simulated": campaign.is_simulated, "counted_at": stands.at.isoformat(),
        "score": _score(stands.score), "judged": _judged(stands.judged),
        "judged_on": str(stands.judged_on) if stands.judged_on else None,
        "scope": [one.title.as_json() for one in stands.extent.areas],
        "targets": [_target(one) for one in stands.targets], "days": [_on_day(one) for one in stands.days],
        "areas": [{**_placed(one), "code": one.who.code, "title": one.who.title.as_json()} for one in stands.areas],
        "parties": [{**_placed(one), **_party(one.who)} for one in stands.parties],
        "clauses": [
            {**titles[pk], "score": _score(stands.clauses.get(pk, Score()))} for pk in stands.extent.clauses if pk in titles
        ],
        "open": listed, "open_left_out": left_out,
    }  # fmt: skip


def titles_of(clauses: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Key and title of each of these kept clauses, as its newest revision that held says."""
    held = Revision.objects.filter(state__in=HELD, clause__in=list(clauses)).select_related("clause")
    return {
        one.clause_id: {"key": one.clause.key, "title": one.body.get("title") or {"en": one.clause.key}}
        for one in held.order_by("since", "number")
    }


def printed(
    numbers: Mapping[str, Any], *, digest: str, fonts: Path, language: str = "zh", publisher: str = ""
) -> bytes:
    """The report on A4, a PDF, in ``zh`` or ``en``. Raises NotTypeset, NoFonts."""
    data = page_data(numbers, digest=digest, language=language, publisher=publisher)
    on = numbers["closed_on"] or numbers["last_day"]
    return typeset(TEMPLATE, data, fonts=fonts, day=date.fromisoformat(on))


def page_data(numbers: Mapping[str, Any], *, digest: str, language: str, publisher: str) -> dict[str, Any]:
    """All that the template prints, in one language."""

    def say(text: Mapping[str, Any] | Text) -> str:
        return Text.read(text).say(language)

    def on(day: str | None) -> str:
        return say(day_said(date.fromisoformat(day))) if day else "—"

    return {
        "lang": language, "publisher": publisher or "Belltower 钟鼓楼", "digest": digest,
        "words": {name: say(said) for name, said in WORDS.items()},
        "title": say(numbers["title"]), "purpose": say(numbers["purpose"]) if numbers["purpose"] else "",
        "first_day": on(numbers["first_day"]), "last_day": on(numbers["last_day"]), "closed_on": on(numbers["closed_on"]),
        "remark": numbers["remark"], "is_simulated": numbers["is_simulated"],
        "scope": [say(one) for one in numbers["scope"]] or [say(WORDS["whole_city"])],
        "score": _row(numbers["score"]), "judged": numbers["judged"], "judged_on": on(numbers["judged_on"]),
        "targets": [_target_row(one, language) for one in numbers["targets"]],
        "days": [{**one, "said": on(one["day"])} for one in numbers["days"]],
        "areas": [_place_row(one, language) for one in numbers["areas"]],
        "parties": [_place_row(one, language) for one in numbers["parties"]],
        "clauses": [{"key": one["key"], "title": say(one["title"]), **_row(one["score"])} for one in numbers["clauses"]],
        "open": [
            {"subject": say(one["subject"]), "clause": say(one["clause"]), "area": say(one["area"]) if one["area"] else "—",
             "due": on(one["due_on"]), "grade": say(WORDS[one["grade"]]),
             "state": say(WORDS["unknown" if one["is_unknown"] else "overdue" if one["is_overdue"] else "open"])}
            for one in numbers["open"]
        ],
        "open_left_out": numbers["open_left_out"],
    }  # fmt: skip


def _score(of: Score) -> dict[str, int]:
    return {**asdict(of), "open": of.open, "among": of.among}


def _judged(of: Judged | None) -> dict[str, int] | None:
    return asdict(of) if of else None


def _target(of: Reached) -> dict[str, Any]:
    return {**of.target.as_json(), "counted": of.counted, "among": of.among, "state": of.state.value}


def _on_day(of: Day) -> dict[str, Any]:
    return {"day": str(of.day), **_score(of.score), "judged": _judged(of.judged)}


def _placed(of: Placed[Area] | Placed[Party | None]) -> dict[str, Any]:
    return {"place": of.place, "score": _score(of.score), "judged": _judged(of.judged)}


def _party(party: Party | None) -> dict[str, Any]:
    return {"key": party.key, "title": party.title.as_json()} if party else {"key": "", "title": None}


def _row(score: Mapping[str, int]) -> dict[str, Any]:
    return {**score, "share": share_said(score["put_right"], score["among"])}


def _place_row(one: Mapping[str, Any], language: str) -> dict[str, Any]:
    title = Text.read(one["title"]).say(language) if one["title"] else WORDS["nobody"].say(language)
    judged = one["judged"]
    return {
        "title": title, "place": one["place"], **_row(one["score"]),
        "not_known": judged["unknown"] if judged else None,
        "judged": judged["holds"] + judged["broken"] + judged["unknown"] if judged else None,
    }  # fmt: skip


def _target_row(one: Mapping[str, Any], language: str) -> dict[str, Any]:
    state = State(one["state"])
    return {
        "said": Target.read(one).said.say(language), "now": counted(one["counted"], one["among"]).say(language),
        "state": STATES[state].say(language), "key": state.value,
    }  # fmt: skip


def _open(of: Extent) -> tuple[list[dict[str, Any]], int]:
    """The findings that were open at the instant of the count, gravest and longest due first; how many more there are."""
    rows = open_at(of).select_related("asset", "area").defer("asset__geometry", "area__geometry")
    found = list(rows.order_by("-grade", "due_at", "pk")[:MOST_OPEN])
    titles = titles_of({one.clause_id for one in found})
    listed = [
        {
            "uid": str(one.uid), "subject": one.subject_title.as_json(), "clause": titles[one.clause_id]["title"],
            "area": one.area.title.as_json() if one.area else None, "grade": one.grade,
            "due_on": str(_day(one.due_at)) if one.due_at else None, "is_unknown": one.outcome == "unknown",
            "is_overdue": bool(one.due_at and one.due_at < of.at),
        }
        for one in found
    ]  # fmt: skip
    return listed, max(0, rows.count() - MOST_OPEN) if len(listed) == MOST_OPEN else 0


def open_at(of: Extent) -> Any:
    """The findings of a campaign that were open at the instant of its count."""
    rows = Finding.objects.filter(of.within, clause__in=of.clauses, opened_at__lt=of.at)
    return rows.exclude(state=FindingState.CLOSED, closed_at__lte=of.at)


def _day(at: datetime) -> date:
    return civil_day(at, city.current().tz)
