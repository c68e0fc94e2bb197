# SPDX-License-Identifier: Apache-2.0
"""Official codes: made right, taken apart again, and every mistyped sign of a credit code noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.kernel import codes
from belltower.kernel.codes import BadCode

districts = st.from_regex(r"[1-9][0-9]{5}", fullmatch=True)
classes = st.builds("{:02d}{:03d}".format, st.integers(1, 99), st.integers(1, 999))
communities = st.from_regex(r"[1-9][0-9]{11}", fullmatch=True)
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Published by the companies themselves.
REAL = ["914403001922038216", "9144030071526726XG", "91330100799655058B", "91110000802100433B"]


@given(district=districts, gb_code=classes, sequence=st.integers(1, 999_999))
def test_an_asset_code_has_17_digits_and_comes_apart_again(district: str, gb_code: str, sequence: int) -> None:
    code = codes.asset_code(district, gb_code, sequence)
    assert len(code) == 17
    assert codes.check_asset_code(code) is None
    assert codes.read_asset_code(code) == (district, gb_code, sequence)


def test_an_asset_code_reads_as_the_standard_prints_it() -> None:
    assert codes.asset_code("430407", "01037", 42) == "43040701037000042"


@pytest.mark.parametrize(
    ("district", "gb_code", "sequence", "zh"),
    [
        ("43040", "01037", 1, "有5位，应为6位"),
        ("043040", "01037", 1, "首位不能为0"),
        ("430407", "1037", 1, "有4位，应为5位"),
        ("430407", "00037", 1, "都从1编起"),
        ("430407", "01037", 0, "顺序号应为1至999999"),
        ("430407", "01037", 1_000_000, "顺序号应为1至999999"),
    ],
)
def test_a_part_that_does_not_hold_makes_no_asset_code(district: str, gb_code: str, sequence: int, zh: str) -> None:
    with pytest.raises(BadCode) as caught:
        codes.asset_code(district, gb_code, sequence)
    assert zh in caught.value.say("zh")


@pytest.mark.parametrize(
    ("code", "en"),
    [
        ("4304070103700004", "16 characters, not 17"),
        ("430407010370000420", "18 characters, not 17"),
        ("4304070103700004X", "not all digits"),
        ("４3040701037000042", "not all digits"),
        ("03040701037000042", "begins with 0"),
        ("43040701000000042", "counted from 1"),
        ("43040701037000000", "begin with 000001"),
        ("", "0 characters, not 17"),
    ],
)
def test_a_wrong_asset_code_is_told_what_is_wrong(code: str, en: str) -> None:
    wrong = codes.check_asset_code(code)
    assert wrong is not None
    assert en in wrong.say("en")
    assert "17-digit asset code" in wrong.say("en")
    assert "十七位管理部件标识码" in wrong.say("zh")
    with pytest.raises(BadCode):
        codes.read_asset_code(code)


@given(district=districts, gb_code=classes)
def test_a_matter_code_has_11_digits(district: str, gb_code: str) -> None:
    code = codes.matter_code(district, gb_code)
    assert len(code) == 11
    assert codes.check_matter_code(code) is None


@pytest.mark.parametrize("code", ["4304070601", "43040706010X", "04304006010", "43040700010"])
def test_a_wrong_matter_code_is_refused(code: str) -> None:
    assert codes.check_matter_code(code) is not None


@given(community=communities, sequence=st.integers(1, codes.MOST_GRIDS))
def test_a_grid_code_has_15_characters_and_is_of_the_level_grid(community: str, sequence: int) -> None:
    code = codes.grid_code(community, sequence)
    assert len(code) == 15
    assert codes.check_grid_code(code) is None
    assert codes.area_level_of(code) == "grid"


def test_grid_codes_are_all_different_and_in_order() -> None:
    """Past 999 letters go on, and still sort after the digits."""
    made = [codes.grid_code("430407001002", number) for number in range(1, codes.MOST_GRIDS + 1)]
    assert sorted(set(made)) == made
    assert (made[0][12:], made[998][12:], made[999][12:], made[-1][12:]) == ("001", "999", "A00", "Z99")


@pytest.mark.parametrize(
    ("community", "sequence"),
    [("43040700100", 1), ("43040700100X", 1), ("430407001002", 0), ("430407001002", codes.MOST_GRIDS + 1)],
)
def test_a_part_that_does_not_hold_makes_no_grid_code(community: str, sequence: int) -> None:
    with pytest.raises(BadCode):
        codes.grid_code(community, sequence)


@pytest.mark.parametrize("code", ["430407001002000", "430407001002a01", "430407001002AA1", "43040700100X001", "1"])
def test_a_wrong_grid_code_is_refused(code: str) -> None:
    assert codes.check_grid_code(code) is not None


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("430400", "city"),
        ("430407", "district"),
        ("430407001", "street"),
        ("430407001002", "community"),
        ("430407001002003", "grid"),
    ],
)
def test_an_area_code_tells_its_level(code: str, level: str) -> None:
    assert codes.area_level_of(code) == level
    assert codes.check_area_code(code) is None


@pytest.mark.parametrize("code", ["4304", "043040", "4304070", "43040700X", "43040700100X", "430407001002000", ""])
def test_a_wrong_area_code_is_refused(code: str) -> None:
    assert codes.check_area_code(code) is not None


@pytest.mark.parametrize("code", REAL)
def test_real_credit_codes_pass(code: str) -> None:
    assert codes.check_credit_code(code) is None


@given(code=st.sampled_from(REAL), place=st.integers(0, 17), sign=st.sampled_from(SIGNS))
def test_one_mistyped_sign_of_a_credit_code_is_always_noticed(code: str, place: int, sign: str) -> None:
    """31 is prime and no weight a multiple of it, so no single change keeps the sum."""
    mistyped = code[:place] + sign + code[place + 1 :]
    assert (codes.check_credit_code(mistyped) is None) == (mistyped == code)


@pytest.mark.parametrize(
    ("code", "zh"),
    [
        ("91330100799655058", "有17位，应为18位"),
        ("9133010079965505IB", "不允许的字符 I"),
        ("91330100799655058b", "不允许的字符 b"),
        ("91A30100799655058B", "行政区划"),
        ("91330100799655058C", "校验位不符"),
    ],
)
def test_a_wrong_credit_code_is_told_what_is_wrong(code: str, zh: str) -> None:
    wrong = codes.check_credit_code(code)
    assert wrong is not None
    assert zh in wrong.say("zh")
