# SPDX-License-Identifier: Apache-2.0
"""Who acts. Every action takes ``by``, an Actor, so that each write can say who made it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a service account, or the system itself (``uid`` is None for the system only)."""

    kind: ActorKind
    name: str
    uid: UUID | None = None

    @classmethod
    def system(cls, name: str) -> Actor:
        """The system acting by itself, named by the room or command that acts."""
        return cls(ActorKind.SYSTEM, name)

    @property
    def reference(self) -> str:
        """Who acts, without a name that would be personal data: "person:<uid>", "service:<uid>" or "system:<name>"."""
        return f"{self.kind}:{self.uid or self.name}"
