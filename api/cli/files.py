"""Files that are written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def whole_file(file: Path) -> Iterator[IO[bytes]]:
    """Lend a stream whose content becomes `file` when all of it is written, and never a part."""
    scratch = file.with_name(f".{file.name}.part")
    try:
        with scratch.open("wb") as target:
            yield target
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)
