# SPDX-License-Identifier: Apache-2.0
"""Official codes, made and checked: areas, parts and matters of GB/T 47678.5, and the credit code of GB 32100.

``check_...`` returns the BadCode that says what is wrong, or None for a good code; whatever makes or reads a code
raises it. Lengths and make-up were read in a transcription (docs/decisions/0012), not in the standards themselves.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

MOST_GRIDS = 999 + 26 * 100
_AREA_LENGTHS = {9: "street", 12: "community", 15: "grid"}
# GB 32100-2015: the letters in order of their value; I, O, S, V and Z are never used.
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


class BadCode(Refusal):
    """A code that its standard does not allow."""

    code = "bad_code"
    sentence = Text(
        zh="“{given}”不是有效的{what}：{reason}。请核对原件后更正。",
        en="'{given}' is no valid {what}: {reason}. Compare it with the original and correct it.",
    )


class AssetCode(NamedTuple):
    """A 17-digit identifier of one part (管理部件标识码), taken apart."""

    district: str
    gb_code: str
    sequence: int


_DISTRICT = Text(zh="六位行政区划代码", en="six-digit district code")
_CLASS = Text(zh="五位部件或事项分类代码", en="five-digit class of parts or matters")
_ASSET = Text(zh="十七位管理部件标识码", en="17-digit asset code")
_MATTER = Text(zh="十一位管理事项代码", en="11-digit matter type code")
_COMMUNITY = Text(zh="十二位社区代码", en="12-digit community code")
_GRID = Text(zh="十五位单元网格标识码", en="15-character grid code")
_AREA = Text(zh="区域代码", en="area code")
_CREDIT = Text(zh="统一社会信用代码", en="unified social credit code")


def asset_code(district: str, gb_code: str, sequence: int) -> str:
    """The 17-digit code of a part: 6 district + 2 major class + 3 minor class + 6 sequence. Raises BadCode."""
    _demand(check_district_code(district), check_class_code(gb_code))
    if not 1 <= sequence <= 999_999:
        raise _wrong(sequence, _ASSET, zh="顺序号应为1至999999", en="its sequence number is not between 1 and 999999")
    return f"{district}{gb_code}{sequence:06d}"


def read_asset_code(code: str) -> AssetCode:
    """The 17-digit code taken apart. Raises BadCode."""
    _demand(check_asset_code(code))
    return AssetCode(code[:6], code[6:11], int(code[11:]))


def check_asset_code(code: str) -> BadCode | None:
    """What is wrong with a 17-digit asset code, or None."""
    if wrong := _digits(code, 17, _ASSET) or _part_wrong(code, _ASSET):
        return wrong
    if code[11:] == "000000":
        return _wrong(code, _ASSET, zh="顺序号从000001开始", en="sequence numbers begin with 000001")
    return None


def matter_code(district: str, gb_code: str) -> str:
    """The 11-digit code of a type of matter in a district (事项代码); a type, not one occurrence. Raises BadCode."""
    _demand(check_district_code(district), check_class_code(gb_code))
    return f"{district}{gb_code}"


def check_matter_code(code: str) -> BadCode | None:
    """What is wrong with an 11-digit matter type code, or None."""
    return _digits(code, 11, _MATTER) or _part_wrong(code, _MATTER)


def check_district_code(code: str) -> BadCode | None:
    """What is wrong with a six-digit code of a city or district (GB/T 2260), or None."""
    if wrong := _digits(code, 6, _DISTRICT):
        return wrong
    if code.startswith("0"):
        return _wrong(code, _DISTRICT, zh="首位不能为0", en="it begins with 0")
    return None


def check_class_code(code: str) -> BadCode | None:
    """What is wrong with a five-digit class (2 major + 3 minor), or None."""
    if wrong := _digits(code, 5, _CLASS):
        return wrong
    if code[:2] == "00" or code[2:] == "000":
        return _wrong(code, _CLASS, zh="大类和小类都从1编起", en="major and minor classes are counted from 1")
    return None


def grid_code(community: str, sequence: int) -> str:
    """The 15-character code of a unit grid: its community's 12 digits and three characters. Raises BadCode.

    001 to 999, then A00 to Z99: a large rural community has more grids than three digits can count. The letters are
    our extension; the standard was not read on this point.
    """
    _demand(_digits(community, 12, _COMMUNITY))
    if not 1 <= sequence <= MOST_GRIDS:
        raise _wrong(
            sequence, _GRID, zh=f"顺序号应为1至{MOST_GRIDS}", en=f"its number is not between 1 and {MOST_GRIDS}"
        )
    letter, number = divmod(sequence - 1000, 100)
    return f"{community}{sequence:03d}" if sequence < 1000 else f"{community}{chr(ord('A') + letter)}{number:02d}"


def check_grid_code(code: str) -> BadCode | None:
    """What is wrong with a 15-character grid code, or None."""
    if not re.fullmatch(r"[0-9]{12}([0-9]{3}|[A-Z][0-9]{2})", code):
        return _wrong(code, _GRID, zh="应为12位社区代码加3位顺序号", en="it is not 12 digits and three characters")
    if code.endswith("000"):
        return _wrong(code, _GRID, zh="顺序号从001开始", en="sequence numbers begin with 001")
    return None


def area_level_of(code: str) -> str:
    """The level an official area code is of, by its length: city, district, street, community or grid.

    A six-digit code that ends in 00 is a city. Raises BadCode. A city outside China has lengths of its own in its
    profile: CityProfile.level_of.
    """
    if len(code) == 6:
        _demand(check_district_code(code))
        return "city" if code.endswith("00") else "district"
    if len(code) not in _AREA_LENGTHS:
        raise _wrong(code, _AREA, zh="长度应为6、9、12或15位", en="it has not 6, 9, 12 or 15 characters")
    _demand(check_grid_code(code) if len(code) == 15 else _digits(code, len(code), _AREA))
    return _AREA_LENGTHS[len(code)]


def check_area_code(code: str) -> BadCode | None:
    """What is wrong with an official area code of any level, or None."""
    try:
        area_level_of(code)
    except BadCode as wrong:
        return wrong
    return None


def credit_check_sign(first_17: str) -> str:
    """The 18th sign of a credit code: 31 less the sum of values times 3^place, modulo 31 (GB 32100-2015)."""
    total = sum(_CREDIT_SIGNS.index(sign) * weight for sign, weight in zip(first_17, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_SIGNS[-total % 31]


def check_credit_code(code: str) -> BadCode | None:
    """What is wrong with an 18-character unified social credit code (统一社会信用代码), or None."""
    if len(code) != 18:
        return _wrong(code, _CREDIT, zh=f"有{len(code)}位，应为18位", en=f"it has {len(code)} characters, not 18")
    if strange := sorted(set(code) - set(_CREDIT_SIGNS)):
        signs = " ".join(strange)
        return _wrong(code, _CREDIT, zh=f"含有不允许的字符 {signs}", en=f"it holds signs that never occur: {signs}")
    if not code[2:8].isdigit():
        return _wrong(code, _CREDIT, zh="第3至8位应为行政区划数字", en="characters 3 to 8 are not a district's digits")
    if code[17] != credit_check_sign(code[:17]):
        return _wrong(
            code, _CREDIT, zh="校验位不符，可能有错字", en="its check sign does not fit, so a character is mistyped"
        )
    return None


def _part_wrong(code: str, what: Text) -> BadCode | None:
    """What is wrong with the district and class that begin ``code``, said of the whole code."""
    wrong = check_district_code(code[:6]) or check_class_code(code[6:11])
    return BadCode(given=code, what=what, reason=wrong.facts["reason"]) if wrong else None


def _digits(code: str, count: int, what: Text) -> BadCode | None:
    if re.fullmatch(rf"[0-9]{{{count}}}", code):
        return None
    if len(code) != count:
        return _wrong(
            code, what, zh=f"有{len(code)}位，应为{count}位", en=f"it has {len(code)} characters, not {count}"
        )
    return _wrong(code, what, zh="应全部为数字", en="it is not all digits")


def _wrong(given: object, what: Text, *, zh: str, en: str) -> BadCode:
    return BadCode(given=given, what=what, reason=Text(zh=zh, en=en))


def _demand(*checks: BadCode | None) -> None:
    for wrong in checks:
        if wrong:
            raise wrong
