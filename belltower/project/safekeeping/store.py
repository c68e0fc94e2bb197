# SPDX-License-Identifier: Apache-2.0
"""A folder of chunks, each under the SHA-256 of its content and stored once, however many backups share it.

DEST/belltower-backups.json     whose backups these are
DEST/manifests/<id>.json        one whole backup each; written last, in one step
DEST/chunks/ab/<sha256>.zst     compressed content
DEST/keys/<id>.sealed           sealed keys of a backup
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import zstandard

from belltower.project.safekeeping.cutting import cut
from belltower.project.safekeeping.errors import BackupUnderWay

K = TypeVar("K")
T = TypeVar("T")
_LEVEL = 3
_AT_ONCE = 4  # hashing, packing and writing let go of the interpreter
_ENDING = ".zst"
_PART = ".part"
_mine = threading.local()
_libc = ctypes.CDLL(None, use_errno=True)


class BadChunk(Exception):
    """A chunk is not there, or is not what its name says."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A stream that was put away: its size (bytes) and SHA-256, its chunks in order, and what was new of it (bytes)."""

    size: int
    sha256: str
    chunks: tuple[str, ...]
    new_bytes: int
    new_on_disk: int


@dataclass(frozen=True, slots=True)
class Put:
    """One chunk that was put away; ``on_disk`` is 0 where it was there already."""

    digest: str
    size: int
    on_disk: int


class Store:
    """The chunks of one folder of backups; reading needs no lock, writing and sweeping hold it (see alone())."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.chunks = self.folder / "chunks"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder's lock, which dies with the process. Raises BackupUnderWay."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise BackupUnderWay(folder=self.folder) from None
        finally:
            os.close(lock)

    def put(self, parts: Iterable[bytes]) -> Stored:
        """Put a stream away, cut by its content; only chunks that are not there yet are written."""
        whole, length = hashlib.sha256(), 0
        chunks: list[str] = []
        new = on_disk = 0
        for data, done in self._each_put(cut(parts)):
            whole.update(data)
            length += len(data)
            chunks.append(done.digest)
            new, on_disk = new + (done.size if done.on_disk else 0), on_disk + done.on_disk
        return Stored(length, whole.hexdigest(), tuple(chunks), new, on_disk)

    def _each_put(self, chunks: Iterable[bytes]) -> Iterator[tuple[bytes, Put]]:
        """Each chunk in order, put away; a few are worked on at once."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield from _in_order((data, pool.submit(self._put_chunk, data)) for data in chunks)

    def _put_chunk(self, data: bytes) -> Put:
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if path.exists():
            return Put(digest, len(data), 0)
        packed = _compressor().compress(data)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        making = path.with_name(f"{digest}.{threading.get_ident()}{_PART}")
        making.write_bytes(packed)
        making.rename(path)
        return Put(digest, len(data), len(packed))

    def path(self, digest: str) -> Path:
        """Where the chunk of that SHA-256 lies."""
        return self.chunks / digest[:2] / f"{digest}{_ENDING}"

    def read(self, digest: str) -> bytes:
        """The content of a chunk. Raises BadChunk when it is missing, cut off, or not what its name says."""
        try:
            packed = self.path(digest).read_bytes()
            data = _decompressor().decompress(packed, max_output_size=1 << 27)
        except FileNotFoundError:
            raise BadChunk(f"chunk {digest[:16]} is missing") from None
        except OSError as error:
            raise BadChunk(f"chunk {digest[:16]} cannot be read: {error.strerror}") from None
        except zstandard.ZstdError:
            raise BadChunk(f"chunk {digest[:16]} cannot be unpacked") from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise BadChunk(f"chunk {digest[:16]} is not what its name says")
        return data

    def get(self, chunks: Iterable[str]) -> Iterator[bytes]:
        """The contents of these chunks in order, some of them read ahead. Raises BadChunk."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _, data in _in_order((digest, pool.submit(self.read, digest)) for digest in chunks):
                yield data

    def reread(self, digests: Iterable[str]) -> Iterator[tuple[int, str | None]]:
        """Read chunks back from the disk; for each its length, and what is wrong with it (None: nothing)."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _, found in _in_order((digest, pool.submit(self._reread, digest)) for digest in digests):
                yield found

    def _reread(self, digest: str) -> tuple[int, str | None]:
        _forget_cached(self.path(digest))
        try:
            return len(self.read(digest)), None
        except BadChunk as bad:
            return 0, str(bad)

    def set_aside(self, digest: str) -> None:
        """Take a bad chunk out of the way, so that the next backup writes it anew."""
        with contextlib.suppress(FileNotFoundError):
            self.path(digest).rename(self.path(digest).with_suffix(".bad"))

    def flush(self) -> None:
        """Everything written so far is on the disk when this returns."""
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if _libc.syncfs(folder) != 0:
                os.sync()
        finally:
            os.close(folder)

    def sweep(self, in_use: set[str]) -> tuple[int, int]:
        """Remove chunks that are not ``in_use``, and halves a kill left; how many and how many bytes."""
        count = size = 0
        for path in sorted(self.chunks.glob("??/*")):
            if path.suffix == _ENDING and path.stem in in_use:
                continue
            size += path.stat().st_size
            count += 1
            path.unlink()
        return count, size

    def bytes_on_disk(self) -> int:
        """What all chunks take."""
        return sum(path.stat().st_size for path in self.chunks.glob(f"??/*{_ENDING}"))


def _in_order(running: Iterable[tuple[K, Future[T]]]) -> Iterator[tuple[K, T]]:
    """Results in the order of asking; a few are asked for ahead, so that memory stays small."""
    waiting: deque[tuple[K, Future[T]]] = deque()
    for pair in running:
        waiting.append(pair)
        if len(waiting) > 2 * _AT_ONCE:
            key, future = waiting.popleft()
            yield key, future.result()
    for key, future in waiting:
        yield key, future.result()


def _compressor() -> zstandard.ZstdCompressor:
    """This thread's own: one may not be shared."""
    if not hasattr(_mine, "compressor"):
        _mine.compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    found: zstandard.ZstdCompressor = _mine.compressor
    return found


def _decompressor() -> zstandard.ZstdDecompressor:
    if not hasattr(_mine, "decompressor"):
        _mine.decompressor = zstandard.ZstdDecompressor()
    found: zstandard.ZstdDecompressor = _mine.decompressor
    return found


def _forget_cached(path: Path) -> None:
    """Ask the kernel to read this file from the disk next time, not from memory."""
    with contextlib.suppress(OSError):
        file = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(file)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole, on the disk, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    making = path.with_name(path.name + _PART)
    with open(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    making.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
