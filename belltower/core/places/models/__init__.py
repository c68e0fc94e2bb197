# SPDX-License-Identifier: Apache-2.0
"""The nouns of places, a file a noun."""

from belltower.core.places.models.area import Area, AreaLevel
from belltower.core.places.models.asset import Asset, AssetPast, Life
from belltower.core.places.models.city import City
from belltower.core.places.models.code import Code, CodeKind, Numbering
from belltower.core.places.models.load import KeptAside, Load, LoadState, Mapping
from belltower.core.places.models.party import Party, PartyKind
from belltower.core.places.models.pyramid import PyramidCell, PyramidDelta, Stamp, StoredTile
from belltower.core.places.models.responsibility import Responsibility, Role
from belltower.core.places.models.view import SavedView

__all__ = [
    "Area", "AreaLevel", "Asset", "AssetPast", "City", "Code", "CodeKind", "KeptAside", "Life", "Load", "LoadState",
    "Mapping", "Numbering", "Party", "PartyKind", "PyramidCell", "PyramidDelta", "Responsibility", "Role", "SavedView",
    "Stamp", "StoredTile",
]  # fmt: skip
