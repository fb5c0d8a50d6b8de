"""The erasure register (删除登记): who was erased, in a file of its own beside the keys (D12).

It outlives the database: a backup from before an erasure is loaded with it, so that the person does
not come back. It holds ids only, a line for each; lines are added and never changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID


def add(file: Path, subject_ids: Iterable[UUID], at: datetime) -> None:
    """Add whose keys are about to be destroyed; they are on the disk when it returns."""
    lines = "".join(f"{subject_id} {at.isoformat()}\n" for subject_id in subject_ids)
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, lines.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(text: str) -> dict[UUID, datetime]:
    """Return who was erased, and when, from the text of a register.

    A last line that a crash has cut short is left out. Raises ValueError for any other line.
    """
    erased = {}
    for line in text.splitlines(keepends=True):
        if line.endswith("\n"):
            subject_id, at = line.split()
            erased[UUID(subject_id)] = datetime.fromisoformat(at)
    return erased


def write(erased: dict[UUID, datetime]) -> str:
    """Return the text of a register."""
    return "".join(f"{subject_id} {at.isoformat()}\n" for subject_id, at in erased.items())
