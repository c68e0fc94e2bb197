# SPDX-License-Identifier: Apache-2.0
"""What people type finds what they mean, and nothing they type breaks anything."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from belltower.core.places.actions.parties import put_party
from belltower.core.places.models import Area, Asset, Party
from belltower.core.places.scope import EVERYTHING, NOTHING, Scope
from belltower.core.places.search import find, query_of
from belltower.core.places.tests.scene import BY, choose_hengyang, put, whole_city
from belltower.core.places.words import words_for
from belltower.kernel.texts import Text

BUILT = datetime(2024, 5, 1, tzinfo=UTC)


def light(key: str, name: Text | None = None, code: str | None = None, owner: Party | None = None) -> Asset:
    return Asset.objects.create(
        kind="street_light", key=key, code=code, name=name and name.as_json(), owner=owner, valid_from=BUILT,
        recorded_at=BUILT, recorded_by="test", words=words_for((key, code), name), area=Area.objects.get(code="430408001"),
        lon=112.5, lat=26.8,
    )  # fmt: skip


def codes(query: str, scope: Scope = EVERYTHING) -> list[str]:
    return [hit.code for hit in find(query, scope=scope)]


@pytest.mark.parametrize("typed", ["zhengx", "zhengxiangqu", "ZXQ", "蒸湘区", "湘区", "Zhengxiang", "xiangqu",
                                   "zheng xiang", "zhengxiang district", "Ｚｈｅｎｇ", "430408", "  430408 "])  # fmt: skip
def test_a_district_is_found_however_it_is_typed(small_city: None, typed: str) -> None:
    assert codes(typed)[0] == "430408"


@pytest.mark.parametrize("typed", ["蒸阳", "xiangzheng", "zz", "湘蒸", "430499"])
def test_what_is_not_there_is_not_found(small_city: None, typed: str) -> None:
    assert codes(typed) == []


@pytest.mark.parametrize(
    ("name", "typed"),
    [("重庆路", "chongqing"), ("衡阳大道", "hengyang"), ("朝阳街道", "chaoyang"), ("长丰社区", "changfeng"), ("长沙路", "changsha"),
     ("厦门路", "xiamen"), ("六安路", "luan"), ("台州路", "taizhou"), ("乐清路", "yueqing"), ("蚌埠路", "bengbu"),
     ("行政中心", "xingzheng"), ("绿地", "lvdi"), ("绿地", "lüdi"), ("绿地", "ludi"), ("西安路", "xi'an")],
)  # fmt: skip
def test_characters_of_several_readings_are_found_as_place_names_are_read(
    small_city: None, name: str, typed: str
) -> None:
    light("L-1", Text(zh=name))
    assert "L-1" in codes(typed)


def test_a_name_with_a_number_is_found_by_pinyin_with_the_number(small_city: None) -> None:
    light("L-1", Text(zh="解放大道100号"))
    light("L-2", Text(zh="解放大道101号"))
    assert codes("jiefangdadao100") == codes("jfdd100") == codes("解放大道 100") == ["L-1"]
    assert set(codes("jfdd")) == {"L-1", "L-2"}


def test_a_compound_code_is_found_whole_or_by_its_parts(small_city: None) -> None:
    light("SL-00123/7")
    assert codes("sl-00123/7") == codes("00123") == codes("SL00123") == codes("sl 7") == ["SL-00123/7"]
    assert codes("0123") == []


def test_an_exact_code_comes_before_codes_that_begin_so(small_city: None) -> None:
    light("430408-1", Text(zh="甲"))
    light("430408", Text(zh="乙"))
    assert codes("430408")[:3] == ["430408", "430408", "430408001"]
    assert [hit.noun for hit in find("430408", scope=EVERYTHING)][:2] == ["area", "asset"]


def test_names_that_begin_so_come_before_names_that_hold_it_and_areas_before_assets(small_city: None) -> None:
    light("A", Text(zh="大湘江路"))
    light("B", Text(zh="湘江路"))
    put_party("xiangjiang", "owner", Text(zh="湘江公司"), by=BY)
    assert codes("湘江") == ["xiangjiang", "B", "A"]
    assert codes("zheng")[:2] == ["430408", "430408001"], "the district before its street"


def test_words_typed_apart_are_found_together_before_they_are_found_apart(small_city: None) -> None:
    light("A", Text(zh="路灯大道"))
    light("B", Text(zh="大道路灯"))
    assert codes("lu deng") == ["A", "B"]
    assert codes("dao lu") == ["B", "A"], "apart, but there"


def test_a_search_keeps_its_query_budget(small_city: None, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(12):
        find("zheng xiang", scope=EVERYTHING)


def test_the_index_on_words_answers_what_is_rare(small_city: None) -> None:
    """On an empty table every plan is a scan, so the planner is told to avoid it: what is tested is that it can."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM places_asset WHERE words @@ %s::tsquery LIMIT 200", [query_of("zheng 蒸湘")]
        )
        assert any("places_asset_words" in line for (line,) in cursor.fetchall())


