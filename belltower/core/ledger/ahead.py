# SPDX-License-Identifier: Apache-2.0
"""Read the next part while this one is looked at: the database and we work at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")


def ahead(parts: Iterator[Part]) -> Iterator[Part]:
    """The same parts in the same order, each asked for in a thread of its own while the one before is in use.

    An error of ``parts`` is raised here. A caller that stops early waits for the one part under way.
    """
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, parts, None)
        while (part := coming.result()) is not None:
            coming = reader.submit(next, parts, None)
            yield part
