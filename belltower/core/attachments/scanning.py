# SPDX-License-Identifier: Apache-2.0
"""The scanner that the settings name: clamd by its own protocol, or a program that reads the file and says by its exit."""

from __future__ import annotations

import shlex
import socket
import struct
import subprocess
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Protocol

_PART = 1 << 16
_PATIENCE_S = 120.0
_CLEAN, _FOUND = 0, 1  # the exits that clamscan, clamdscan and most others share


class ScannerFailed(RuntimeError):
    """The scanner gave no verdict; the job is tried again, and nothing is opened meanwhile."""


class Scanner(Protocol):
    def scan(self, parts: Iterable[bytes]) -> str | None:
        """The name of what was found, or None. Raises ScannerFailed where there is no verdict."""


def scanner(setting: str) -> Scanner:
    """The scanner of a setting: ``clamd:/run/clamav/clamd.ctl``, ``clamd:127.0.0.1:3310``, ``command:clamdscan -``."""
    kind, _, rest = setting.partition(":")
    return Clamd(rest) if kind == "clamd" else Command(tuple(shlex.split(rest)))


@dataclass(frozen=True, slots=True)
class Clamd:
    """ClamAV's daemon, by INSTREAM (clamd(8)): length and bytes of each part, a length of zero at the end."""

    at: str

    def scan(self, parts: Iterable[bytes]) -> str | None:
        try:
            with closing(self._connect()) as line:
                line.sendall(b"zINSTREAM\0")
                for part in _small(parts):
                    line.sendall(struct.pack(">I", len(part)) + part)
                line.sendall(struct.pack(">I", 0))
                return _verdict(_answer(line))
        except OSError as error:
            raise ScannerFailed(f"clamd at {self.at}: {error}") from error

    def _connect(self) -> socket.socket:
        if self.at.startswith("/"):
            line = socket.socket(socket.AF_UNIX)
            try:
                line.settimeout(_PATIENCE_S)
                line.connect(self.at)
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self.at.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE_S)


@dataclass(frozen=True, slots=True)
class Command:
    """A program that reads the file from its standard input: exit 0 is clean, 1 is found, anything else is no verdict."""

    words: tuple[str, ...]

    def scan(self, parts: Iterable[bytes]) -> str | None:
        try:
            code, said = self._run(parts)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ScannerFailed(f"{self.words[0]}: {error}") from error
        if code == _CLEAN:
            return None
        if code == _FOUND:
            return (said.splitlines() or ["found"])[0][:200]
        raise ScannerFailed(f"{self.words[0]} ended with {code}: {said[-300:]}")

    def _run(self, parts: Iterable[bytes]) -> tuple[int, str]:
        """Its exit and the beginning of what it said. Raises OSError, TimeoutExpired."""
        with subprocess.Popen(
            self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as program:
            assert program.stdin
            assert program.stdout
            # A program that has seen enough reads no more.
            with suppress(BrokenPipeError), program.stdin as into:
                for part in parts:
                    into.write(part)
            said = program.stdout.read(4096).decode("utf-8", "replace").strip()
            return program.wait(_PATIENCE_S), said


def _small(parts: Iterable[bytes]) -> Iterable[bytes]:
    for part in parts:
        yield from (part[at : at + _PART] for at in range(0, len(part), _PART))


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and (more := line.recv(4096)):
        said += more
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def _verdict(said: str) -> str | None:
    """ "stream: OK", "stream: Eicar-Test-Signature FOUND", or an ERROR."""
    if said.endswith("OK"):
        return None
    if said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")[:200]
    raise ScannerFailed(f"clamd said: {said or 'nothing'}")
