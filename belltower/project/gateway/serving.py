# SPDX-License-Identifier: Apache-2.0
"""What one gateway process has to serve with: its writer, who sends, the streams there are, and those who listen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from belltower.project.gateway.hub import Hub
from belltower.project.gateway.senders import Senders
from belltower.project.gateway.streams import Streams
from belltower.project.gateway.writer import Writer


@dataclass(frozen=True, slots=True)
class Serving:
    """Made when the process begins to serve, closed when it ends."""

    writer: Writer
    senders: Senders
    streams: Streams
    hub: Hub

    async def close(self) -> None:
        """Let listeners go, store what waits, end the threads."""
        await self.hub.close()
        self.writer.stop()
        self.senders.close()


def begin(*, is_open: bool | None = None) -> Serving:
    """Everything started, on this installation's database; it need not be up yet."""
    senders = Senders(is_open=is_open)
    streams = Streams(senders)
    writer = Writer(address)
    writer.start()
    return Serving(writer, senders, streams, Hub(address, streams.visible))


_NAMES = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
_NOT_OF_LIBPQ = ("server_side_binding", "prepare_threshold", "options")


def address() -> str:
    """Where the database is, as Django was told: the tests' own is another than the installation's."""
    from django.conf import settings
    from psycopg.conninfo import make_conninfo

    place: dict[str, Any] = dict(settings.DATABASES["default"])
    parts = {name: value for name, value in place["OPTIONS"].items() if name not in _NOT_OF_LIBPQ}
    parts |= {libpq: place[name] for name, libpq in _NAMES.items() if place.get(name)}
    return make_conninfo("", **parts)
