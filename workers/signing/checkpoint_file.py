"""The signer's own memory, outside the database: a file to which every checkpoint is added."""

from __future__ import annotations

import os
from pathlib import Path

from domain.audit.notes import LONGEST_NOTE, split_notes


class CheckpointFile:
    """Checkpoints one after another, with an empty line between; the last one counts."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`, which appears with the first checkpoint."""
        self._path = path

    def last(self) -> str | None:
        """Return the checkpoint that was added last."""
        try:
            with self._path.open("rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - 2 * LONGEST_NOTE))
                end = file.read().decode("utf-8", "ignore")
        except FileNotFoundError:
            return None
        notes = split_notes(end)
        return notes[-1] if notes else None

    def add(self, note: str) -> None:
        """Add a checkpoint; it is on the disk when this returns."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(f"{note}\n".encode())
            file.flush()
            os.fsync(file.fileno())
