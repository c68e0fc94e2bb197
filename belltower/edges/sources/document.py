# SPDX-License-Identifier: Apache-2.0
"""A source's mapping as it is written: whatever is wrong with it is told with the line it stands on."""

from __future__ import annotations

from belltower.edges.sources.errors import BadMapping
from belltower.kernel import written
from belltower.kernel.written import Part

__all__ = ["Part", "read"]


def read(text: str) -> Part:
    """The mapping, with lines. Raises BadMapping."""
    return written.read(text, lambda line, reason: BadMapping(line=line, reason=reason), name="source")
