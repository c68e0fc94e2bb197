# SPDX-License-Identifier: Apache-2.0
"""Who may do what, exhaustively."""

import pytest

from belltower.core.access.models import RoleName
from belltower.core.access.rules import Verb, may

# Read across: view, export, load, edit, run_jobs, administer, sense, answer_alarms, set_alarms, record, write_standards,
# approve_standards, lead_campaigns, set_exams, report_cases, dispatch_cases, handle_cases, check_cases, lead_cases.
EXPECTED = {
    "viewer": "v------------------",
    "desk": "ve-d---w-o----id-k-",
    "inspector": "v--d-----o----i-hk-",
    "supervisor": "ve------------i--k-",
    "sector_officer": "veldr--wtospcxidhkm",
    "planner": "vel-r--------------",
    "assessor": "ve------------i--k-",
    "leader": "ve------------i---m",
    "enterprise": "ve-----w-o----i-h--",
    "administrator": "veldraswtospcxidhkm",
}


@pytest.mark.parametrize("role", list(RoleName))
@pytest.mark.parametrize("verb", list(Verb))
def test_each_role_may_do_exactly_what_the_table_says(role: RoleName, verb: Verb) -> None:
    assert may([role], verb) == (EXPECTED[role][list(Verb).index(verb)] != "-")


@pytest.mark.parametrize("verb", list(Verb))
def test_nobody_may_do_anything_without_a_role(verb: Verb) -> None:
    assert not may([], verb)


def test_two_roles_together_may_do_what_either_may() -> None:
    assert may([RoleName.INSPECTOR, RoleName.LEADER], Verb.EDIT)
    assert may([RoleName.INSPECTOR, RoleName.LEADER], Verb.EXPORT)
    assert not may([RoleName.INSPECTOR, RoleName.LEADER], Verb.LOAD)


def test_an_unknown_role_is_misuse_and_not_silence() -> None:
    with pytest.raises(ValueError, match="mayor"):
        may(["mayor"], Verb.VIEW)