def test_a_hit_says_what_it_is_and_where(small_city: None) -> None:
    asset = light("L-1", None, code="43040801037000001")
    [hit] = find("43040801037000001", scope=EVERYTHING)
    assert (hit.noun, hit.uid, hit.code, hit.title.en) == ("asset", asset.uid, "43040801037000001", "Street light")
    assert (hit.where, hit.lon, hit.lat) == (Text(zh="蒸湘街道"), 112.5, 26.8)
    [street] = find("蒸湘街道", scope=EVERYTHING)
    assert (street.noun, street.where) == ("area", Text(zh="蒸湘区", en="Zhengxiang District"))


def test_an_area_that_is_no_longer_is_not_found(small_city: None) -> None:
    put(*whole_city())
    Area.objects.filter(code="430407").update(valid_until="2025-01-01")
    assert codes("石鼓") == []


def test_a_viewer_of_some_owners_finds_their_assets_only(small_city: None) -> None:
    ours = put_party("ours", "owner", Text(en="Gas company"), by=BY)
    other = put_party("other", "owner", Text(en="Gas works"), by=BY)
    light("G-1", owner=ours)
    light("G-2", owner=other)
    assert codes("g", Scope(frozenset({ours.pk}))) == ["ours", "G-1"]
    assert codes("g", NOTHING) == []
    assert codes("蒸湘区", NOTHING) == ["430408"]


def test_no_more_than_asked_for_comes_back(small_city: None) -> None:
    for number in range(30):
        light(f"L-{number}", Text(zh="湘江路灯"))
    assert len(find("湘江", scope=EVERYTHING, limit=7)) == 7
    assert find("湘江", scope=EVERYTHING, limit=0) == []


STRANGE = ["", " ", "'", "''", "\\", "a'b", "&|!:*()<->", "蒸&湘", "%s", "%(x)s", "'; DROP TABLE places_asset; --", "\x00", "a\x00b",
           "\ud800", "😀", "x" * 10_000, "蒸" * 10_000, "a " * 5_000, ":*", "<2>", "^", "١٢٣", "ﬁn", "İstanbul", "_", "-" * 300]  # fmt: skip


@pytest.mark.parametrize("typed", STRANGE)
def test_strange_input_is_answered(small_city: None, typed: str) -> None:
    assert isinstance(find(typed, scope=EVERYTHING), list)


class AnythingTyped(TestCase):
    def setUp(self) -> None:
        choose_hengyang()
        put(*whole_city())

    @settings(max_examples=150, deadline=None)
    @given(st.one_of(st.text(max_size=60), st.text(alphabet="蒸湘zx'\\&|!:*()<>-^% 1\x00😀", max_size=20)))
    def test_anything_typed_is_answered(self, typed: str) -> None:
        assert isinstance(find(typed, scope=EVERYTHING), list)

    @settings(max_examples=150, deadline=None)
    @given(st.lists(st.text(max_size=150), max_size=3), st.text(max_size=60), st.text(max_size=60))
    def test_the_words_of_anything_cast_to_a_tsvector(self, codes: list[str], zh: str, en: str) -> None:
        words = words_for(codes, {"zh": zh.replace("\x00", ""), "en": en.replace("\x00", "")})
        with connection.cursor() as cursor:
            cursor.execute("SELECT length(%s::tsvector)", [words])
            assert cursor.fetchone()[0] >= 0


@given(st.text(min_size=1, max_size=40))
def test_a_query_is_never_empty_text(typed: str) -> None:
    query = query_of(typed)
    assert query is None or query.strip()
