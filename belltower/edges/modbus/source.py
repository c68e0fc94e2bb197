# SPDX-License-Identifier: Apache-2.0
"""What a mapping of kind ``modbus`` says beyond the common part: how often to ask, how long to wait, registers."""

from __future__ import annotations

from belltower.edges.modbus.feed import ModbusFeed
from belltower.edges.modbus.registers import Registers, read_register
from belltower.edges.sources.mapping import Source

SCHEMES = ("modbus",)
# Modbus TCP knows neither logins nor TLS: a mapping that names them would promise what is not there.
_KNOWN = ("source", "kind", "title", "since", "address", "every", "timeout", "registers")
_EVERY_S, _TIMEOUT_S = 10.0, 2.0


def reader(source: Source) -> Registers:
    """How its answers are read. Raises BadMapping."""
    document = source.document
    document.keys(known=_KNOWN)
    every = document.get("every")
    every_s = every.seconds() if every else _EVERY_S
    return Registers(tuple(read_register(part, every_s=every_s) for part in document.each("registers")))


def feed(source: Source) -> ModbusFeed:
    """A connection to its device or gateway, not open yet. Raises BadMapping."""
    timeout = source.document.get("timeout")
    return ModbusFeed(source, reader(source), timeout_s=timeout.seconds() if timeout else _TIMEOUT_S)
