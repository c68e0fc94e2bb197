# SPDX-License-Identifier: Apache-2.0
"""The machines' door as granian loads it. A new route handler is added to ROUTES."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.types import ControllerRouterHandler, HTTPScope, Receive, Send

from belltower import __version__
from belltower.project import installation
from belltower.project.database import set_up_django
from belltower.project.gateway.health import readiness
from belltower.project.guard.proxies import is_this_machine

if TYPE_CHECKING:
    from belltower.project.gateway.serving import Serving

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "belltower.project.settings")


class Door(msgspec.Struct, frozen=True):
    """What this door is, for whoever knocks without knowing."""

    name: str
    version: str
    what: dict[str, str]
    health: dict[str, str]
    doors: dict[str, str]


DOOR = Door(
    name="Belltower 钟鼓楼",
    version=__version__,
    what={
        "zh": "机器入口：设备与其他系统在此接入。人员请访问网页入口。",
        "en": "The machines' door: devices and other systems connect here. People use the web door.",
    },
    health={"live": "/healthz", "ready": "/readyz"},
    doors={"ingest": "/ingest", "live": "/live", "features": "/features"},
)


@get("/", sync_to_thread=False)
def door() -> Door:
    """What this door is."""
    return DOOR


@get(["/health/live", "/healthz"], sync_to_thread=False)
def live() -> dict[str, bool]:
    """This process answers."""
    return {"live": True}


@get(["/health/ready", "/readyz"])
async def ready() -> Response[dict[str, Any]]:
    """The database answers, its migrations are applied, and a worker is alive; 503 with what is missing otherwise."""
    found = await asyncio.wait_for(readiness(_database_url(), expected_migrations=_expected()), timeout=10)
    return Response(found.as_json(), status_code=200 if found.is_ready else 503)


@get("/metrics", sync_to_thread=True)
def measurements(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What is measured, for Prometheus; 403 for whoever may not look."""
    from django.db import connections

    from belltower.project.health import database_answers, may_measure

    is_near = is_this_machine(request.client.host if request.client else "") and not request.scope["state"][FORWARDED]
    given = request.headers.get("authorization", "")
    if not may_measure(given, is_near=is_near, token=installation.read().metrics_token):
        return Response(b"", status_code=403, media_type=metrics.MEDIA_TYPE)
    try:
        return Response(metrics.page(database_answers()), media_type=metrics.MEDIA_TYPE)
    finally:
        connections.close_all()  # this thread may never be used again


LARGEST_BODY = 10 * 1024 * 1024  # bytes
ROUTES: list[ControllerRouterHandler] = [door, live, ready, measurements]


def _database_url() -> str:
    from belltower.project.database import url

    return url()


def _expected() -> frozenset[tuple[str, str]]:
    from belltower.project.database import migrations_of_the_code

    return migrations_of_the_code()


# Its settings and texts are those of the people's door.
set_up_django()

from belltower.project.gateway import serving as works  # noqa: E402
from belltower.project.gateway.features import bearer, features_handler  # noqa: E402
from belltower.project.gateway.ingest.door import ingest  # noqa: E402
from belltower.project.gateway.live import live as listen  # noqa: E402
from belltower.project.gateway.problems import failed  # noqa: E402
from belltower.project.gateway.senders import refuse_others  # noqa: E402
from belltower.project.gateway.straight import straight  # noqa: E402
from belltower.project.gateway.watch import FORWARDED, watched  # noqa: E402
from belltower.project.watch import metrics  # noqa: E402


def serving() -> Serving:
    """What this process serves with; from its start to its end."""
    found: Serving = litestar.state.serving
    return found


def _begun() -> Serving | None:
    """The same; None for a process that only answers for itself, before its start."""
    found: Serving | None = litestar.state.get("serving")
    return found


async def _begin(application: Litestar) -> None:
    application.state.serving = works.begin()


async def _end(application: Litestar) -> None:
    await application.state.serving.close()


class AtTheDoor:
    """The guard of this process: who is known by their token, and that an open door is open to this machine only."""

    def is_known(self, scope: HTTPScope) -> bool:
        """Whether their token was good a moment ago."""
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        found = _begun()
        return found is not None and found.senders.knows(bearer(given.decode("latin-1")))

    def refuse(self, scope: HTTPScope) -> None:
        """Raises NotOpenToOthers."""
        # Who listens has a ticket, and comes from the console's page.
        found = _begun()
        if found is not None and found.senders.is_open and scope["path"] != "/live":
            refuse_others(dict(scope["headers"]), is_forwarded=scope["state"][FORWARDED])


from belltower.project.gateway.sensorthings import sensorthings_routes  # noqa: E402

ROUTES += sensorthings_routes(serving)

# No OpenAPI pages here: Litestar's come from another host, and bureau networks have no internet.
litestar = Litestar(
    ROUTES,
    openapi_config=None,
    on_startup=[_expected, _begin],
    on_shutdown=[_end],
    exception_handlers={Exception: failed},
    request_max_body_size=LARGEST_BODY,
    logging_config=None,
)


async def _ingest(scope: HTTPScope, receive: Receive, send: Send) -> None:
    await ingest(scope, receive, send, serving=serving())


async def _live(scope: HTTPScope, receive: Receive, send: Send) -> None:
    await listen(scope, receive, send, hub=serving().hub, senders=serving().senders)


_straight = straight({"/ingest": _ingest, "/live": _live}, litestar, below={"/features": features_handler(serving)})
application = watched(_straight, AtTheDoor())
