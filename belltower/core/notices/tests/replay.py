# SPDX-License-Identifier: Apache-2.0
"""Small servers on this machine's own address: one that answers as a recorded conversation does, and a mail server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiosmtpd.controller import Controller

RECORDED = Path(__file__).parent / "recorded"


@dataclass
class Heard:
    """What was asked, in order."""

    address: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def answering(answers: list[dict[str, Any]]) -> Iterator[Heard]:
    """A server that gives these answers ({status, body}, or also headers) one after the other, and keeps what it was asked."""
    heard, left = Heard(), list(answers)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts, length = urlsplit(self.path), int(self.headers.get("content-length", 0))
            heard.asked.append({
                "method": self.command, "path": parts.path, "query": dict(parse_qsl(parts.query)),
                "headers": {name.lower(): value for name, value in self.headers.items()}, "body": self.rfile.read(length),
            })  # fmt: skip
            told = left.pop(0) if left else {"status": 599, "body": {}}
            self.send_response(told["status"])
            for name, value in told.get("headers", {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(told["body"]).encode())

        do_GET = do_POST = _answer

        def log_message(self, *told: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def recorded(name: str) -> Iterator[Heard]:
    """The other side of the conversation in that file; at the end, all of it was asked for, as it was recorded."""
    conversation = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    with answering([one["response"] for one in conversation]) as heard:
        yield heard
    assert len(heard.asked) == len(conversation)
    for asked, one in zip(heard.asked, conversation, strict=True):
        wanted = one["request"]
        assert (asked["method"], asked["path"]) == (wanted["method"], wanted["path"])
        assert {**asked["query"], **wanted.get("query", {})} == asked["query"]
        assert {**asked["headers"], **wanted.get("headers", {})} == asked["headers"]
        if "body" in wanted:
            assert json.loads(asked["body"]) == wanted["body"]


class Postbox:
    """A mail server's memory; ``refuses`` makes it answer so to every recipient."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, bytes]] = []
        self.refuses = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append((envelope.rcpt_tos[0], envelope.content))
        return f"250 OK queued as {len(self.letters)} for {envelope.rcpt_tos[0]}"


class _AnyPort(Controller):
    """Listens on any free port, and knows which it is."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def post_office() -> Iterator[tuple[Postbox, int]]:
    """A real SMTP server of this process, and its port."""
    box = Postbox()
    controller = _AnyPort(box, hostname="127.0.0.1", port=0, ready_timeout=30)
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()
