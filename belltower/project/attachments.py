# SPDX-License-Identifier: Apache-2.0
"""The settings of attachments, read from the environment: where they are kept, their limits, their scanner."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from belltower.core.attachments.keeping import LARGEST_MIB, Keeping, ObjectStore
from belltower.kernel.texts import Text
from belltower.project.installation import Environment, UnreadableSetting, secret


def read(files: Path, environment: Environment = os.environ) -> Keeping:
    """How attachments are kept; ``files`` is the home's folder of files.

    Raises UnreadableSetting for a place, limit or scanner that cannot be understood: it is said at the start, not at night.
    """
    place = environment.get("BELLTOWER_ATTACHMENTS", "")
    is_folder = bool(place) and not place.startswith("s3://")
    return Keeping(
        folder=Path(place).absolute() if is_folder else files / "attachments",
        objects=_object_store(place, environment) if place.startswith("s3://") else None,
        largest_mib=_limits(environment.get("BELLTOWER_ATTACHMENT_LIMITS", "")),
        scanner=_scanner(environment.get("BELLTOWER_SCANNER", "")),
    )


def _object_store(place: str, environment: Environment) -> ObjectStore:
    parts = urlsplit(place)
    if not parts.netloc:
        reason = Text(zh="没有桶名，应为 s3://桶/前缀", en="it names no bucket (s3://bucket/prefix)")
        raise UnreadableSetting(setting="BELLTOWER_ATTACHMENTS", reason=reason)
    return ObjectStore(
        bucket=parts.netloc,
        prefix=parts.path.strip("/"),
        endpoint=environment.get("BELLTOWER_S3_ENDPOINT") or None,
        region=environment.get("BELLTOWER_S3_REGION") or "us-east-1",
        key=secret(environment, "BELLTOWER_S3_KEY"),
        secret=secret(environment, "BELLTOWER_S3_SECRET"),
    )


def _limits(text: str) -> dict[str, int]:
    """The limits in MiB: "picture=25,video=300" changes those two."""
    limits = dict(LARGEST_MIB)
    for part in filter(None, (one.strip() for one in text.split(","))):
        family, _, mib = part.partition("=")
        if family not in limits or not mib.isdecimal() or int(mib) < 1:
            known = ", ".join(limits)
            reason = Text(
                zh=f"“{part}”应为 {known} 之一、等号和整数 MiB", en=f"'{part}' is not one of {known}, =, whole MiB"
            )
            raise UnreadableSetting(setting="BELLTOWER_ATTACHMENT_LIMITS", reason=reason)
        limits[family] = int(mib)
    return limits


def _scanner(text: str) -> str | None:
    if text and not text.startswith(("clamd:", "command:")):
        reason = Text(zh="应为 clamd:套接字 或 command:命令", en="it is neither clamd:<socket> nor command:<program>")
        raise UnreadableSetting(setting="BELLTOWER_SCANNER", reason=reason)
    return text or None
