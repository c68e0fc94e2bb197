# SPDX-License-Identifier: Apache-2.0
"""The ledger of a restored or upgraded city verified, in a process of its own that is pointed at that home and database.

`python -m belltower.project.safekeeping.ledger_check` reads the signed head to verify against and writes a report.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from belltower.project import database
from belltower.project.safekeeping.errors import ProgramFailed
from belltower.project.safekeeping.manifest import Head

_TOLD = 20


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """How many entries and rows were verified, and what was found wrong, each as one sentence."""

    checked: int
    rows: int
    findings: tuple[str, ...]


def verify(home: Path, address: str, head: Head | None) -> LedgerReport:
    """Verify the ledger of the database at ``address`` with the keys of ``home``, against a head held outside.

    Raises ProgramFailed where it could not be verified at all.
    """
    environment = {**os.environ, "BELLTOWER_HOME": str(home), "DATABASE_URL": address}
    done = subprocess.run(
        [sys.executable, "-m", __name__], input=json.dumps(head.signed if head else {}), env=environment,
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["it said nothing"]
        raise ProgramFailed(program="the verification of the ledger", reason=words[-1])
    said = json.loads(done.stdout)
    return LedgerReport(said["checked"], said["rows"], tuple(said["findings"]))


def main() -> None:
    """Verify, and write the report as JSON."""
    signed: dict[str, Any] = json.load(sys.stdin)
    database.set_up_django()
    database.see_everything()
    from belltower.core.ledger.heads import TreeHead
    from belltower.core.ledger.verification import verify as verify_all

    report = verify_all(against=[TreeHead.read(signed)] if signed else [])
    findings = [one.text.say("en") for one in report.findings[:_TOLD]]
    json.dump({"checked": report.checked, "rows": report.rows, "findings": findings}, sys.stdout)


if __name__ == "__main__":
    main()
