# SPDX-License-Identifier: Apache-2.0
"""Starting the provider as a process, and being somebody's browser at it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Running:
    """A provider that runs, by its issuer."""

    issuer: str

    def tell_to_lie(self, word: str) -> None:
        """Make the next ID tokens wrong in that way."""
        requests.post(f"{self.issuer}/lie", data={"word": word}, timeout=10)

    def be_strong(self) -> None:
        """Say in the next ID tokens that a second factor was used."""
        requests.post(f"{self.issuer}/lie", data={"amr": "pwd otp"}, timeout=10)

    def sign_in_at(self, address: str, subject: str) -> str:
        """Sign in at the provider as ``subject``; the address that the browser is sent back to."""
        answer = requests.post(address, data={"sub": subject}, timeout=10, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@contextmanager
def running() -> Iterator[Running]:
    """A provider on a port of its own, ended afterwards."""
    command = [sys.executable, "-m", "tests.provider"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Running(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.communicate(timeout=10)
