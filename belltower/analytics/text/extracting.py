# SPDX-License-Identifier: Apache-2.0
"""Where, when and about which thing: words of place, time and asset found in a text by its own signs, no model behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NAME = r"[\u4e00-\u9fffA-Za-z0-9·]"
# The longest endings first: 小区 before 区, 街道 before 街.
_ENDS = (
    "农贸市场|生活广场|工业园区|汽车站|火车站|地铁站|公交站|加油站|搅拌站|垃圾站|变电站|菜市场|开发区|安置区|安置小区|"
    "街道|社区|小区|花园|花苑|家园|公寓|新城|大厦|大道|大桥|广场|市场|公园|小学|中学|大学|学校|幼儿园|医院|工业园|"
    "宿舍|山庄|名城|名苑|华府|雅苑|佳园|新村|村|镇|乡|路|街|巷|苑|里弄|[\\d一二三四五六七八九十]+期"
)
_PLACE = re.compile(rf"({_NAME}{{1,10}}?(?:{_ENDS})(?:小区|社区)?)(?![\u4e00-\u9fff]{{0,1}}(?:面|上的人))")
# What stands before a name and is not of it.
_LEADING = re.compile(
    r"^.*(?:位于|坐落在|座落在|座落于|坐落于|居住在|住在|我是|本人是|我们是|关于|反映|投诉|咨询|请问|举报|请求|建议|希望|"
    r"要求|强烈|尊敬的|领导|市长|书记|区长|县长|您好|你好|我家|我们|我们的|这里是|就是|附近的|旁边的|对面的|门口的|"
    r"以及|还有|西地省|[A-Za-z]\d{0,2}[市区县州]|[在的是从到对与和及于至往由沿经我而]|今年|再次|严重影响)"
)
_NO_NAME = frozenset(
    [
        "小区",
        "社区",
        "街道",
        "学校",
        "小学",
        "中学",
        "大学",
        "医院",
        "广场",
        "市场",
        "公园",
        "本村",
        "我村",
        "全村",
        "农村",
        "乡村",
        "该村",
        "村",
        "镇",
        "乡",
        "路",
        "街",
        "巷",
        "苑",
        "新城",
        "老城",
        "马路",
        "道路",
        "公路",
        "铁路",
        "高速公路",
        "网络",
        "线路",
        "出路",
        "走路",
        "修路",
        "一路",
        "本小区",
        "该小区",
        "我小区",
        "各小区",
        "整个小区",
        "所有小区",
        "多个小区",
        "某小区",
        "此路",
        "这条路",
        "大道",
        "小巷",
        "上街",
        "逛街",
        "城乡",
        "大桥",
        "花园",
        "宿舍",
        "公寓",
        "大厦",
        "幼儿园",
        "各村",
        "每个村",
        "一个村",
        "本社区",
        "本镇",
        "我镇",
        "各乡",
        "下乡",
        "回乡",
        "家乡",
        "老乡",
        "电路",
        "思路",
        "让路",
        "水路",
        "套路",
        "一条路",
    ]
)
_TIMES = re.compile(
    r"\d{4}[年./-]\d{1,2}(?:[月./-]\d{1,2}[日号]?|月)?(?:份|底|初)?|\d{1,2}月(?:\d{1,2}[日号]|份|底|初)?|"
    r"(?:今|去|前|明)年(?:\d{1,2}月(?:\d{1,2}[日号]|份)?)?|"
    r"(?:每天|每日|天天|每晚|昨天|今天|昨晚|今晚|前天|上周|本周|周末|最近|近期)?(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|夜里|深夜|半夜)"
    r"(?:[\d一二三四五六七八九十]{1,3}[点时](?:半|\d{1,2}分?)?)?|"
    r"\d{1,2}[点时:：]\d{0,2}(?:分|左右)?|每天|每晚|昨天|昨晚|前天|上周|本周|周末"
)
_LONGEST = 16
"""Letters of a place's name; what is longer is a sentence that ends in a road."""


@dataclass(frozen=True, slots=True)
class Found:
    """Words of a text in their order, each once."""

    places: tuple[str, ...]
    times: tuple[str, ...]
    assets: tuple[str, ...]


def extracted(text: str, *, assets: Mapping[str, str] | None = None) -> Found:
    """Places, times and assets; ``assets`` says which words stand for which kind (name or other name to kind)."""
    return Found(places(text), times(text), kinds(text, assets or {}))


def places(text: str) -> tuple[str, ...]:
    """Names of places, without what leads up to them: "位于书院路主干道" gives 书院路."""
    found: dict[str, None] = {}
    for match in _PLACE.finditer(text):
        name = _LEADING.sub("", match[1])
        if 3 <= len(name) <= _LONGEST and name not in _NO_NAME:
            found.setdefault(name)
    return tuple(found)


def times(text: str) -> tuple[str, ...]:
    """Words of time as they stand: "8月6日", "每天晚上", "22:30"."""
    return tuple(dict.fromkeys(match[0] for match in _TIMES.finditer(text)))


def kinds(text: str, words: Mapping[str, str]) -> tuple[str, ...]:
    """Kinds of asset whose names stand in the text, by their first place in it; a longer name hides a shorter one in it."""
    taken: list[tuple[int, int, str]] = []
    for word in sorted(words, key=len, reverse=True):
        at = text.find(word) if word else -1
        if at >= 0 and not any(first <= at < end for first, end, _ in taken):
            taken.append((at, at + len(word), words[word]))
    return tuple(dict.fromkeys(kind for _, _, kind in sorted(taken)))


class Finder:
    """Finds which of many names stand in a text; of names that overlap the longest counts, then the first."""

    def __init__(self, names: Mapping[str, int]) -> None:
        self._of: dict[str, list[tuple[str, int]]] = {}
        for name in sorted((name for name in names if len(name) >= 2), key=len, reverse=True):
            self._of.setdefault(name[:2], []).append((name, names[name]))

    def best(self, text: str) -> int | None:
        """What the longest name in ``text`` stands for; None where none does."""
        longest, found, first = 0, None, len(text)
        if not self._of:
            return None
        for pair in self._of.keys() & {text[at : at + 2] for at in range(len(text) - 1)}:
            for name, meant in self._of[pair]:
                if len(name) >= longest and (at := text.find(name)) >= 0:
                    if len(name) > longest or at < first:
                        longest, found, first = len(name), meant, at
                    break  # shorter ones of this pair do not count
        return found
