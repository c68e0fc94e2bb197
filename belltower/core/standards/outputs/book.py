# SPDX-License-Identifier: Apache-2.0
"""The pocket book (口袋书): the data of its pages from an edition, and the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from belltower.core.standards.clauses import Grade, Outcome, Verified
from belltower.core.standards.outputs import wording
from belltower.core.standards.outputs.codes import qr
from belltower.core.standards.outputs.edition import Chapter, ClauseOnDay, Edition
from belltower.core.standards.outputs.limits import Limit
from belltower.core.standards.outputs.typesetting import typeset
from belltower.kernel.texts import Text

PAPERS = ("a6", "a4")
LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}
TITLE = Text(zh="城市标准口袋书", en="Pocket book of city standards")
WORDS = {
    "how_to_read": Text(zh="怎样读这本书", en="How to read this book"),
    "contents": Text(zh="目录", en="Contents"),
    "source": Text(zh="出处", en="Source"),
    "rectify": Text(zh="整改时限", en="Put right"),
    "responsible": Text(zh="责任主体", en="Who answers"),
    "grade": Text(zh="等级", en="Grade"),
    "rule": Text(zh="机器检查", en="What the machine checks"),
    "examples": Text(zh="例子", en="Examples"),
    "not_covered": Text(zh="尚未检查", en="Not checked yet"),
    "colophon": Text(zh="版本信息", en="Colophon"),
}
NOTES = (
    Text(
        zh="每条写明：要求、现行数值及自何日起有效、出处、整改时限、责任主体和等级。数值按下方版本日期取用；数值变更后，请以扫码页面为准。",
        en="Each clause tells what is asked, the value in force and since when, where it is written, how long putting it right may take, who answers, and its grade. Values are those of the day of this edition; when one changes, the live page is right.",
    ),
    Text(
        zh="条文是本系统的表述，不是标准原文。带 ※ 的数值只见于二手资料或未经核实，执法引用前必须核对原文。",
        en="The sentences are ours, not the standard's own. Numbers marked ※ were seen second-hand or not verified: read the standard before they are relied upon.",
    ),
)  # fmt: skip
LEGEND = {
    Verified.PRIMARY: Text(zh="数值在标准原文中读到", en="the number was read in the standard itself"),
    Verified.TRANSCRIPTION: Text(zh="数值在标准的转录本中读到", en="the number was read in a transcription of it"),
    Verified.SECONDARY: Text(zh="数值只见于介绍该标准的资料 ※", en="the number was seen on a page about it ※"),
    Verified.UNVERIFIED: Text(zh="数值尚无人核实 ※", en="nobody verified the number ※"),
}


@dataclass(frozen=True, slots=True)
class Print:
    """How a book is printed. ``address``: of the console, for QR codes (none without); ``head``: of the ledger, in words.

    ``fonts`` is the folder that the front-end build fills; ``language`` is zh, en or both; ``paper`` a6 or a4.
    """

    fonts: Path
    language: str = "zh"
    paper: str = "a6"
    address: str = ""
    publisher: str = ""
    title: Text = TITLE
    head: str = ""


def book(edition: Edition, how: Print) -> bytes:
    """The PDF. The same bytes for the same edition and print. Raises NotTypeset, NoFonts."""
    return typeset("book", book_data(edition, how), fonts=how.fonts, day=edition.day)


def book_data(edition: Edition, how: Print) -> dict[str, Any]:
    """All that the template prints, as plain JSON; a text is a list, one entry a language."""
    languages = LANGUAGES[how.language]
    day = wording.day(edition.day)
    return {
        "lang": languages[0], "paper": how.paper, "title": in_words(how.title, languages), "publisher": how.publisher or "Belltower 钟鼓楼",
        "subtitle": in_words(_subtitle(edition), languages),
        "edition": in_words(Text(zh=f"{day.zh} 版", en=f"Edition of {day.en}"), languages),
        "running": in_words(Text(zh=f"{how.title.say('zh')}　{day.zh}", en=f"{how.title.say('en')}, {day.en}"), languages[:1]),
        "words": {name: in_words(said, languages) for name, said in WORDS.items()},
        "notes": [in_words(note, languages) for note in _notes(how.address)],
        "legend": [
            {"mark": wording.VERIFIED[how_far].say(languages[0]), "is_doubtful": how_far in wording.DOUBTFUL, "says": in_words(says, languages)}
            for how_far, says in LEGEND.items()
        ],
        "chapters": [_chapter(one, languages, how.address) for one in edition.chapters],
        "colophon": _colophon(edition, how, languages),
    }  # fmt: skip


def in_words(text: Text, languages: Sequence[str]) -> list[str]:
    """The text in each language; what is the same in both stands once."""
    return list(dict.fromkeys(text.say(language) for language in languages))


def _notes(address: str) -> tuple[Text, ...]:
    if not address:
        return NOTES
    page = live_page(address, "…")
    return (
        *NOTES,
        Text(
            zh=f"二维码指向现行页面：{page}，“…”为条款编号。",
            en=f"A code leads to the live page: {page} with the clause's name.",
        ),
    )


def _subtitle(edition: Edition) -> Text:
    if len(edition.chapters) == 1:
        return edition.chapters[0].document.title
    if edition.chosen.role:
        said = wording.ROLES[edition.chosen.role]
        return Text(zh=f"{said.zh}分册", en=f"For: {said.en}")
    count = len(edition.clauses)
    return Text(
        zh=f"{len(edition.chapters)} 部标准，{count} 条", en=f"{len(edition.chapters)} standards, {count} clauses"
    )


def _chapter(chapter: Chapter, languages: Sequence[str], address: str) -> dict[str, Any]:
    return {
        "title": in_words(chapter.document.title, languages),
        "issued_by": in_words(chapter.document.issued_by, languages),
        "clauses": [_clause(one, languages, address) for one in chapter.clauses],
    }


def _clause(one: ClauseOnDay, languages: Sequence[str], address: str) -> dict[str, Any]:
    clause, source = one.clause, one.clause.source
    page = live_page(address, clause.id) if address else ""
    return {
        "id": clause.id, "title": in_words(clause.title, languages), "text": in_words(clause.text, languages),
        "subject": in_words(one.subject, languages), "rule": in_words(one.rule, languages),
        "limits": [_limit(limit, languages) for limit in one.limits],
        "source": in_words(wording.place_in(source), languages[:1]),
        "verified": in_words(wording.VERIFIED[source.verified], languages[:1]), "is_doubtful": one.is_doubtful,
        "rectify": in_words(wording.time_allowed(one.rectify), languages) if one.rectify else ["—"],
        "responsible": in_words(wording.ROLES[clause.responsible], languages),
        "grade": in_words(wording.GRADES[clause.grade], languages), "is_major": clause.grade is Grade.MAJOR,
        "examples": [
            {
                "says": in_words(each.says, languages), "outcome": in_words(wording.OUTCOMES[each.outcome], languages[:1]),
                "is_good": each.outcome is Outcome.HOLDS, "is_bad": each.outcome is Outcome.BROKEN,
            }
            for each in one.examples
        ],
        "not_covered": in_words(clause.not_covered, languages) if clause.not_covered else [],
        "address": page, "code": qr(page) if page else None,
    }  # fmt: skip


def _limit(limit: Limit, languages: Sequence[str]) -> dict[str, Any]:
    since = wording.day(limit.since)
    said = Text(zh=f"自 {since.zh} 起", en=f"since {since.en}")
    if limit.until:
        until = wording.day(limit.until)
        said = Text(zh=f"{said.zh}，{until.zh} 起另有新值", en=f"{said.en}; another from {until.en}")
    return {
        "label": in_words(limit.label, languages),
        "value": in_words(limit.said, languages),
        "since": in_words(said, languages),
    }


def live_page(address: str, clause: str) -> str:
    """Where the console shows the clause as it stands today."""
    return f"{address.rstrip('/')}/standards/clauses/{clause}/"


def _colophon(edition: Edition, how: Print, languages: Sequence[str]) -> list[dict[str, Any]]:
    day = wording.day(edition.day)
    rows = [
        (Text(zh="数值日期", en="Values of the day"), Text(zh=day.zh, en=day.en), False),
        (
            Text(zh="范围", en="Part"),
            Text(zh=f"{len(edition.clauses)} 条", en=f"{len(edition.clauses)} clauses"),
            False,
        ),
        (Text(zh="标准摘要（SHA-256）", en="Digest of the standards (SHA-256)"), Text(en=edition.digest), True),
        (Text(zh="账本树头", en="Head of the ledger"), Text(en=how.head) if how.head else None, True),
        (Text(zh="字体", en="Type"), Text(en="Noto Sans SC, SIL Open Font License 1.1"), False),
    ]
    return [
        {"label": in_words(label, languages), "says": in_words(says, languages)[0], "is_code": is_code}
        for label, says, is_code in rows
        if says
    ]
