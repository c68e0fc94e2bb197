# SPDX-License-Identifier: Apache-2.0
"""The one table from refusals to statuses, and the page that tells it."""

from pathlib import Path

import pytest

from belltower.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from belltower.kernel.texts import Text
from belltower.screens.api import problems

PAGE = (Path(__file__).parents[4] / "docs/reference/api.md").read_text()


def _all(refusal: type[Refusal] = Refusal) -> set[type[Refusal]]:
    return {refusal}.union(*map(_all, refusal.__subclasses__()))


def test_every_refusal_has_a_status_of_its_own_or_its_parent_s() -> None:
    assert {problems.status_of(one) for one in _all()} <= {
        400,
        401,
        403,
        404,
        405,
        406,
        409,
        410,
        412,
        413,
        415,
        422,
        428,
        429,
        500,
        503,
    }


@pytest.mark.parametrize(("refusal", "status"), [(NotFound, 404), (NotAllowed, 403), (Conflict, 409), (Refusal, 422)])
def test_a_refusal_without_a_row_has_the_status_of_the_class_above(refusal: type[Refusal], status: int) -> None:
    class Special(refusal):  # type: ignore[misc, valid-type]
        code = "special"

    assert problems.status_of(Special) == status


@pytest.mark.parametrize("code", sorted(problems.STATUS_OF.keys() - {"refused", "unreadable"}))
def test_the_page_tells_every_code_with_its_status(code: str) -> None:
    [row] = [line for line in PAGE.splitlines() if f"`{code}`" in line and line.startswith("| ")][:1]
    status = problems.STATUS_OF[code]
    assert row.startswith(f"| {status} ") or code in ("invalid_request", "no_such_operation")


def test_facts_are_told_as_json() -> None:
    answer = problems.answer(NotFound(noun=Text(zh="部件", en="asset"), name=Path("x")))
    assert b'"noun":{"zh":"\xe9\x83\xa8\xe4\xbb\xb6","en":"asset"}' in answer.content
    assert b'"name":"x"' in answer.content
