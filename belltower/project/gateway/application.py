# SPDX-License-Identifier: Apache-2.0
"""The machines' door as granian loads it. A new route handler is added to ROUTES."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.types import ControllerRouterHandler

from belltower import __version__
from belltower.project.gateway.health import readiness

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "belltower.project.settings")


class Door(msgspec.Struct, frozen=True):
    """What this door is, for whoever knocks without knowing."""

    name: str
    version: str
    what: dict[str, str]
    health: dict[str, str]


DOOR = Door(
    name="Belltower 钟鼓楼",
    version=__version__,
    what={
        "zh": "机器入口：设备与其他系统在此接入。人员请访问网页入口。",
        "en": "The machines' door: devices and other systems connect here. People use the web door.",
    },
    health={"live": "/health/live", "ready": "/health/ready"},
)


@get("/", sync_to_thread=False)
def door() -> Door:
    """What this door is."""
    return DOOR


@get("/health/live", sync_to_thread=False)
def live() -> dict[str, bool]:
    """This process answers."""
    return {"live": True}


@get("/health/ready")
async def ready() -> Response[dict[str, Any]]:
    """The database answers, its migrations are applied, and a worker is alive; 503 with what is missing otherwise."""
    found = await asyncio.wait_for(readiness(_database_url(), expected_migrations=_expected()), timeout=10)
    body = {"ready": found.is_ready, "database": found.database, "migrations": found.migrations, "worker": found.worker}
    return Response(body, status_code=200 if found.is_ready else 503)


ROUTES: list[ControllerRouterHandler] = [door, live, ready]


def _database_url() -> str:
    from belltower.project.database import url

    return url()


def _expected() -> frozenset[tuple[str, str]]:
    from belltower.project.database import migrations_of_the_code

    return migrations_of_the_code()


# No OpenAPI pages here: Litestar's come from another host, and bureau networks have no internet.
application = Litestar(ROUTES, openapi_config=None, on_startup=[_expected])
