# SPDX-License-Identifier: Apache-2.0
"""Passwords, one-time codes, recovery codes and lock-out: what is taken, what is not, and what the log says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from belltower.core.access import actions, identities, lockout, log, passwords, personal, second_factor, signing_in
from belltower.core.access.errors import (
    BadContact,
    IdentityTaken,
    KnownPassword,
    LongPassword,
    SharedAccount,
    UnknownIdentity,
    WeakPassword,
    WrongCode,
)
from belltower.core.access.lockout import Count, after_failure, is_locked
from belltower.core.access.models import RoleName, SecondFactor, User
from belltower.core.access.policy import SignIn
from belltower.core.ledger.models import Entry
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("test")
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HERE = "192.0.2.7"
PASSWORD = "a lamp in every lane"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def hasty(settings):
    """Hashes that cost nothing: these tests are about what is counted, not about how long guessing takes."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def li(db) -> User:
    return actions.add_user("li", Text(zh="李卫国"), password=PASSWORD, by=BY)


def told(what: str) -> list[Entry]:
    return list(Entry.objects.filter(what=what).order_by("id"))


def enrolled(user: User, now: datetime = NOON) -> tuple[pyotp.TOTP, list[str]]:
    totp = pyotp.TOTP(second_factor.begin(user, issuer="Belltower", by=BY).seed)
    return totp, second_factor.confirm(user, totp.at(now), by=BY, now=now)


def test_a_right_password_is_somebodys_and_a_wrong_one_nobodys(li: User) -> None:
    assert signing_in.try_password("li", PASSWORD, address=HERE, now=NOON).user == li
    assert signing_in.try_password("li", "a lamp in no lane", address=HERE, now=NOON).user is None
    [entry] = told("access.sign_in_failed")
    assert entry.subject == li.reference
    assert entry.about == {"step": "password", "from": "192.0.2.0/24"}


@pytest.mark.django_db
def test_ten_wrong_passwords_lock_a_name_whether_it_exists_or_not() -> None:
    """What is locked says nothing about who there is, and the right password does not open it meanwhile."""
    actions.add_user("li", Text(zh="李"), password=PASSWORD, by=BY)
    for name in ("li", "nobody-of-that-name"):
        for _ in range(9):
            assert signing_in.try_password(name, "wrong", address=HERE, now=NOON).locked_until is None
        tried = signing_in.try_password(name, "wrong", address=HERE, now=NOON)
        assert tried.locked_until == NOON + lockout.LOCKED_FOR
    locked = signing_in.try_password("li", PASSWORD, address="203.0.113.9", now=NOON)
    assert locked.user is None
    assert locked.locked_until
    assert signing_in.try_password("li", PASSWORD, address=HERE, now=NOON + lockout.LOCKED_FOR).user
    assert len(told("access.locked_out")) == 2


def test_an_address_that_guesses_at_many_names_is_locked_out(li: User) -> None:
    for number in range(50):
        signing_in.try_password(f"name{number}", "wrong", address=HERE, now=NOON)
    assert signing_in.try_password("li", PASSWORD, address=HERE, now=NOON).locked_until
    assert signing_in.try_password("li", PASSWORD, address="203.0.113.9", now=NOON).user == li


def test_an_administrator_lifts_a_lock_out(li: User) -> None:
    for _ in range(10):
        signing_in.try_password("li", "wrong", address=HERE, now=NOON)
    assert lockout.locked_users([li], NOON) == {li.pk: NOON + lockout.LOCKED_FOR}
    assert lockout.lift(li, by=BY)
    assert signing_in.try_password("li", PASSWORD, address=HERE, now=NOON).user == li
    assert [entry.subject for entry in told("access.lock_out_lifted")] == [li.reference]


def test_a_deactivated_person_gets_the_answer_of_a_wrong_password(li: User) -> None:
    actions.deactivate(li, by=BY)
    assert signing_in.try_password("li", PASSWORD, address=HERE, now=NOON) == signing_in.Tried()


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 1200), min_size=1, max_size=40), st.integers(1, 12))
def test_nobody_fails_more_often_than_allowed_before_being_locked_out(gaps: list[int], most: int) -> None:
    """However failures fall in time, no window ever holds more of them than are allowed."""
    at, count, within = NOON, None, 0
    for gap in gaps:
        at += timedelta(seconds=gap)
        if count and is_locked(count, at):
            continue
        if count and count.locked_until:
            count = None  # the lock is over: counting begins anew
        began = count.first_at if count else None
        count = after_failure(count, at, most=most)
        within = within + 1 if began == count.first_at else 1
        assert within <= most
        assert is_locked(count, at) == (within == most)


def test_failures_far_apart_are_not_one_attempt() -> None:
    before = Count(9, NOON)
    assert after_failure(before, NOON + lockout.WINDOW, most=10) == Count(1, NOON + lockout.WINDOW)


