# SPDX-License-Identifier: Apache-2.0
"""Content in an S3-compatible object store, through obstore; an object is there whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.store import S3Store

from belltower.core.attachments.keeping import ObjectStore
from belltower.core.attachments.stores import PART, Content, Held, place_of

_PART_SENT = 8 << 20  # bytes in memory at a time while a large file is sent


class Objects:
    """A bucket, with everything under one prefix."""

    def __init__(self, place: ObjectStore) -> None:
        options: dict[str, Any] = {"region": place.region, "virtual_hosted_style_request": place.endpoint is None}
        if place.endpoint:
            options["endpoint"] = place.endpoint
        if place.key and place.secret:  # else the machine's own credentials
            options |= {"access_key_id": place.key, "secret_access_key": place.secret}
        self._store = S3Store(
            place.bucket,
            prefix=place.prefix or None,
            client_options={"allow_http": True, "timeout": "120s"},
            retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=60)},
            **options,
        )

    def keep(self, file: Path, digest: str) -> None:
        """Send it in parts; the object appears when the last of them has arrived."""
        size = file.stat().st_size
        if self.size(digest) == size:
            return
        with file.open("rb") as source:
            obstore.put(self._store, place_of(digest), source, chunk_size=_PART_SENT)
        if self.size(digest) != size:
            raise OSError(f"the object store did not keep {digest} whole")

    def read(self, digest: str, start: int = 0, end: int | None = None) -> Content:
        """The object is asked for at once, so that one that is missing is known before anything is answered."""
        size = self.size(digest)
        if size is None:
            raise FileNotFoundError(digest)
        stop = size if end is None else end
        if start >= stop:
            return _nothing()
        found = obstore.get(self._store, place_of(digest), options={"range": (start, stop)})
        return (bytes(part) for part in found.stream(min_chunk_size=PART))

    def size(self, digest: str) -> int | None:
        try:
            return int(obstore.head(self._store, place_of(digest))["size"])
        except FileNotFoundError:
            return None

    def remove(self, digest: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, place_of(digest))

    def each(self) -> Iterator[Held]:
        for batch in obstore.list(self._store, prefix="sha256"):
            for one in batch:
                yield Held(str(one["path"]).rpartition("/")[2], int(one["size"]), one["last_modified"])


def _nothing() -> Generator[bytes, None, None]:
    yield from ()
