# SPDX-License-Identifier: Apache-2.0
"""A district's balance over a time, with what is not known: the least leak that it can show."""

from __future__ import annotations

import math
from dataclasses import dataclass

AT_95 = 1.645
"""Standard deviations above which one of twenty balances lies by chance alone."""


@dataclass(frozen=True, slots=True)
class Balance:
    """m3 an hour that came in and were not metered, its standard deviation, and the least leak that is found 19 times of 20.

    ``is_leaking`` is None when a part of the balance is not known: nobody may read that as tight.
    """

    missing: float | None
    sigma: float
    least_leak: float
    is_leaking: bool | None


def balance(
    *, hours: float, inflow_m3: float | None, metered_m3: float | None, stored_m3: float,
    inflow_share: float, metered_share: float, stored_sigma_m3: float,
) -> Balance:  # fmt: skip
    """The balance of ``hours``: volumes at normal conditions, ``stored_m3`` what the pipes hold more than before.

    ``inflow_share`` and ``metered_share`` are the standard deviations of the sums as shares: errors that all meters have alike
    (temperature, pressure) belong in them, and do not shrink with their number. A volume that is not known is None.
    """
    if hours <= 0 or min(inflow_share, metered_share, stored_sigma_m3) < 0:
        raise ValueError("A balance needs a time and deviations that are not below 0.")
    parts = ((inflow_m3 or 0.0) * inflow_share, (metered_m3 or 0.0) * metered_share, stored_sigma_m3)
    sigma = math.sqrt(sum(part**2 for part in parts)) / hours
    least = 2 * AT_95 * sigma
    if inflow_m3 is None or metered_m3 is None:
        return Balance(None, sigma, least, None)
    missing = (inflow_m3 - metered_m3 - stored_m3) / hours
    return Balance(missing, sigma, least, missing > AT_95 * sigma)