def test_a_code_is_right_in_its_own_half_minute_and_the_two_beside_it() -> None:
    code = pyotp.TOTP(SEED).at(NOON)
    step = int(NOON.timestamp()) // 30
    around = [NOON + timedelta(seconds=30 * by) for by in (-2, -1, 0, 1, 2)]
    found = [second_factor.matching_step(SEED, code, at, after=0) for at in around]
    assert found == [None, step, step, step, None]
    assert second_factor.matching_step(SEED, code, NOON, after=step) is None
    assert second_factor.matching_step(SEED, "", NOON, after=0) is None


def test_our_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B (SHA-1), its last six digits: an authenticator of anybody's shows the same."""
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")):
        assert second_factor.matching_step(seed, code, datetime.fromtimestamp(seconds, UTC), after=0) == seconds // 30


def test_a_code_is_taken_once(li: User) -> None:
    totp, _ = enrolled(li)
    later = NOON + timedelta(minutes=2)
    assert signing_in.try_code(li, totp.at(later), address=HERE, now=later).user == li
    assert signing_in.try_code(li, totp.at(later), address=HERE, now=later).user is None


def test_the_code_that_set_it_up_does_not_sign_in(li: User) -> None:
    totp, _ = enrolled(li)
    assert not second_factor.take(li, totp.at(NOON), by=BY, now=NOON)


def test_a_recovery_code_lets_in_once_however_it_is_typed(li: User) -> None:
    _, codes = enrolled(li)
    assert len(set(codes)) == 10
    assert second_factor.take(li, codes[3].upper().replace("-", " "), by=BY, now=NOON)
    assert not second_factor.take(li, codes[3], by=BY, now=NOON)
    assert second_factor.recovery_codes_left(li) == 9
    assert [entry.about for entry in told("access.recovery_code_used")] == [{"left": 9}]


def test_new_recovery_codes_end_the_old_ones(li: User) -> None:
    _, old = enrolled(li)
    new = second_factor.renew_recovery_codes(li, by=BY)
    assert not second_factor.take(li, old[0], by=BY, now=NOON)
    assert second_factor.take(li, new[0], by=BY, now=NOON)


def test_ten_wrong_codes_lock_the_second_step(li: User) -> None:
    totp, _ = enrolled(li)
    for _ in range(10):
        signing_in.try_code(li, "000000", address=HERE, now=NOON)
    later = NOON + timedelta(minutes=1)
    assert signing_in.try_code(li, totp.at(later), address=HERE, now=later).locked_until
    assert signing_in.try_password("li", PASSWORD, address=HERE, now=later).user == li


def test_neither_seed_nor_codes_are_in_the_database(li: User) -> None:
    totp, codes = enrolled(li)
    row = str(SecondFactor.objects.values().get(user=li)) + str(bytes(SecondFactor.objects.get(user=li).seed_sealed))
    assert totp.secret not in row
    assert not any(code in row or code.replace("-", "") in row for code in codes)


def test_a_wrong_first_code_sets_nothing(li: User) -> None:
    second_factor.begin(li, issuer="Belltower", by=BY)
    with pytest.raises(WrongCode):
        second_factor.confirm(li, "000000", by=BY, now=NOON)
    assert not second_factor.has_second_factor(li)


