# SPDX-License-Identifier: Apache-2.0
"""How the pages of standards and findings are walked by a foreign enterprise (test_foreign_enterprise.py): each address
with the fields of a Visit."""

from __future__ import annotations

from typing import Any

_CLAUSE = {"fixed": [{"key": "poles.banner_size"}]}
# Who writes is the bureau: a draft is nobody's whom it is about.
_REVISION = {"fixed": [{"uid": "00000000-0000-7000-8000-000000000000"}]}

STANDARDS: dict[str, dict[str, Any]] = {
    "console:standards": {"queries": ("", "q=theirs", "check=attribute&kind=pole_banner")},
    "console:standard": {"fixed": [{"key": "poles.lamp_pole_banners"}]},
    "console:clause": _CLAUSE,
    "console:clause_subjects": {**_CLAUSE, "queries": ("", "outcome=holds", "outcome=broken")},
    "console:clause_exempt": {
        **_CLAUSE,
        "form": {"who": "theirs-L0", "reason": "walk", "since": "2026-01-01", "until": "2099-01-01"},
    },
    "console:clause_withdraw": {**_CLAUSE, "form": {"until": "2099-01-01"}},
    "console:standard_withdraw": {"fixed": [{"key": "poles.lamp_pole_banners"}], "form": {"until": "2099-01-01"}},
    "console:standard_begin": {"form": {"title_zh": "走查", "title_en": "walk", "pack": "poles", "name": "walk"}},
    "console:standards_matrix": {"queries": ("", "area=430405")},
    "console:standards_system": {"queries": ("", "at=clause:poles.banner_size", "at=party:theirs-party")},
    "console:clause_write": {"queries": ("", "document=poles.lamp_pole_banners"), "form": {"text": "id: walk"}},
    "console:clause_check": {"form": {"document": "poles.lamp_pole_banners", "text": "id: walk"}},
    "console:revision": _REVISION,
    "console:revision_submit": _REVISION,
    "console:revision_decide": {**_REVISION, "form": {"to": "return", "remark": "walk"}},
    "console:findings": {"queries": ("", "state=all", "area=430405002", "party=theirs-party", "order=due")},
    "console:findings_map": {"queries": ("", "state=all", "party=theirs-party")},
    "console:findings_marks": {"queries": ("", "zoom=3", "zoom=19&state=all", "zoom=19&box=112,26,114,28")},
    "console:finding": {"takes": {"uid": "finding"}},
}
