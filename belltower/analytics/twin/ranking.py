# SPDX-License-Identifier: Apache-2.0
"""Where one would look first: sections in the order in which a leak there would explain the residuals. A ranking, no detection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from belltower.analytics.twin.network import Floats, Numbers
from belltower.analytics.twin.residuals import Residuals


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Sections, the likeliest first: by how much a leak there of ``size`` (kg/s, not below 0) lowers the squared misfit."""

    sections: Numbers
    gain: Floats
    size: Floats

    def place_of(self, section: int) -> int:
        """At which place a section stands, from 1 on."""
        return int(np.flatnonzero(self.sections == section)[0]) + 1


def rank(found: Residuals, signature: Floats, pipes: Numbers) -> Ranking:
    """Rank pipes by a single leak in their middle; ``signature`` (sensors, nodes) as leak_signature gives it.

    Misfits are weighed by what is not known and moves sensors together. Sensors without a residual say nothing. With none
    at all every section ties, in the order of its number.
    """
    heard = np.flatnonzero(np.isfinite(found.score))
    shape = signature[heard][:, pipes].mean(axis=2)
    weighed = np.linalg.solve(found.covariance[np.ix_(heard, heard)], shape)
    strength = (shape * weighed).sum(axis=0)
    pointing = found.residual_pa[heard] @ weighed
    size = np.maximum(np.divide(pointing, strength, out=np.zeros(len(pipes)), where=strength > 0), 0.0)
    gain = size**2 * strength
    order = np.argsort(-gain, kind="stable")
    return Ranking(order, gain[order], size[order])
