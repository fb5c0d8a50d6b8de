"""Builds read models anew beside the live ones and switches without a gap (D6)."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import psycopg
from psycopg.errors import LockNotAvailable
from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Connection, Database, is_away
from domain.eventstore.event_log import EventLog
from domain.eventstore.mapper import CareMapper
from projections import positions
from projections.applying import Applier, Batch
from projections.read_ahead import ReadAhead
from projections.read_model import ReadModel

logger = logging.getLogger(__name__)

BATCH = 4_000
LANES = 3
LOCK = 0x6B657A62  # "kezb"
LOCK_SECONDS = 0.5
OLD_TABLES_SECONDS = 20
INDEXED_AT_ONCE = 2

Progress = Callable[[int, int], None]


def rebuild(
    log: EventLog,
    database: Database,
    kinds: Sequence[type[ReadModel]],
    progress: Progress = lambda _position, _head: None,
    *,
    afresh: bool = False,
) -> int:
    """Build `kinds` in one pass over the log and put them in place of the live ones.

    Reads go on with the old tables until the new ones take their names, and no reader ever waits.
    A rebuild that was interrupted goes on where it stood, unless it is to begin `afresh`, which
    the same version of changed code needs. `progress` is told position and head, zeros while
    somebody else builds, and may raise to interrupt. Returns the position reached. What cannot be
    applied is parked, as by the projector; UnfitTablesError when it is the tables that do not fit.
    """
    positions.prepare(database)
    with only_builder(database, progress):
        return _build(log, database, _by_name(kinds), progress, afresh=afresh)


def build_until(
    log: EventLog,
    database: Database,
    kinds: Mapping[str, type[ReadModel]],
    until: int,
    progress: Progress,
) -> None:
    """Build read models as they stood at the position `until`, each in the schema of its name.

    Nobody brings them further. What was interrupted goes on where it stood. `progress` as for
    `rebuild`. The caller is the `only_builder`.
    """
    _build(log, database, kinds, progress, afresh=False, until=until)


def build_missing(
    log: EventLog,
    database: Database,
    kinds: Sequence[type[ReadModel]],
    progress: Progress = lambda _position, _head: None,
) -> None:
    """Build those of `kinds` that are not live at the version of this code."""
    positions.prepare(database)
    if _missing(database, kinds):
        with only_builder(database, progress):
            missing = _missing(database, kinds)
            if missing:
                logger.info("building", extra={"read_models": [kind.name for kind in missing]})
                _build(log, database, _by_name(missing), progress, afresh=False)


def drop(database: Database, names: Iterable[str]) -> None:
    """Drop read models with what they had to park, finished or not."""
    with unlimited(database) as connection:
        for name in names:
            for each in (name, _next(name)):
                positions.end(connection, each)
                _drop(connection, each)


def _build(
    log: EventLog,
    database: Database,
    kinds: Mapping[str, type[ReadModel]],
    progress: Progress,
    *,
    afresh: bool,
    until: int | None = None,
) -> int:
    models = {_next(name): kind(schema=_next(name)) for name, kind in kinds.items()}
    applier = Applier(database, models)
    drop_old(database, kinds)
    with unlimited(database) as connection:
        standing = _begin_or_resume(connection, models, afresh=afresh)
    # Only keys that are still there now, when an erasure drops or rebuilds what is begun here.
    mapper = log.mapper.afresh()
    _follow(log, mapper, applier, standing, progress, until=until)
    try:
        _index(database, models.values())
    except psycopg.Error as error:
        if is_away(error):
            raise
        # An index cannot hold some value. If it is there from the beginning, that is noticed at
        # the event, whose stream is parked.
        logger.exception("indexing-failed")
        with unlimited(database) as connection:
            standing = _begin_or_resume(connection, models, afresh=True)
        _index(database, models.values())
    _follow(log, mapper, applier, standing, progress, until=until)
    with unlimited(database) as connection:
        # The projector waits for its positions, so that nothing is missing when it goes on.
        positions.lock(connection, kinds)
        _follow(log, mapper, applier, standing, progress, until=until)
        for name in kinds:
            _switch(connection, name)
        positions.notify(connection)
    drop_old(database, kinds)
    return min(standing.values())


def _by_name(kinds: Iterable[type[ReadModel]]) -> dict[str, type[ReadModel]]:
    return {kind.name: kind for kind in kinds}


def _next(name: str) -> str:
    return f"{name}__next"


def _old(name: str) -> str:
    return f"{name}__old"


def _missing(database: Database, kinds: Iterable[type[ReadModel]]) -> list[type[ReadModel]]:
    with database.connection() as connection:
        live = positions.standings(connection)
    return [
        kind for kind in kinds if kind.name not in live or live[kind.name].version != kind.version
    ]


def _begin_or_resume(
    connection: Connection, models: Mapping[str, ReadModel], *, afresh: bool
) -> dict[str, int]:
    """Return where each new read model stands; 0 with fresh tables, unless it was begun before."""
    begun = {} if afresh else positions.standings(connection)
    standing = {}
    for name, model in models.items():
        if name in begun and begun[name].version == model.version:
            standing[name] = begun[name].position
            continue
        _drop(connection, name)
        model.create_tables(connection)
        positions.begin(connection, name, model.version)
        standing[name] = 0
    return standing


def _follow(
    log: EventLog,
    mapper: CareMapper,
    applier: Applier,
    standing: dict[str, int],
    progress: Progress,
    *,
    until: int | None,
) -> None:
    """Bring the new read models to the head of the log, or `until` a position; `standing` follows.

    They go in LANES side by side, each lane with a transaction of its own: while the server works
    for one, the others fold.
    """
    lanes = [list(standing)[number::LANES] for number in range(min(LANES, len(standing)))]

    def batches() -> Iterator[Batch]:
        start = min(standing.values())
        while start < (end := log.head if until is None else until):
            while start < end:
                last = min(start + BATCH, end)
                # Positions are dense, so that is a batch even where most is of no interest.
                notifications = log.recorder.select_notifications(
                    start, BATCH, last, inclusive_of_start=False, without=applier.unwanted
                )
                yield Batch(notifications, mapper, last=last, opened=applier.opened)
                start = last

    def bring(batch: Batch, lane: Iterable[str]) -> None:
        behind = {name: standing[name] for name in lane if standing[name] < batch.last}
        if behind:
            applier.apply(batch, behind)
            standing.update(dict.fromkeys(behind, batch.last))

    head = log.head if until is None else until
    with (
        _rare_collections(),
        ReadAhead(batches()) as ahead,
        ThreadPoolExecutor(LANES, "rebuild") as pool,
    ):
        for batch in ahead:
            list(pool.map(partial(bring, batch), lanes))
            head = max(head, batch.last)
            progress(batch.last, head)


def _index(database: Database, models: Iterable[ReadModel]) -> None:
    """Index what was filled, and have the planner know it before anybody reads it."""

    def index(model: ReadModel) -> None:
        with unlimited(database) as connection:
            connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
            model.create_indexes(connection)
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = %s", (model.schema,)
            )
            for (table,) in tables.fetchall():
                connection.execute(SQL("ANALYZE {}").format(Identifier(model.schema, table)))

    with ThreadPoolExecutor(INDEXED_AT_ONCE) as pool:
        list(pool.map(index, models))


def _switch(connection: Connection, name: str) -> None:
    """Let the new tables have the name of the live ones.

    Renaming a schema locks no table: a reader that has begun ends with the old ones.
    """
    exists = connection.execute("SELECT to_regnamespace(%s)", (name,)).fetchone()
    if exists is not None and exists[0] is not None:
        _rename(connection, name, _old(name))
    _rename(connection, _next(name), name)
    positions.replace_by(connection, name, _next(name))


def _rename(connection: Connection, schema: str, name: str) -> None:
    connection.execute(
        SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(schema), Identifier(name))
    )


def drop_old(database: Database, names: Iterable[str]) -> bool:
    """Drop what was live before; False when that is left to the next one: somebody reads it."""
    try:
        with unlimited(database, lock_seconds=OLD_TABLES_SECONDS) as connection:
            for name in names:
                _drop(connection, _old(name))
    except LockNotAvailable:
        logger.warning("old-tables-in-use", extra={"read_models": list(names)})
        return False
    return True


def _drop(connection: Connection, schema: str) -> None:
    connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for cyclic garbage seldom: batches make none, but enough objects to look all the time.

    Measured: a third of the processor time of a rebuild.
    """
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def unlimited(database: Database, lock_seconds: int = 60) -> Iterator[Connection]:
    """Lend a transaction without the limits that answers to people have."""
    with database.transaction() as connection:
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        connection.execute(SQL("SET LOCAL lock_timeout = {}").format(1000 * lock_seconds))
        yield connection


@contextmanager
def only_builder(database: Database, progress: Progress, lock: int = LOCK) -> Iterator[None]:
    """Wait until nobody else builds under `lock`; PostgreSQL ends the turn of one that dies."""
    with psycopg.connect(database.address, autocommit=True) as connection:
        connection.execute("SET application_name = 'kezhi-builder'")
        query = "SELECT pg_try_advisory_lock(%s)"
        while connection.execute(query, (lock,)).fetchone() == (False,):
            progress(0, 0)
            time.sleep(LOCK_SECONDS)
        yield
