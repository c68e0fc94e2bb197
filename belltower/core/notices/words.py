# SPDX-License-Identifier: Apache-2.0
"""What letters and messages say, in the language of whom they are for. Facts in, words out; no look-ups."""

from __future__ import annotations

from collections.abc import Sequence

from belltower.core.cases.table import State
from belltower.core.notices.kinds import NoticeKind
from belltower.core.notices.models import Notice
from belltower.core.receiving.rules import Standing, standing_of
from belltower.kernel.texts import Text

_STATES = {
    NoticeKind.FILED: State.FILED, NoticeKind.ANSWERED: State.ANSWERED, NoticeKind.CLOSED: State.CLOSED,
    NoticeKind.DECLINED: State.DECLINED, NoticeKind.REOPENED: State.REOPENED, NoticeKind.MERGED: State.MERGED,
}  # fmt: skip
_INSIDE = Text(zh="{what}：案卷 {number} {title}", en="{what}: case {number} {title}")
_RUNG = Text(zh="提级阶梯第 {rung} 级。", en="Rung {rung} of the ladder.")
_INTO = Text(zh="并入案卷 {into}。", en="Merged into case {into}.")
_REPORTED = Text(zh="您上报的问题：{standing}", en="What you reported: {standing}")
_YOURS = Text(zh="案卷 {number}（{title}）：{standing}。", en="Case {number} ({title}): {standing}.")
_WITH = Text(zh="今后请看案卷 {into}。", en="From now on, see case {into}.")
_CODE = Text(
    zh="用回执上的查询码可以查看进展、补充说明、要求重新办理，也可以删除您留下的信息，之后不再收到来信。",
    en="With the code on your receipt you can see how it goes, add a comment, ask for it to be taken up again, or have erased "
    "what you told of yourself; then no more letters come.",
)
_DIGEST = Text(zh="{area}：{count} 条新消息", en="{area}: {count} news")
_LINE = Text(zh="{number} {title}：{standing}", en="{number} {title}: {standing}")
_STOP = Text(zh="退订：{link}", en="Unsubscribe: {link}")
_CONFIRM = Text(zh="请确认订阅：{area}", en="Please confirm: news of {area}")
_CONFIRM_BODY = Text(
    zh="有人用这个邮箱订阅了“{area}”的问题处理消息。\n请打开下面的链接确认（七天内有效）；不是您本人操作，可不予理会，我们不会再写信。",
    en="Somebody subscribed to news of '{area}' with this address.\nOpen the link below to confirm (within seven days). If it "
    "was not you, do nothing, and no more letters come.",
)


def standing(kind: str) -> Standing:
    """How a case stands that residents are told of; "answered" and "put right" stay apart."""
    return standing_of(_STATES[NoticeKind(kind)])


def inside(notice: Notice, language: str, address: str) -> tuple[str, str]:
    """Subject and text for people of the bureau and of its parties."""
    subject = _INSIDE.format(what=notice.what, number=notice.number, title=notice.name).say(language)
    more = [_RUNG.format(rung=notice.about["rung"])] if "rung" in notice.about else []
    more += [_INTO.format(into=notice.about["into"])] if "into" in notice.about else []
    lines = [subject, *(one.say(language) for one in more)]
    return _one_line(subject), "\n".join([*lines, *_link(address, f"/cases/{notice.number}/")])


def to_reporter(notice: Notice, language: str, address: str) -> tuple[str, str]:
    """Subject and text for who reported it."""
    stands = standing(notice.kind)
    subject = _REPORTED.format(standing=stands.text).say(language)
    lines = [_YOURS.format(number=notice.number, title=notice.name, standing=stands.text).say(language)]
    lines.append(stands.more.say(language))
    if "into" in notice.about:
        lines.append(_WITH.format(into=notice.about["into"]).say(language))
    where = _link(address, f"/public/cases/{notice.about.get('into', notice.number)}/")
    return _one_line(subject), "\n".join([*lines, *where, "", _CODE.say(language)])


def digest(notices: Sequence[Notice], area: Text, language: str, address: str, stop_link: str) -> tuple[str, str]:
    """Subject and text for who subscribed to an area: all that happened since the last letter."""
    subject = _DIGEST.format(area=area, count=len(notices)).say(language)
    lines = []
    for one in notices:
        lines.append(_LINE.format(number=one.number, title=one.name, standing=standing(one.kind).text).say(language))
        lines += _link(address, f"/public/cases/{one.number}/")
    return _one_line(subject), "\n".join([*lines, "", _STOP.format(link=stop_link).say(language)])


def confirming(area: Text, language: str, confirm_link: str, stop_link: str) -> tuple[str, str]:
    """Subject and text of the letter that asks whether a subscription is meant."""
    subject = _CONFIRM.format(area=area).say(language)
    lines = [
        _CONFIRM_BODY.format(area=area).say(language),
        confirm_link,
        "",
        _STOP.format(link=stop_link).say(language),
    ]
    return _one_line(subject), "\n".join(lines)


def _link(address: str, path: str) -> list[str]:
    return [f"{address}{path}"] if address else []


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
