# SPDX-License-Identifier: Apache-2.0
"""Who oversees the whole city, and may therefore read its ledger: a role that no area and no party narrows."""

from __future__ import annotations

from belltower.core.access.models import RoleName
from belltower.core.access.people import Standing

OVERSEERS = frozenset({RoleName.ADMINISTRATOR, RoleName.LEADER, RoleName.ASSESSOR})


def oversees(standing: Standing) -> bool:
    """Whether somebody holds such a role."""
    return any(one.held.role in OVERSEERS and not one.held.is_narrowed for one in standing.reaches)
