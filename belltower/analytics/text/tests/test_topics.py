# SPDX-License-Identifier: Apache-2.0
"""Near-duplicates, words of place and time, and hot topics, on a handful of texts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from belltower.analytics.text import duplicates, extracting, topics
from belltower.analytics.text.topics import Told

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_a_rewrite_is_found_and_another_house_with_the_same_complaint_is_not() -> None:
    texts = [
        "雁城花园旁边的搅拌站半夜施工，噪音和灰尘很大，居民无法休息，请环保部门处理",
        "雁城花园旁的搅拌站半夜还在施工，噪音和灰尘特别大，居民无法休息，请环保部门尽快处理",
        "立新小区五栋电梯坏了一周，老人上下楼困难，物业不管",
        "蒸湘路学校门口没有斑马线，孩子过马路危险",
    ] + [f"第{n}件事：{chr(0x6000 + n)}{chr(0x6100 + n)}{chr(0x6200 + n)}没有人管" for n in range(30)]
    found = duplicates.pairs(texts, least=0.5)
    assert [(one.first, one.second) for one in found if one.first < 4] == [(0, 1)]
    assert 0.5 <= found[0].likeness <= 1


def test_a_thousand_copies_are_one_group() -> None:
    texts = ["同一份请愿书，要求修复滨江路的路灯和人行道"] * 300 + [f"别的事情{n}" for n in range(40)]
    together = duplicates.groups(len(texts), duplicates.pairs(texts))
    assert set(together[:300]) == {0}


def test_no_texts_have_no_pairs() -> None:
    assert duplicates.pairs([]) == duplicates.pairs(["一"]) == duplicates.pairs(["？", "！"]) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("位于书院路主干道的大厦", ("书院路",)),
        ("我是春华镇金鼎村七里组村民", ("春华镇", "金鼎村")),
        ("A3区杜鹃文苑小区外的非法汽车检测站", ("杜鹃文苑小区",)),
        ("我们小区的马路", ()),
    ],
)
def test_places_are_named_without_what_leads_up_to_them(text: str, names: tuple[str, ...]) -> None:
    assert extracting.places(text)[: len(names)] == names
    assert bool(extracting.places(text)) == bool(names)


def test_times_are_told_as_they_stand() -> None:
    assert extracting.times("2019年8月6日晚上10点，每天凌晨都在施工") == ("2019年8月6日", "晚上10点", "每天凌晨")


def test_the_longer_name_of_an_asset_hides_the_shorter() -> None:
    assert extracting.kinds("门口的垃圾桶和路灯坏了", {"垃圾": "waste", "垃圾桶": "bin", "路灯": "lamp"}) == (
        "bin",
        "lamp",
    )


def test_the_longest_name_of_an_area_counts() -> None:
    finder = extracting.Finder({"蒸湘区": 1, "蒸湘区红湘街道": 2, "区": 3})
    assert finder.best("住在蒸湘区红湘街道") == 2
    assert finder.best("蒸湘区的路") == 1
    assert finder.best("别处") is None


def noise(*days: int, author: str | None = None) -> list[Told]:
    subject = "雁城花园搅拌站噪音扰民"
    texts = ("半夜施工灰尘大无法休息", "搅拌站离居民楼太近噪音大", "请关停雁城花园旁的搅拌站")
    return [
        Told(subject, texts[n % 3], NOW - timedelta(days=day), votes=n, author=author) for n, day in enumerate(days)
    ]


def others() -> list[Told]:
    return [
        Told(
            "".join(chr(0x6000 + n * 40 + at) for at in range(8)),
            "".join(chr(0x7000 + n * 40 + at) for at in range(20)),
            NOW,
        )
        for n in range(25)
    ]


def test_one_matter_has_a_name_a_place_and_a_span() -> None:
    [topic] = topics.topics([*noise(40, 20, 5, 1), *others()], now=NOW)
    assert (topic.name, topic.place, topic.people) == ("雁城花园搅拌站噪音扰民", "雁城花园", 4)
    assert (topic.began_at, topic.last_at) == (NOW - timedelta(days=40), NOW - timedelta(days=1))
    assert topic.trend == "rising"


def test_a_loud_caller_is_one_person() -> None:
    assert topics.topics([*noise(9, 8, 7, 6, author="same"), *others()], now=NOW) == []


def test_heat_ages_by_half_in_a_half_life() -> None:
    told = noise(3, 2, 1)
    assert topics.heat(told, NOW + topics.HALF_LIFE) == pytest.approx(topics.heat(told, NOW) / 2)


def test_what_nobody_speaks_of_any_more_falls() -> None:
    assert topics.trend(noise(50, 45, 40), NOW) == "falling"
    assert topics.trend([], NOW) == "steady"
