# SPDX-License-Identifier: Apache-2.0
"""What a pack declares must hold together: every fault is found, named, and stops the start."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from belltower.kernel.packs import (
    Activity,
    AssetKind,
    BadDeclaration,
    CaseKind,
    Choice,
    Detail,
    Field,
    FieldType,
    Geometry,
    MapLayer,
    Network,
    Pack,
    Register,
    Stream,
    UnknownKind,
    check,
    faults,
)
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

T = Text(zh="桶", en="Bin")
STATE = Field(
    "state", FieldType.CHOICE, T, choices=(Choice(value="good", title=T), Choice(value="bad", title=T)), required=True
)
BIN = AssetKind("bin", T, Geometry.POINT, (Field("litres", Quantity.VOLUME, T, unit="L"), STATE), gb_code="03005")
FILL = Stream("fill", on="bin", title=T, quantity=Quantity.SHARE, unit="%", stale_after="PT2H")
FULL = CaseKind("full_bin", T, on="bin", matter_code="06042")
LAYER = MapLayer("bin", icon="trash", detail=Detail("state", (("bad", 10),)))
WASH = Activity("wash", on="bin", title=T, fields=(STATE,))
PATROL = Activity("patrol", on="grid", title=T)
ONE_WAY = Field("one_way", FieldType.BOOLEAN, T)
LANE, POND = AssetKind("lane", T, Geometry.LINE, (ONE_WAY, STATE)), AssetKind("pond", T, Geometry.POLYGON)
STREETS = Network(kind="lane", one_way="one_way", barriers=("pond",))
GOOD = Pack("waste", T, T, assets=(BIN,), streams=(FILL,), activities=(WASH, PATROL), cases=(FULL,), layers=(LAYER,))


def with_streets(streets: Network) -> Pack:
    """The good pack with lanes and ponds, and these streets."""
    return replace(GOOD, assets=(BIN, LANE, POND), streets=streets)


def with_field(*fields: Field) -> Pack:
    """The good pack, its bin having these fields instead."""
    return replace(GOOD, assets=(replace(BIN, fields=fields),), layers=())


def test_a_pack_that_holds_together_has_no_fault() -> None:
    assert list(faults(GOOD)) == []
    assert list(faults(with_streets(STREETS))) == []
    check(GOOD)


@pytest.mark.parametrize(
    ("pack", "fault"),
    [
        (replace(GOOD, name="Waste"), "'Waste' is not a lower-case name"),
        (replace(GOOD, streams=(replace(FILL, name="fill level"),)), "'fill level' is not a lower-case name"),
        (replace(GOOD, cases=(replace(FULL, name="满"),)), "'满' is not a lower-case name"),
        (replace(GOOD, assets=(BIN, BIN)), "an asset kind is declared twice"),
        (replace(GOOD, streams=(replace(FILL, on="bucket"),)), "stream 'fill' is on 'bucket'"),
        (replace(GOOD, activities=(replace(WASH, name="Wash"),)), "'Wash' is not a lower-case name"),
        (replace(GOOD, activities=(replace(WASH, on="bucket"),)), "activity 'wash' is on 'bucket', which is no kind"),
        (replace(GOOD, activities=(replace(WASH, fields=(STATE, STATE)),)), "activity 'wash' declares a field twice"),
        (replace(GOOD, layers=(replace(LAYER, kind="bucket"),)), "a layer shows 'bucket'"),
        (replace(GOOD, cases=(replace(FULL, on="bucket"),)), "case 'full_bin' is on 'bucket'"),
        (replace(GOOD, streams=(replace(FILL, unit="L"),)), "stream 'fill' has unit 'L', not one of share"),
        (replace(GOOD, streams=(replace(FILL, stale_after="2 h"),)), "stale after '2 h', no duration"),
        (replace(GOOD, streams=(replace(FILL, stale_after="P"),)), "stale after 'P', no duration"),
        (replace(GOOD, streams=(FILL, FILL)), "stream 'bin.fill' is declared twice"),
        (with_streets(replace(STREETS, kind="bin")), "the streets are of 'bin', which is no kind of lines"),
        (with_streets(replace(STREETS, one_way="state")), "one-way by 'state', which is no field of 'lane' that says yes"),
        (with_streets(replace(STREETS, barriers=("lane",))), "'lane' is a barrier and no kind of polygons"),
        (replace(GOOD, cases=(FULL, FULL)), "case 'full_bin' is declared twice"),
        (replace(GOOD, layers=(LAYER, LAYER)), "kind 'bin' has two layers"),
        (replace(GOOD, assets=(replace(BIN, gb_code="3005"),)), "'bin' has the class '3005'"),
        (replace(GOOD, cases=(replace(FULL, matter_code="06-42"),)), "'full_bin' has the class '06-42'"),
        (with_field(STATE, STATE), "kind 'bin' declares a field twice"),
        (with_field(replace(STATE, name="State")), "field 'State' of 'bin' is not a lower-case name"),
        (with_field(Field("litres", Quantity.VOLUME, T)), "field 'litres' of 'bin' needs a unit of volume"),
        (with_field(Field("litres", Quantity.VOLUME, T, unit="kg")), "field 'litres' of 'bin' needs a unit of volume"),
        (with_field(replace(STATE, choices=())), "field 'state' of 'bin' offers no choices"),
        (
            replace(GOOD, layers=(replace(LAYER, detail=Detail("state", (("ugly", 9),))),)),
            "the layer of 'bin' details 'state' by ['ugly']",
        ),
        (replace(GOOD, layers=(replace(LAYER, detail=Detail("colour", (("red", 9),))),)), "details 'colour' by ['red']"),
    ],
)  # fmt: skip
def test_a_fault_is_found_named_and_refused(pack: Pack, fault: str) -> None:
    [found] = faults(pack)
    assert fault in found
    with pytest.raises(BadDeclaration) as caught:
        check(pack)
    assert found in caught.value.say("zh")


@pytest.mark.parametrize("stale_after", ["PT10M", "PT2H", "P1D", "P1DT12H30M", "PT30S"])
def test_a_duration_may_be_of_any_length(stale_after: str) -> None:
    check(replace(GOOD, streams=(replace(FILL, stale_after=stale_after),)))


def test_a_case_need_not_be_on_a_kind() -> None:
    check(replace(GOOD, cases=(CaseKind("dirty_road", T),)))


def test_the_register_finds_by_name_and_lists_packs_in_order() -> None:
    other = Pack("bikes", T, T, assets=(AssetKind("bike", T, Geometry.POINT),))
    register = Register((GOOD, other))
    assert [pack.name for pack in register.packs] == ["bikes", "waste"]
    assert register.kind("bin") is BIN
    assert register.pack_of["bike"] is other
    assert register.layers["bin"] is LAYER
    assert BIN.field("state") is STATE
    assert BIN.field("weight") is None


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownKind, match=r"'bucket'\. There are: bin"):
        Register((GOOD,)).kind("bucket")


@pytest.mark.parametrize(
    "change", [{"name": "rubbish"}, {"name": "rubbish", "assets": (BIN,), "layers": (), "streams": ()}]
)
def test_a_kind_belongs_to_one_pack(change: dict[str, Any]) -> None:
    with pytest.raises(BadDeclaration, match="'bin' is declared by another pack already"):
        Register((GOOD, replace(GOOD, **change)))


def test_a_register_takes_no_pack_with_a_fault() -> None:
    with pytest.raises(BadDeclaration, match=r"Mend its pack\.py"):
        Register((replace(GOOD, assets=(BIN, BIN)),))


def test_a_register_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        Register((GOOD,)).kinds["bin"] = BIN  # type: ignore[index]
