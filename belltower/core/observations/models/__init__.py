# SPDX-License-Identifier: Apache-2.0
"""The nouns of observations, a file a family."""

from belltower.core.observations.models.default_features import DefaultFeature
from belltower.core.observations.models.described import Feature, ObservedProperty, Sensor
from belltower.core.observations.models.lake import LakeDay, LakeMark, LakeRemoval, LakeRollUp
from belltower.core.observations.models.readings import Detail, Latest, Reading, Revision
from belltower.core.observations.models.streams import Datastream
from belltower.core.observations.models.tallies import Count, KeptAside, Landing, RefusalCount, StoredBatch
from belltower.core.observations.models.things import HistoricalLocation, Location, Thing

__all__ = [
    "Count", "Datastream", "DefaultFeature", "Detail", "Feature", "HistoricalLocation", "KeptAside", "LakeDay", "LakeMark", "LakeRemoval", "LakeRollUp", "Landing",
    "Latest", "Location",
    "ObservedProperty", "Reading", "RefusalCount", "Revision", "Sensor", "StoredBatch", "Thing",
]  # fmt: skip
