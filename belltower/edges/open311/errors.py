# SPDX-License-Identifier: Apache-2.0
"""What a GeoReport request may be refused for, and the status of each refusal by the specification."""

from __future__ import annotations

from belltower.kernel.errors import NotAllowed, NotFound, Refusal
from belltower.kernel.texts import Text


class NoSuchJurisdiction(NotFound):
    """A ``jurisdiction_id`` that is not this city's code."""

    code = "open311_no_such_jurisdiction"
    sentence = Text(
        zh="本服务不是“{given}”的。请使用 {code}，或不填 jurisdiction_id。",
        en="'{given}' is not served here. Use {code}, or leave jurisdiction_id out.",
    )


class NoSuchService(NotFound):
    """A ``service_code`` that is not offered."""

    code = "open311_no_such_service"
    sentence = Text(
        zh="没有服务代码“{given}”。可用的代码见 services。",
        en="There is no service_code '{given}'. The list services has those there are.",
    )


class BadApiKey(NotAllowed):
    """No ``api_key``, one that is not known, or one that may not report."""

    code = "open311_bad_api_key"
    sentence = Text(
        zh="api_key 缺失、无效或无权上报。请向管理员索取带有 report_cases 权限的服务账号令牌。",
        en="The api_key is missing, not valid, or may not report. Ask an administrator for a token with report_cases.",
    )


class BadGeoReport(Refusal):
    """A parameter that is missing or cannot be read."""

    code = "open311_bad_parameter"
    sentence = Text(
        zh="参数 {parameter} 有误：{reason}。请更正后重试。",
        en="The parameter {parameter} is wrong: {reason}. Correct it and send it again.",
    )


def status_of(refusal: Refusal) -> int:
    """The HTTP status, which is also the specification's error code: 404, 403, and 400 for everything else."""
    if isinstance(refusal, NotFound):
        return 404
    return 403 if isinstance(refusal, NotAllowed) else 400
