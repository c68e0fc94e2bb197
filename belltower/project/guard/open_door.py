# SPDX-License-Identifier: Apache-2.0
"""A machines' door without tokens, for trying things out: never where another machine could reach it."""

from __future__ import annotations

import socket

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.project.guard.proxies import is_this_machine

OPEN = "BELLTOWER_OPEN"
"""Set by the process that serves without tokens, for its workers; never by hand: the door's address was checked."""


class OpenBeyondThisMachine(Refusal):
    """--open on an address that others reach."""

    code = "open_beyond_this_machine"
    sentence = Text(
        zh="--open 不设令牌，只能监听本机回环地址（如 127.0.0.1），不能监听 {host}。请去掉 --open 或更换 --host。",
        en="--open asks for no token, so it serves a loopback address only (as 127.0.0.1), not {host}. "
        "Leave out --open, or choose another --host.",
    )


def refuse_beyond_this_machine(host: str) -> None:
    """Raise OpenBeyondThisMachine unless everything that ``host`` stands for is a loopback address."""
    try:
        found = {str(place[4][0]) for place in socket.getaddrinfo(host or "::", None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        found = {""}
    if not all(map(is_this_machine, found)):
        raise OpenBeyondThisMachine(host=host or "*")
