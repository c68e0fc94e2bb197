# SPDX-License-Identifier: Apache-2.0
"""Who may do what, exhaustively."""

import pytest

from belltower.core.access.models import RoleName
from belltower.core.access.rules import Verb, may

# Read across: view, export, load, edit, run_jobs, administer, sense, answer_alarms, set_alarms, record, write_standards,
# approve_standards, lead_campaigns, set_exams.
EXPECTED = {
    "viewer": "v-------------",
    "desk": "ve-d---w-o----",
    "inspector": "v--d-----o----",
    "supervisor": "ve------------",
    "sector_officer": "veldr--wtospcx",
    "planner": "vel-r---------",
    "assessor": "ve------------",
    "leader": "ve------------",
    "enterprise": "ve-----w-o----",
    "administrator": "veldraswtospcx",
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
