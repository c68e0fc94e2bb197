# SPDX-License-Identifier: Apache-2.0
"""How properties are declared in a line: a text, an instant, and what goes by the key of another row."""

from __future__ import annotations

from belltower.edges.features.declaring import Holds, Property
from belltower.kernel.texts import Text

# Minus one stands for nobody: so that what has no area stays unknown, and is not "otherwise".
_IS = "t.{0} = ANY (ARRAY(SELECT x.id FROM {1} x WHERE x.{2} = {{}} UNION ALL SELECT -1))"
IS_AREA, IS_OWNER = _IS.format("area_id", "places_area", "code"), _IS.format("owner_id", "places_party", "key")
IS_PARTY, IS_CLAUSE = (
    _IS.format("party_id", "places_party", "key"),
    _IS.format("clause_id", "standards_clause", "key"),
)


def text(name: str, zh: str, en: str, sql: str, **more: object) -> Property:
    """A property that is a text."""
    return Property(name, Holds.TEXT, Text(zh=zh, en=en), sql, **more)  # type: ignore[arg-type]


def instant(name: str, zh: str, en: str, sql: str) -> Property:
    """A property that is an instant."""
    return Property(name, Holds.INSTANT, Text(zh=zh, en=en), sql)