@override_settings(BELLTOWER_SIGN_IN=SignIn(frozenset({"administrator"}), 15))
def test_a_role_may_ask_for_a_second_factor_and_a_shared_account_has_none(li: User) -> None:
    actions.grant(li, RoleName.ADMINISTRATOR, valid_from=NOON.date(), by=BY)
    assert signing_in.next_step(li, NOON) == "set_up"
    enrolled(li)
    assert signing_in.next_step(li, NOON) == "code"
    desk = actions.add_user("desk", Text(zh="值班员"), password="belltower-demo", is_shared=True, by=BY)
    actions.grant(desk, RoleName.ADMINISTRATOR, valid_from=NOON.date(), by=BY)
    assert signing_in.next_step(desk, NOON) == "in"
    with pytest.raises(SharedAccount):
        second_factor.begin(desk, issuer="Belltower", by=BY)


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("fourteen signs", WeakPassword),
        ("x" * 257, LongPassword),
        ("aaaaaaaaaaaaaaaa", KnownPassword),
        ("belltowerbelltower", KnownPassword),
        ("lijunlijunlijun", KnownPassword),
    ],
)
def test_a_password_that_keeps_nobody_out_is_refused(password: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        passwords.check(password, username="lijun", least=15)


def test_the_twenty_thousand_most_used_are_refused_at_any_length() -> None:
    with pytest.raises(KnownPassword):
        passwords.check("password123", username="li", least=8)


@pytest.mark.parametrize(
    "password", ["晨钟暮鼓从未停歇过一天都没有停过", "correct horse battery", " spaces at both ends "]
)
def test_a_phrase_of_any_script_is_taken(password: str) -> None:
    passwords.check(password, username="li", least=15)


def test_the_same_letters_from_another_keyboard_are_the_same_password(db) -> None:
    """Full-width letters are what a Chinese input method types by itself (NFKC)."""
    actions.add_user("wang", Text(zh="王"), password="ａ ｌａｍｐ in every lane", by=BY)
    assert signing_in.try_password("wang", PASSWORD, address=HERE, now=NOON).user


def test_the_name_is_sealed_and_read_back(li: User) -> None:
    assert li.title == Text(zh="李卫国")
    assert "李卫国" not in str(User.objects.values().get(pk=li.pk))


def test_others_see_masks_and_a_look_at_the_whole_is_an_entry(li: User) -> None:
    personal.set_contact(li, email="li@example.org", phone="138 1234 1234", by=BY)
    li.refresh_from_db()
    [seen] = personal.masked([li])
    assert (seen.name.zh, seen.email, seen.phone) == ("李**", "l***@example.org", "138****1234")
    admin = actions.add_user("admin", Text(en="Admin"), password=None, by=BY)
    assert personal.look_at(li, by=admin.as_actor()).phone == "138 1234 1234"
    [entry] = told("access.personal_data_read")
    assert (entry.actor, entry.subject) == (admin.as_actor().reference, li.reference)
    personal.look_at(li, by=li.as_actor())
    assert len(told("access.personal_data_read")) == 1


def test_the_list_of_people_reads_them_all_in_one_query(li: User, django_assert_num_queries) -> None:
    users = [actions.add_user(f"user{n}", Text(en=f"User {n}"), password=None, by=BY) for n in range(5)]
    with django_assert_num_queries(1):
        personal.masked([li, *users])


def test_who_was_erased_is_known_as_erased_and_cannot_come_in(li: User) -> None:
    personal.set_contact(li, email="li@example.org", phone="", by=BY)
    assert personal.erase(li, by=BY)
    assert not personal.erase(li, by=BY)
    li.refresh_from_db()
    [person] = personal.people([li])
    assert person.is_erased
    assert li.title.say("zh") == "（已删除）"
    assert signing_in.try_password("li", PASSWORD, address=HERE, now=NOON).user is None


@pytest.mark.parametrize(("email", "phone"), [("no address", ""), ("", "call me"), ("a@b", "")])
def test_what_nobody_can_be_reached_by_is_refused(li: User, email: str, phone: str) -> None:
    with pytest.raises(BadContact):
        personal.set_contact(li, email=email, phone=phone, by=BY)


def test_an_identity_belongs_to_one_user_by_its_subject(li: User) -> None:
    wang = actions.add_user("wang", Text(zh="王"), password=None, by=BY)
    identities.link(li, issuer="https://id.example.org", subject="0001", by=BY)
    assert identities.user_of("https://id.example.org", "0001") == li
    with pytest.raises(IdentityTaken):
        identities.link(wang, issuer="https://id.example.org", subject="0001", by=BY)
    with pytest.raises(UnknownIdentity):
        identities.user_of("https://other.example.org", "0001")
    actions.deactivate(li, by=BY)
    with pytest.raises(UnknownIdentity):
        identities.user_of("https://id.example.org", "0001")


@pytest.mark.parametrize(
    ("said", "kept"), [("192.0.2.77", "192.0.2.0/24"), ("2001:db8::1", "2001:db8::/48"), ("?", "")]
)
def test_the_ledger_keeps_the_network_and_not_the_person(said: str, kept: str) -> None:
    assert signing_in.network(said) == kept


def test_the_log_tells_who_did_what_to_whom(li: User) -> None:
    signing_in.signed_in(li, "password", address=HERE)
    [line] = log.lines(log.entries(group="signing", user=li))
    assert (line.who, line.whom, line.entry.what) == ("li", "li", "access.signed_in")


@pytest.mark.parametrize(
    ("whole", "masked"),
    [("13812341234", "138****1234"), ("+86 138 1234 1234", "+86****1234"), ("12345", "****45")],
)
def test_a_number_is_masked(whole: str, masked: str) -> None:
    assert personal.mask_phone(whole) == masked


@pytest.mark.parametrize(("whole", "masked"), [("李卫国", "李**"), ("李", "李*"), ("Li Wei", "L*** W***"), ("", "")])
def test_a_name_is_masked(whole: str, masked: str) -> None:
    assert personal.mask_name(whole) == masked


@override_settings(
    PASSWORD_HASHERS=[
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
)
def test_a_password_hashed_by_former_rules_is_hashed_anew_at_the_next_sign_in(db: None) -> None:
    user = User.objects.create(username="elder", password=make_password("a long pass phrase", hasher="pbkdf2_sha256"))
    assert user.check_password("a long pass phrase")
    user.refresh_from_db()
    assert user.password.startswith("argon2")
    assert Entry.objects.filter(what="access.hash_password_anew", row=user.pk, actor=f"person:{user.uid}").exists()
