# SPDX-License-Identifier: Apache-2.0
"""How the pages of alarms, streams and sources are walked by a foreign enterprise (test_foreign_enterprise.py): each
address with the fields of a Visit."""

from __future__ import annotations

from typing import Any

_ALARM = {"takes": {"uid": "alarm"}}
_STREAM = {"takes": {"uid": "stream"}}
# A source is the bureau's: there is none of an enterprise, and its pages are not for its people.
_SOURCE = {"fixed": [{"uid": "00000000-0000-7000-8000-000000000000"}]}
_DEEDS = ("acknowledge", "shelve", "unshelve", "reset", "out_of_service", "return_to_service", "comment", "assign")
_DEFINED = {"title_zh": "走查", "condition": "hihi", "limit": "1", "cause": "walk"}

SENSING: dict[str, dict[str, Any]] = {
    "api:list_alarms": {"queries": ("", "state=normal", "area=430405002", "kind=street_light")},
    "api:get_alarm": _ALARM,
    "api:list_alarm_transitions": _ALARM,
    "api:list_alarm_commands": _ALARM,
    "api:get_alarm_cap": _ALARM,
    "api:command_alarm": _ALARM,
    "api:list_alarm_definitions": {"queries": ("", "is_enabled=true")},
    "api:get_alarm_definition": {"takes": {"uid": "alarm"}},
    "console:alarms": {"queries": ("", "state=all", "state=all&area=430405002", "state=calling&kind=street_light")},
    "console:alarms_acknowledge": {"form": {"alarm": "00000000-0000-7000-8000-000000000000"}},
    "console:alarms_cap": {"queries": ("", "state=all")},
    "console:alarm_health": {"queries": ("hours=720",)},
    "console:alarm": {**_ALARM, "queries": ("", "hours=168")},
    "console:alarm_cap": _ALARM,
    "console:alarm_define": {"takes": {"uid": "stream"}, "form": _DEFINED},
    "console:alarm_definition": {**_ALARM, "form": _DEFINED},
    "console:alarm_switch": {**_ALARM, "form": {"to": "off"}},
    "console:alarm_do": {
        **_ALARM,
        "fixed": [{"what": what} for what in _DEEDS],
        "form": {"note": "walk", "minutes": "15", "to": "ours-person"},
    },
    "console:map_live": {"queries": ("", "box=112,26,114,28", "area=430405002&box=112,26,114,28")},
    "console:streams": {"queries": ("", "q=theirs", "q=L0", "state=never", "state=silent")},
    "console:stream": {**_STREAM, "queries": ("", "span=1h", "since=2026-01-01&until=2026-12-31")},
    "console:stream_export": {
        **_STREAM,
        "fixed": [{"form": "csv"}, {"form": "parquet"}],
        "queries": ("span=1h", "span=1y", "every=day&span=30d"),
    },
    "console:sources": {},
    "console:source_put": {"form": {"mapping": "source: walk"}},
    "console:source": _SOURCE,
    "console:source_try": {**_SOURCE, "form": {"where": "walk"}},
    "console:source_replay": {**_SOURCE, "form": {}},
    "console:source_switch": {**_SOURCE, "form": {"to": "off"}},
}
