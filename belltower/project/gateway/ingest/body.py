# SPDX-License-Identifier: Apache-2.0
"""The body of a request as it arrives: in pieces, unpacked where it was packed, never more than may be sent at once."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

import zstandard
from litestar.types import HTTPRequestEvent, Receive

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.screens.errors import BodyTooLarge

LARGEST_MIB = 512
"""Of one request, unpacked: a million rows of JSON are about 100 MiB."""
PIECE = 1 << 20
_LARGEST = LARGEST_MIB << 20
# A zstd block of 4 bytes may stand for 128 KiB: little goes in at a time, so that no more than about 8 MiB comes out.
_ZSTD_SLICE = 256


class Gone(Exception):
    """Who was sending went away before the end."""


class UnknownEncoding(Refusal):
    """A body packed in a way that is not unpacked here."""

    code = "unknown_encoding"
    sentence = Text(
        zh="不支持的压缩方式“{encoding}”。请用 gzip、zstd 或不压缩。",
        en="The encoding '{encoding}' is not read here. Send it as gzip, zstd or as it is.",
    )


class BrokenEncoding(Refusal):
    """A packed body that cannot be unpacked."""

    code = "broken_encoding"
    sentence = Text(
        zh="请求内容无法解压（{encoding}）。请重新压缩后再发送。",
        en="The body cannot be unpacked ({encoding}). Pack it again and send it again.",
    )


async def pieces(receive: Receive, encoding: str) -> AsyncIterator[bytes]:
    """The body, unpacked, in pieces. Raises Gone, BodyTooLarge, UnknownEncoding, BrokenEncoding."""
    unpacker = _unpacker(encoding)
    taken = 0
    async for packed in _packed(receive):
        for piece in unpacker.feed(packed) if unpacker else (packed,):
            taken += len(piece)
            if taken > _LARGEST:
                raise BodyTooLarge(limit_mib=LARGEST_MIB)
            yield piece
    if unpacker:
        unpacker.close()


async def _packed(receive: Receive) -> AsyncIterator[bytes]:
    is_more = True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        arrived = cast(HTTPRequestEvent, message)
        is_more = arrived.get("more_body", False)
        if piece := arrived.get("body", b""):
            yield piece


class Unpacker:
    """Unpacks one packed part after another; ``step`` bytes go in and at most about ``most`` come out at a time."""

    def __init__(self, encoding: str, make: Callable[[], Any], *, step: int, most: int | None) -> None:
        self._encoding, self._make, self._step = encoding, make, step
        self._limit = () if most is None else (most,)
        self._part: Any = None

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """What ``packed`` holds. Raises BrokenEncoding."""
        for at in range(0, len(packed), self._step):
            yield from self._unpacked(packed[at : at + self._step])

    def _unpacked(self, packed: bytes) -> Iterator[bytes]:
        while packed:
            self._part = self._part or self._make()
            try:
                yield self._part.decompress(packed, *self._limit)
            except (zlib.error, zstandard.ZstdError):
                raise BrokenEncoding(encoding=self._encoding) from None
            if self._part.eof:
                packed, self._part = self._part.unused_data, None
            else:
                packed = getattr(self._part, "unconsumed_tail", b"")

    def close(self) -> None:
        """Raises BrokenEncoding where the body ended inside a part."""
        if self._part is not None:
            raise BrokenEncoding(encoding=self._encoding)


def _unpacker(encoding: str) -> Unpacker | None:
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return Unpacker("gzip", lambda: zlib.decompressobj(wbits=31), step=PIECE, most=PIECE)
        case "zstd":
            return Unpacker("zstd", _zstd().decompressobj, step=_ZSTD_SLICE, most=None)
    raise UnknownEncoding(encoding=encoding[:40])


def _zstd() -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor(max_window_size=8 << 20)
