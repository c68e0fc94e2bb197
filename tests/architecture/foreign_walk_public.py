# SPDX-License-Identifier: Apache-2.0
"""How the public pages are walked by a foreign enterprise (test_foreign_enterprise.py): each address with the fields of a Visit."""

from __future__ import annotations

from typing import Any

_NUMBER, _CODE = {"fixed": ({"number": "2026-000001"},)}, "7K3QM-09XAB-C4RTW-1ZPND"
_TILE = {"fixed": ({"zoom": 12, "x": 3329, "y": 1727},)}
_OPEN: dict[str, Any] = {"queries": ("", "area=430405", "kind=light_out&limit=1000", "after=2026-000001")}

PUBLIC: dict[str, dict[str, Any]] = {
    "public:home": {},
    "public:report": {"form": {"text": "walk", "lon": "112.6", "lat": "26.9"}},
    "public:near": {"queries": ("", "lon=112.6&lat=26.9&kind=light_out&text=walk")},
    "public:case": _NUMBER,
    "public:follow": _NUMBER,
    "public:track": {"form": {"code": _CODE}},
    "public:tracked": {"fixed": ({"code": _CODE},)},
    "public:tracked_receipt": {"fixed": ({"code": _CODE},)},
    "public:tracked_proof": {"fixed": ({"code": _CODE},)},
    "public:tracked_do": {
        "fixed": tuple({"code": _CODE, "what": what} for what in ("contest", "comment", "forget")),
        "form": {"text": "walk", "case": "2026-000001"},
    },
    "public:nearby": {"queries": ("", "lon=112.6&lat=26.9")},
    "public:stations": {"queries": ("", "lon=112.6&lat=26.9&at=2026-11-24T22:00&wish=toilet", "area=430405")},
    "public:stations_list": {},
    "public:stations_poster": {},
    "public:nearby_marks": {},
    "public:map": {},
    "public:area_tile": _TILE,
    "public:data": {},
    "public:data_csv": _OPEN,
    "public:data_geojson": _OPEN,
    "public:data_json": _OPEN,
    "public:feed": {"queries": ("", "area=430405")},
    "public:verify": {"form": {"text": "{}"}},
    "public:subscribe": {"form": {"area": "430405", "email": "walk@example.org"}},
    "public:subscribe_confirm": {"fixed": ({"token": "WyJ4Il0:1x:walk"},)},
    "public:subscribe_stop": {"fixed": ({"token": "WyJ4Il0:1x:walk"},)},
}
