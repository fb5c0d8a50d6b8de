"""Puts another master key in the place of the one in use, while everything runs (D12).

A new version goes into the key file, where running processes find it; every data key is wrapped
anew under it, in batches; then older versions leave the file, so that copies of the key table from
before cannot be opened any more. Killed at any point, it goes on where it stood.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from os import urandom
from pathlib import Path

from domain.eventstore.key_table import KeyTable
from domain.eventstore.keys import KEY_BYTES, LOOK_SECONDS, KeyRing, MasterKeys

BATCH = 500

SETTLED_SECONDS = 20.0
"""A save that began under the old key has ended by then, or never will."""

Progress = Callable[[int, int], None]


def rotate(
    file: Path,
    ring: KeyRing,
    table: KeyTable,
    progress: Progress = lambda _done, _total: None,
) -> MasterKeys:
    """Have every data key wrapped under a new master key and let the old ones go; return the keys.

    One that was interrupted is ended first, with the version it had begun. Raises MissingKeyError
    for a data key that no master key opens; the old versions stay in the file then.
    """
    keys = MasterKeys.read(file)
    if set(keys.wrapping) == {keys.current}:
        version = keys.current + 1
        wrapping = {**keys.wrapping, version: urandom(KEY_BYTES)}
        keys = replace(keys, wrapping=wrapping, current=version)
        keys.write(file)
    while True:
        # Until every process has looked, some still wrap new keys under the old version.
        time.sleep(2 * LOOK_SECONDS)
        rewrap(ring, table, keys.current, progress)
        time.sleep(SETTLED_SECONDS)
        if not table.count_others(keys.current):
            break
    keys = replace(keys, wrapping={keys.current: keys.wrapping[keys.current]})
    keys.write(file)
    return keys


def rewrap(ring: KeyRing, table: KeyTable, version: int, progress: Progress) -> int:
    """Wrap every data key under the master key `version` that is not; return how many."""
    total, done = table.count_others(version), 0
    while batch := table.others(version, BATCH):
        fresh = [ring.wrap(key.subject_id, ring.open(key), version) for key in batch]
        table.exchange(batch, fresh)
        done += len(batch)
        progress(done, max(total, done))
    return done
