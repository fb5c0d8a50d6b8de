"""Lists of the past (时点列表): read models as they stood, built aside from the log.

The same read-model code folds the same events up to a position, into schemas named after it, so a
list as of a moment is what the list was when it stood there. They are a cache: any of them may be
dropped at any time, and is built anew when it is asked for.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from domain.access import Visibility
from domain.complaint import Complaint
from domain.eventstore.database import Connection, Database
from domain.eventstore.event_log import EventLog
from projections import positions, rebuild
from projections.applying import UnfitTablesError
from projections.moments import Moment
from projections.positions import PositionMovedError
from projections.read_model import ReadModel
from projections.rebuild import Progress
from projections.registry import READ_MODELS

Row = TypeVar("Row")

KEPT = 16
"""How many lists of the past are kept; the one not used for longest makes room."""

LOCK = 0x6B657A61  # "keza"

AT_ONCE = 8
"""How many lists one process has waiting to be built."""

PATIENCE = 60.0
"""Whoever has not asked for so many seconds has gone; who waits asks every second."""

_NAME = re.compile(r"(\w+?)__at_(\d+)(__next)?")
_VERSIONS = {kind.name: kind.version for kind in READ_MODELS}


class BuildingError(Exception):
    """What was asked for is being worked out: `position` of `until` events are in it."""

    def __init__(self, position: int, until: int) -> None:
        """Say how far it has come."""
        super().__init__(f"{position} of {until}")
        self.position = position
        self.until = until


class TooManyBuildsError(Exception):
    """So much of this kind waits to be worked out that it has to be asked for later."""


class AbandonedError(Exception):
    """Nobody waits for the list any more that is being built."""


@dataclass(slots=True)
class _Build:
    """Lists that this process builds, or has waiting to be built."""

    asked_at: float = field(default_factory=time.monotonic)
    result: Future[list[str]] = field(init=False)

    @property
    def is_abandoned(self) -> bool:
        return time.monotonic() - self.asked_at > PATIENCE

    def progress(self, _position: int = 0, _until: int = 0) -> None:
        """Stop at the next few thousand events once nobody waits for it."""
        if self.is_abandoned:
            raise AbandonedError


class PastLists:
    """Builds and keeps read models as of moments; safe to share between threads and processes."""

    def __init__(self, log: EventLog, database: Database) -> None:
        """Read from `log` and build in `database`; nothing is built yet."""
        self._log = log
        self._database = database
        self._builds: dict[tuple[str, ...], _Build] = {}
        self._lock = Lock()
        self._builder: ThreadPoolExecutor | None = None

    def schemas(self, kinds: Sequence[type[ReadModel]], moment: Moment, within: float) -> list[str]:
        """Return the schemas that hold `kinds` as of `moment`, built in the background if needed.

        BuildingError when that takes longer than `within` seconds, TooManyBuildsError when others
        have to be built before. What nobody asks this process for any more stops, and goes on where
        it stood when somebody asks again, of any process.
        """
        names = [_name(kind, moment) for kind in kinds]
        if not self._are_there(names):
            build = self._build_in_background(kinds, moment)
            try:
                build.result(timeout=within)
            except (TimeoutError, PositionMovedError, UnfitTablesError, AbandonedError):
                # Too long, or dropped while it was built, in which case it begins anew.
                raise BuildingError(self._reached(names), moment.position) from None
        return names

    def build(
        self,
        kinds: Sequence[type[ReadModel]],
        moment: Moment,
        progress: Progress = lambda _position, _until: None,
    ) -> list[str]:
        """Return the schemas that hold `kinds` as of `moment`, however long that takes."""
        names = [_name(kind, moment) for kind in kinds]
        positions.prepare(self._database)
        if not self._are_there(names):
            # One at a time, beside the rebuilds of live lists.
            with rebuild.only_builder(self._database, progress, LOCK):
                self._make_room(names)
                missing = {
                    name: kind
                    for name, kind in zip(names, kinds, strict=True)
                    if not self._are_there([name])
                }
                if missing:
                    rebuild.build_until(
                        self._log, self._database, missing, moment.position, progress
                    )
        return names

    def close(self) -> None:
        """Wait for no build; what is unfinished goes on when it is asked for again."""
        with self._lock:
            for build in self._builds.values():
                build.asked_at = float("-inf")
            if self._builder is not None:
                self._builder.shutdown(wait=False, cancel_futures=True)

    def _are_there(self, names: Sequence[str]) -> bool:
        """Tell whether all are built at the version of this code, and note that they are used."""
        with self._database.connection() as connection:
            found = _found(connection)
            if not all(name in found and found[name].is_ready for name in names):
                return False
            positions.touch(connection, names)
        return True

    def _build_in_background(
        self, kinds: Sequence[type[ReadModel]], moment: Moment
    ) -> Future[list[str]]:
        key = tuple(_name(kind, moment) for kind in kinds)
        with self._lock:
            self._builds = {
                key: each
                for key, each in self._builds.items()
                if not each.result.done() and not each.is_abandoned
            }
            build = self._builds.get(key)
            if build is None:
                if len(self._builds) >= AT_ONCE:
                    raise TooManyBuildsError
                if self._builder is None:
                    self._builder = ThreadPoolExecutor(1, "past-lists")
                build = self._builds[key] = _Build()
                build.result = self._builder.submit(self._build_for, build, kinds, moment)
            build.asked_at = time.monotonic()
            return build.result

    def _build_for(
        self, build: _Build, kinds: Sequence[type[ReadModel]], moment: Moment
    ) -> list[str]:
        build.progress()  # it may have waited long for others
        return self.build(kinds, moment, build.progress)

    def _reached(self, names: Sequence[str]) -> int:
        with self._database.connection() as connection:
            found = positions.standings(connection)
        standing = [found.get(name) or found.get(f"{name}__next") for name in names]
        return min(each.position if each is not None else 0 for each in standing)

    def _make_room(self, wanted: Sequence[str]) -> None:
        """Drop what another version of the code has built, and what is used least."""
        with self._database.connection() as connection:
            found = _found(connection)
        unfit = [name for name, each in found.items() if not each.is_fit]
        by_use = sorted(found, key=lambda name: found[name].used_at, reverse=True)
        kept = [name for name in by_use if name not in {*wanted, *unfit}]
        rebuild.drop(self._database, [*unfit, *kept[max(0, KEPT - len(wanted)) :]])


def forget(database: Database) -> list[str]:
    """Drop all lists of the past, finished or being built; return their names.

    Whoever takes somebody's data out of the live lists calls this too: what was built before may
    hold it, what is built afterwards does not.
    """
    with database.connection() as connection:
        names = sorted(_found(connection))
    rebuild.drop(database, names)
    return names


def those_visible(log: EventLog, visibility: Visibility, rows: Sequence[Row]) -> list[Row]:
    """Return those rows of a list of the past that are visible today.

    The list itself has only those that belonged to somebody in scope then.
    """
    if visibility.rep_ids is None:
        return list(rows)
    about = [_subjects(row) for row in rows]
    found = log.get_many({each for ids in about for each in ids})
    seen = {each for each, subject in found.items() if visibility.covers(*_in_charge(subject))}
    return [row for row, ids in zip(rows, about, strict=True) if not seen.isdisjoint(ids)]


def _subjects(row: Any) -> set[UUID]:
    return {row.customer_id, getattr(row, "complaint_id", row.customer_id)}


def _in_charge(subject: Any) -> tuple[UUID | None, ...]:
    if isinstance(subject, Complaint):
        return (subject.handler_id,)
    return subject.owner_id, subject.second_owner_id


class _Kept(NamedTuple):
    is_fit: bool
    is_ready: bool
    used_at: datetime


def _found(connection: Connection) -> dict[str, _Kept]:
    """Return the lists of the past by name; what is being built counts under its final name."""
    found = {}
    for name, standing in positions.standings(connection).items():
        parts = _NAME.fullmatch(name)
        if parts is not None:
            kind, position, unfinished = parts.groups()
            is_fit = _VERSIONS.get(kind) == standing.version
            kept = _Kept(is_fit, is_fit and not unfinished, standing.updated_at)
            found[f"{kind}__at_{position}"] = kept
    return found


def _name(kind: type[ReadModel], moment: Moment) -> str:
    return f"{kind.name}__at_{moment.position}"
