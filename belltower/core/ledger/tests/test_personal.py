# SPDX-License-Identifier: Apache-2.0
"""Personal data is read back by who holds the keys, and by nobody once a person was erased."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belltower.core.ledger.entries import entry
from belltower.core.ledger.master_keys import MasterKeys, NoMasterKey, UnreadableMasterKey, new_line, read_keys
from belltower.core.ledger.personal import (
    ERASED,
    SubjectErased,
    SubjectKey,
    erase,
    is_erased,
    rewrap,
    seal,
    unseal,
    unseal_many,
)
from belltower.kernel.actors import Actor

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
LI, WANG = "access.user:li", "access.user:wang"


@pytest.fixture(autouse=True)
def written():
    """The tests write as an action does."""
    with entry("test.write", by=BY):
        yield


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_what_was_sealed_is_read_back(text: str) -> None:
    assert unseal(LI, "name", seal(LI, "name", text)) == text


def test_the_same_name_is_stored_differently_each_time_and_never_plainly() -> None:
    one, other = seal(LI, "name", "李卫国"), seal(LI, "name", "李卫国")
    assert one != other
    assert "李卫国".encode() not in one
    held = SubjectKey.objects.get(subject=LI)
    assert held.wrapped is not None
    assert b"\x00" * 8 not in bytes(held.wrapped)


def test_many_are_read_in_one_query(django_assert_num_queries) -> None:
    sealed = [(LI, "name", seal(LI, "name", "李")), (WANG, "name", seal(WANG, "name", "王")), (LI, "phone", None)]
    with django_assert_num_queries(1):
        assert unseal_many(sealed) == ["李", "王", None]


def test_what_is_moved_to_another_field_or_person_is_not_believed() -> None:
    sealed = seal(LI, "name", "李卫国")
    seal(WANG, "name", "王芳")
    with pytest.raises(InvalidTag):
        unseal(LI, "phone", sealed)
    with pytest.raises(InvalidTag):
        unseal(WANG, "name", sealed)


def test_an_altered_byte_is_not_believed() -> None:
    sealed = bytearray(seal(LI, "name", "李卫国"))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag):
        unseal(LI, "name", bytes(sealed))


def test_who_was_erased_reads_as_erased_and_the_others_as_before() -> None:
    """Nothing fails: the page that shows them says so, and what is stored stays, so that proofs still hold."""
    li, wang = seal(LI, "name", "李卫国"), seal(WANG, "name", "王芳")
    assert erase(LI, by=BY)
    assert unseal_many([(LI, "name", li), (WANG, "name", wang)]) == [ERASED, "王芳"]
    assert is_erased(LI)
    assert not is_erased(WANG)
    assert SubjectKey.objects.get(subject=LI).wrapped is None


def test_erasing_twice_changes_nothing_and_says_so() -> None:
    seal(LI, "name", "李卫国")
    assert erase(LI, by=BY)
    at = SubjectKey.objects.get(subject=LI).erased_at
    assert not erase(LI, by=BY)
    assert SubjectKey.objects.get(subject=LI).erased_at == at


def test_nothing_personal_is_written_again_for_who_was_erased() -> None:
    erase(LI, by=BY)
    with pytest.raises(SubjectErased):
        seal(LI, "name", "李卫国")


def test_after_a_rotation_all_is_read_by_the_new_key_alone(tmp_path: Path) -> None:
    """A process that began with the old key reads the file again when it meets the new one."""
    keys, meanwhile = MasterKeys(tmp_path / "master-key"), MasterKeys(tmp_path / "master-key")
    with override_settings(BELLTOWER_MASTER_KEYS=keys):
        sealed = seal(LI, "name", "李卫国")
        meanwhile.current()
        keys.add_new()
        assert rewrap(by=BY) == 1
        assert rewrap(by=BY) == 0
    with override_settings(BELLTOWER_MASTER_KEYS=meanwhile):
        assert unseal(LI, "name", sealed) == "李卫国"
    newest = (tmp_path / "master-key").read_text().splitlines()[0]
    with override_settings(BELLTOWER_MASTER_KEYS=MasterKeys(tmp_path / "none", newest)):
        assert unseal(LI, "name", sealed) == "李卫国"


def test_without_the_master_key_it_is_said_which_one_is_missing(tmp_path: Path) -> None:
    sealed = seal(LI, "name", "李卫国")
    held = SubjectKey.objects.get(subject=LI)
    with override_settings(BELLTOWER_MASTER_KEYS=MasterKeys(tmp_path / "k", new_line())):
        with pytest.raises(NoMasterKey) as refusal:
            unseal(LI, "name", sealed)
        assert held.master in refusal.value.say("en")


def test_the_first_use_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "home" / "master-key"
    first = MasterKeys(path).current()
    assert MasterKeys(path).current() == first
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "short", "not base64!", "QUJD"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(UnreadableMasterKey):
        read_keys(text)
