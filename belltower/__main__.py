# SPDX-License-Identifier: Apache-2.0
"""`python -m belltower` is the same as `belltower`."""

from belltower.project.cli import main

main()
