"""The files that are handed to an auditor: zip archives with a manifest, read with suspicion."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

LOG, BUNDLE = "kezhi-log", "kezhi-bundle"
FORMAT = 1
MANIFEST = "manifest.json"
EVENTS, LEAVES, CHECKPOINTS = "events.tsv", "leaves.tsv", "checkpoints.txt"

MOST_READ_AT_ONCE = 200_000_000
"""Bytes; a member that is read whole and is larger than that is refused."""


class ArchiveError(Exception):
    """A file is none of Kezhi's archives, is damaged, or is of a newer format."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that is open for reading."""

    name: str
    manifest: dict[str, Any]
    _zip: zipfile.ZipFile

    @property
    def kind(self) -> str:
        """`kezhi-log` or `kezhi-bundle`."""
        return str(self.manifest.get("kind"))

    def has(self, member: str) -> bool:
        """Tell whether there is such a file in it."""
        return member in self._zip.namelist()

    def read(self, member: str) -> bytes:
        """Return a file of it; ArchiveError when it is not there or not whole."""
        with _complaining():
            if self._zip.getinfo(member).file_size > MOST_READ_AT_ONCE:
                raise ArchiveError(f"{member} is too large")
            return self._zip.read(member)

    def text(self, member: str) -> str:
        """Return a file of it as text."""
        with _complaining():
            return self.read(member).decode()

    def document(self, member: str) -> Any:
        """Return a file of it as JSON."""
        with _complaining():
            return json.loads(self.read(member))

    def lines(self, member: str) -> Iterator[str]:
        """Yield the lines of a file of any size, without their ends."""
        with _complaining(), self._zip.open(member) as raw:
            for line in io.BufferedReader(raw, 1 << 18):  # type: ignore[type-var]  # it reads
                yield line.rstrip(b"\n").decode()

    def digest(self, member: str) -> str:
        """Return the SHA-256 of a file in hexadecimal."""
        return hashlib.sha256(self.read(member)).hexdigest()


@contextmanager
def an_archive(path: Path, *kinds: str) -> Iterator[Archive]:
    """Open an archive of one of `kinds`; ArchiveError when it is none."""
    with _complaining(), zipfile.ZipFile(path) as file:
        manifest = json.loads(file.read(MANIFEST))
        if not isinstance(manifest, dict) or manifest.get("kind") not in kinds:
            raise ArchiveError(f"it is no {' and no '.join(kinds)}")
        if manifest.get("format") != FORMAT:
            raise ArchiveError("it was made by a newer Kezhi; take the verifier of that one")
        yield Archive(path.name, manifest, file)


class ArchiveWriter:
    """Writes an archive from beginning to end, to a file or any other stream of bytes."""

    def __init__(self, target: IO[bytes]) -> None:
        """Begin an archive in `target`."""
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.digests: dict[str, str] = {}

    def write(self, member: str, content: bytes | str) -> None:
        """Add a file."""
        content = content.encode() if isinstance(content, str) else content
        self.digests[member] = hashlib.sha256(content).hexdigest()
        self._zip.writestr(member, content)

    @contextmanager
    def member(self, name: str) -> Iterator[IO[bytes]]:
        """Lend a stream to write a file of any size to."""
        with self._zip.open(name, "w", force_zip64=True) as stream:
            yield stream

    def finish(self, manifest: dict[str, Any]) -> None:
        """Add the manifest and end the archive."""
        described = {"format": FORMAT, **manifest, "files": self.digests}
        self._zip.writestr(MANIFEST, json.dumps(described, ensure_ascii=False, indent=2))
        self._zip.close()


@contextmanager
def _complaining() -> Iterator[None]:
    """Say of whatever may be wrong with a file that the file is wrong."""
    try:
        yield
    except ArchiveError:
        raise
    except (
        OSError, KeyError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error,
    ) as error:  # fmt: skip
        raise ArchiveError(f"{type(error).__name__}: {error}") from error
    except NotImplementedError as error:
        raise ArchiveError("it is compressed in an unknown way") from error
