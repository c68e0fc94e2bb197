# SPDX-License-Identifier: Apache-2.0
"""Pocket books made when somebody asks for one, and kept in memory by the edition that they print."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from belltower.core.learning.shelf import Part, part_of
from belltower.core.standards.outputs.book import Print, book
from belltower.core.standards.outputs.edition import Edition

_KEPT = 24
"""Books kept in each process: a whole library weighs a megabyte or two."""
_kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
_lock = Lock()


def book_of(whole: Edition, part: Part, how: Print) -> bytes:
    """The book of a part, as a PDF. Raises NothingToPrint, NotTypeset, NoFonts.

    The digest stands for all that it says, so one that was made of the same edition and print is given again.
    """
    found = part_of(whole, part)
    key = (found.digest, found.day, how)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = book(found, how)
    with _lock:
        _kept[key] = made
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return made
