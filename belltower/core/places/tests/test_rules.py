# SPDX-License-Identifier: Apache-2.0
"""The narrowest rule decides, in a stated order."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from belltower.core.places.models import Role
from belltower.core.places.rules import Answerer, Rule, decide
from belltower.kernel.texts import Text

DAY = date(2026, 3, 1)
CODES = ("430400", "430408", "430408001", "430408001002")


def party(number: int) -> Answerer:
    return Answerer(number, UUID(int=number), f"p{number}", Text(zh=f"第{number}单位", en=f"Party {number}"))


def rule(pk: int, **other: object) -> Rule:
    facts: dict = {"role": Role.SECTOR, "party": party(pk), "valid_from": date(2024, 1, 1)}
    return Rule(pk=pk, **facts | other)


def sector(*rules: Rule, kind: str = "street_light", owner: Answerer | None = None, on: date = DAY) -> int | None:
    decision = decide(rules, kind=kind, area_codes=CODES, owner=owner, on=on).get(Role.SECTOR)
    return decision.rule.pk if decision and decision.rule else None


def test_a_rule_for_the_kind_beats_a_deeper_rule_for_every_kind() -> None:
    assert sector(rule(1, area_code="430408001002"), rule(2, kind="street_light")) == 2


def test_a_deeper_area_beats_a_shallower_one_and_any_area_the_whole_city() -> None:
    assert sector(rule(1), rule(2, area_code="430400")) == 2
    assert sector(rule(1, area_code="430408001"), rule(2, area_code="430408")) == 1


def test_a_later_rule_beats_an_earlier_one_and_then_the_first_made() -> None:
    assert sector(rule(1), rule(2, valid_from=date(2025, 1, 1))) == 2
    assert sector(rule(7), rule(3), rule(5)) == 3


def test_rules_for_other_kinds_and_other_areas_do_not_count() -> None:
    assert sector(rule(1, kind="waste_bin"), rule(2, area_code="430407")) is None


def test_a_rule_holds_from_its_first_day_until_not_including_its_last() -> None:
    one = rule(1, valid_from=date(2026, 1, 1), valid_until=date(2026, 2, 1))
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    assert [sector(one, on=day) for day in days] == [None, 1, 1, None]


def test_a_role_nobody_answers_in_is_left_out() -> None:
    assert decide([], kind="street_light", area_codes=CODES, owner=None, on=DAY) == {}


def test_the_recorded_owner_answers_unless_a_rule_names_the_kind_or_the_area() -> None:
    owner = party(99)

    def decided(*rules: Rule) -> int:
        decision = decide(rules, kind="street_light", area_codes=CODES, owner=owner, on=DAY)[Role.OWNER]
        return decision.party.pk

    assert decided() == 99
    assert decided(rule(1, role=Role.OWNER)) == 99, "a rule for everything everywhere is not narrower"
    assert decided(rule(1, role=Role.OWNER), rule(2, role=Role.OWNER, kind="street_light")) == 2
    assert decided(rule(1, role=Role.OWNER, area_code="430400")) == 1
    assert decided(rule(1, kind="street_light")) == 99, "another role's rule"


def test_a_rule_for_everything_answers_for_what_has_no_recorded_owner() -> None:
    [decision] = decide([rule(1, role=Role.OWNER)], kind="x", area_codes=(), owner=None, on=DAY).values()
    assert decision.party.pk == 1


def test_a_decision_names_the_rule_in_both_languages() -> None:
    one = rule(1, kind="street_light", kind_title=Text(zh="路灯", en="Street light"), area_code="430408",
               area_title=Text(zh="蒸湘区", en="Zhengxiang District"), basis="衡政办发〔2024〕1号")  # fmt: skip
    because = decide([one], kind="street_light", area_codes=CODES, owner=None, on=DAY)[Role.SECTOR].because
    assert because.zh == "“蒸湘区”内的“路灯”，行业责任自 2024-01-01 起归“第1单位”。依据：衡政办发〔2024〕1号。"
    assert because.en == (
        "For 'Street light' in Zhengxiang District the sector role has been with Party 1 since 2024-01-01. "
        "Basis: 衡政办发〔2024〕1号."
    )


def test_a_decision_by_the_recorded_owner_has_no_rule_and_says_so() -> None:
    decision = decide([], kind="x", area_codes=(), owner=party(9), on=DAY)[Role.OWNER]
    assert decision.rule is None
    assert "Party 9 is recorded as its owner" in decision.because.en


days = st.integers(-40, 40).map(lambda days: DAY + timedelta(days=days))
rules = st.builds(
    rule,
    st.integers(1, 10_000),
    kind=st.sampled_from(["", "street_light", "waste_bin"]),
    area_code=st.sampled_from([None, *CODES, "430407"]),
    valid_from=days,
    valid_until=st.none() | days,
)


@given(st.lists(rules, unique_by=lambda one: one.pk, max_size=12), st.randoms())
def test_the_decision_is_the_first_by_the_stated_order_whatever_the_order_of_the_rules(
    many: list[Rule], random
) -> None:  # type: ignore[no-untyped-def]
    """The order is written out here once more, one criterion after the other, as the page for people has it."""
    left = [one for one in many if one.valid_from <= DAY and not (one.valid_until and one.valid_until <= DAY)]
    left = [one for one in left if one.kind != "waste_bin" and one.area_code != "430407"]
    left = [one for one in left if one.kind] or left
    for code in reversed(CODES):
        if any(one.area_code == code for one in left):
            left = [one for one in left if one.area_code == code]
            break
    left = [one for one in left if one.valid_from == max(other.valid_from for other in left)]
    expected = min((one.pk for one in left), default=None)
    random.shuffle(many)
    assert sector(*many) == expected
