# SPDX-License-Identifier: Apache-2.0
"""What GeoReport tells of kinds of case and of cases: field by field as the specification has it, and only what is public."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from belltower.core.places.kinds import register
from belltower.core.receiving.showing import PublicCase
from belltower.edges.open311.writing import Listed, Single
from belltower.kernel.packs import CaseKind
from belltower.kernel.texts import Text

ASSET_CODE = "asset_code"
NOTICE = Text(
    zh="上报已收到。令牌就是查询码，请转交上报人：在本市公开网站可凭它查询、补充、异议和删除个人信息。",
    en="The report was received. The token is the tracking code, hand it to the reporter: with it they follow, add to, contest "
    "and erase on the city's public pages.",
)
_SIMULATED = Text(zh="本案卷为模拟数据，属于演示城市。", en="This case is simulated: it belongs to the demo city.")
_ASSET_CODE = Text(zh="设施上的编号（如有）", en="The number on the thing, if it has one")
_ABOUT = Text(zh="上报：{title}", en="Report: {title}")


def services(kinds: list[CaseKind], language: str) -> Listed:
    """GET services."""
    return Listed("services", "service", [_service(one, language) for one in kinds])


def definition(kind: CaseKind, language: str) -> Single:
    """GET services/{service_code}."""
    told = {"service_code": kind.name, "attributes": attributes(kind, language)}
    return Single("service_definition", told)


def attributes(kind: CaseKind, language: str = "en") -> list[dict[str, Any]]:
    """What may be told besides, in order; a kind about things of the city asks for the number on the thing."""
    if kind.on is None:
        return []
    said = _ASSET_CODE.say(language)
    return [
        {
            "variable": True, "code": ASSET_CODE, "datatype": "string", "required": False,
            "datatype_description": None, "order": 1, "description": said,
        }
    ]  # fmt: skip


def taken(code: str, language: str) -> Listed:
    """POST requests: the token, by which the request is found at once."""
    row = {"token": code, "service_notice": NOTICE.say(language), "account_id": None}
    return Listed("service_requests", "request", [row])


def token(number: str, code: str) -> Listed:
    """GET tokens/{token}."""
    return Listed("service_requests", "request", [{"service_request_id": number, "token": code}])


def requests(cases: list[PublicCase], language: str) -> Listed:
    """GET requests, and GET requests/{service_request_id}."""
    return Listed("service_requests", "request", [request_of(one, language) for one in cases])


def request_of(case: PublicCase, language: str) -> dict[str, Any]:
    """One request. What reporters wrote, their address and their photos are nobody else's: those fields are empty."""
    return {
        "service_request_id": case.number,
        "status": "open" if case.ended_at is None else "closed",
        "status_notes": _notes(case, language),
        "service_name": case.title.say(language),
        "service_code": case.kind,
        "description": None,
        "agency_responsible": case.unit.say(language) if case.unit else None,
        "service_notice": None,
        "requested_datetime": instant(case.reported_at),
        "updated_datetime": instant(case.changed_at),
        "expected_datetime": instant(case.due_at) if case.ended_at is None else None,
        "address": case.area_title.say(language) if case.area_title else None,
        "address_id": None,
        "zipcode": None,
        "lat": case.lat,
        "long": case.lon,
        "media_url": None,
    }


def instant(at: datetime | None) -> str | None:
    """As the W3C's note has it, in UTC."""
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _notes(case: PublicCase, language: str) -> str:
    """How it stands in a word and a sentence, whether it is simulated, then what the bureau said in public."""
    standing, simulated = case.standing, [_SIMULATED.say(language)] if case.is_simulated else []
    remarks = [text for _, text in case.remarks]
    return "\n".join([standing.text.say(language), standing.more.say(language), *simulated, *remarks])


def _service(kind: CaseKind, language: str) -> dict[str, Any]:
    about = register().kinds.get(kind.on or "")
    title = kind.title.say(language)
    return {
        "service_code": kind.name,
        "service_name": title,
        "description": _ABOUT.say(language).format(title=title),
        "metadata": bool(attributes(kind)),
        "type": "batch",
        "keywords": kind.matter_code or "",
        "group": about.title.say(language) if about else "",
    }
