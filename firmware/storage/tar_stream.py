"""Files as one tar archive, made while it is read: one of any size takes no memory and no second place on disk."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

CHUNK_BYTES = 256 * 1024


def stream(files: Iterable[tuple[str, Path]], folder: str) -> Iterator[bytes]:
    """The archive with each (name, file) under `folder`; a file that is gone is left out, one that shrinks an error."""
    for name, file in files:
        try:
            source = file.open("rb")
        except FileNotFoundError:
            continue
        with source:
            yield from _member(f"{folder}/{name}", source)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _member(name: str, source: BinaryIO) -> Iterator[bytes]:
    status = os.fstat(source.fileno())
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = status.st_size, int(status.st_mtime), 0o600
    yield member.tobuf(tarfile.PAX_FORMAT)
    left = status.st_size
    while left:
        chunk = source.read(min(CHUNK_BYTES, left))
        if not chunk:
            raise OSError(f"{name} has become shorter while it was read")
        left -= len(chunk)
        yield chunk
    yield bytes(-status.st_size % tarfile.BLOCKSIZE)
