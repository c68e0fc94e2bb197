# SPDX-License-Identifier: Apache-2.0
"""A worker as a real process that knows the works of these tests: `python -m belltower.core.jobs.tests.process`."""

import logging

import django


def main() -> None:
    """Carry jobs until told to stop."""
    logging.basicConfig(level=logging.WARNING)
    django.setup()
    from belltower.core.jobs.tests import works  # noqa: F401
    from belltower.core.jobs.worker import serve

    serve(at_once=2, stop_within_s=0.5)


if __name__ == "__main__":
    main()
