"""How much memory there is for us."""

from __future__ import annotations

import os
from pathlib import Path

_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
"""What the container may use at most, in the newer and the older kind of control groups."""


def machine_memory() -> int:
    """Return the bytes of memory of this machine, or of the container if that may use less."""
    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([installed, *filter(None, map(_limit, _LIMITS))])


def _limit(file: Path) -> int | None:
    """Return what a file of the kernel's says, None where there is no such file or no limit."""
    try:
        text = file.read_bytes().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
