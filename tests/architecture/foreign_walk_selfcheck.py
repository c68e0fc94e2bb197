# SPDX-License-Identifier: Apache-2.0
"""How the pages of self-checks are walked by a foreign enterprise (test_foreign_enterprise.py): each address with the fields
of a Visit."""

from __future__ import annotations

from typing import Any

_ASSET = {"takes": {"uid": "asset"}}
SELFCHECK: dict[str, dict[str, Any]] = {
    "console:selfcheck": {"queries": ("", "party=theirs-party")},
    "console:selfcheck_kind": {
        "fixed": [{"kind": "street_light"}],
        "queries": ("", "party=theirs-party", "unanswered=yes", "clause=poles.banner_size&found=broken"),
    },
    "console:selfcheck_asset": _ASSET,
    "console:selfcheck_answer": {**_ASSET, "form": {"field.wattage": "1"}},
}
