# SPDX-License-Identifier: Apache-2.0
"""The people's door says that it is alive."""

from django.http import HttpRequest, JsonResponse


def live(request: HttpRequest) -> JsonResponse:
    """This process answers; it says nothing about the database (the gateway's /health/ready does)."""
    return JsonResponse({"live": True})
