# SPDX-License-Identifier: Apache-2.0
"""How GeoReport is walked by a foreign enterprise (test_foreign_enterprise.py): each address with the fields of a Visit."""

from __future__ import annotations

from typing import Any

_FORMS = ("json", "xml")
_ADDRESSES: dict[str, dict[str, Any]] = {
    "services": {},
    "service": {"fixed": ({"code": "light_out"},)},
    "token": {"fixed": ({"code": "7K3QM-09XAB-C4RTW-1ZPND"},)},
    "requests": {
        "queries": ("", "service_code=light_out&status=open", "service_request_id=2026-000001,2026-000002"),
        "form": {"service_code": "light_out", "lat": "26.9", "long": "112.6", "api_key": "walk"},
    },
    "request": {"fixed": ({"number": "2026-000001"},)},
}

OPEN311 = {f"open311:{name}_{form}": how for name, how in _ADDRESSES.items() for form in _FORMS}
