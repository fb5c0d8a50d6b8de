"""Builds read models anew beside the live ones and switches without a gap (D6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from queue import Queue
from threading import Thread
from typing import TypeVar

from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Connection, Database
from domain.eventstore.event_log import EventLog
from projections import positions
from projections.applying import Applier, Batch
from projections.read_model import ReadModel

BATCH = 2_000
READ_AHEAD = 2

T = TypeVar("T")


def rebuild(
    log: EventLog,
    database: Database,
    kinds: Sequence[type[ReadModel]],
    progress: Callable[[int, int], None] = lambda _done, _head: None,
) -> int:
    """Build `kinds` in one pass over the log and put them in place of the live ones.

    Reads go on with the old tables until the new ones take their names in one transaction. A
    rebuild that was interrupted goes on where it stood. `progress` is told position and head.
    Returns the position reached. What cannot be applied is parked, as by the projector.
    """
    positions.prepare(database)
    models = {_next(kind.name): kind(schema=_next(kind.name)) for kind in kinds}
    applier = Applier(database, models)
    with database.transaction() as connection:
        standing = _begin_or_resume(connection, models)
        applier.load_parked(connection)
    _follow(log, applier, standing, progress)
    _index(database, models.values())
    _follow(log, applier, standing, progress)
    _switch(database, kinds, models)
    for kind in kinds:
        _analyse(database, kind.name)
    return min(standing.values())


def _next(name: str) -> str:
    return f"{name}__next"


def _begin_or_resume(connection: Connection, models: Mapping[str, ReadModel]) -> dict[str, int]:
    """Return where each new read model stands; 0 with fresh tables, unless it was begun before."""
    begun = positions.standings(connection)
    standing = {}
    for key, model in models.items():
        if key in begun and begun[key].version == model.version:
            standing[key] = begun[key].position
            continue
        _drop(connection, model.schema)
        model.create_tables(connection)
        positions.begin(connection, key, model.version)
        standing[key] = 0
    return standing


def _follow(
    log: EventLog,
    applier: Applier,
    standing: dict[str, int],
    progress: Callable[[int, int], None],
) -> None:
    """Bring the new read models to the head of the log; `standing` moves along."""
    for batch in _batches(log, min(standing.values())):
        behind = {key: at for key, at in standing.items() if at < batch.last}
        applier.apply(batch, behind)
        standing.update(dict.fromkeys(behind, batch.last))
        progress(batch.last, log.head)


def _index(database: Database, models: Iterable[ReadModel]) -> None:
    """Index what was filled, without the time limit that answers to people have."""
    with database.transaction() as connection:
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for model in models:
            model.create_indexes(connection)


def _switch(
    database: Database, kinds: Sequence[type[ReadModel]], models: Mapping[str, ReadModel]
) -> None:
    """Put the new tables in place of the live ones, in one transaction.

    The positions of the live ones are locked, so the projector waits and then goes on from the new
    ones. Events that came since the last look are its business.
    """
    with database.transaction() as connection:
        connection.execute("SET LOCAL lock_timeout = '60s'")
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute(
            "SELECT 1 FROM projection.read_model WHERE name = ANY(%s) ORDER BY name FOR UPDATE",
            ([kind.name for kind in kinds],),
        )
        for kind, (key, model) in zip(kinds, models.items(), strict=True):
            _drop(connection, kind.name)
            connection.execute(
                SQL("ALTER SCHEMA {} RENAME TO {}").format(
                    Identifier(model.schema), Identifier(kind.name)
                )
            )
            positions.replace_by(connection, kind.name, key)
        connection.execute("SELECT pg_notify(%s, '')", (positions.CHANNEL,))


def _batches(log: EventLog, position: int) -> Iterator[Batch]:
    """Yield the log from after `position` to its end, decoded by a thread that works ahead."""

    def decoded() -> Iterator[Batch]:
        start = position
        while notifications := log.recorder.select_notifications(
            start, BATCH, inclusive_of_start=False
        ):
            yield Batch(notifications, log.mapper)
            start = notifications[-1].id

    return _ahead(decoded())


def _ahead(source: Iterator[T]) -> Iterator[T]:
    """Yield from `source`, which a thread reads a little ahead; its errors are raised here."""
    queue: Queue[tuple[T | None, BaseException | None]] = Queue(maxsize=READ_AHEAD)

    def fill() -> None:
        try:
            for item in source:
                queue.put((item, None))
            queue.put((None, None))
        except BaseException as error:  # noqa: BLE001 - raised again in the reader's thread
            queue.put((None, error))

    Thread(target=fill, daemon=True).start()
    while True:
        item, error = queue.get()
        if error is not None:
            raise error
        if item is None:
            return
        yield item


def _drop(connection: Connection, schema: str) -> None:
    connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))


def _analyse(database: Database, schema: str) -> None:
    with database.connection() as connection:
        connection.execute("SET statement_timeout = 0")
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)
        ).fetchall()
        for (table,) in tables:
            connection.execute(SQL("ANALYZE {}").format(Identifier(schema, table)))
        connection.execute("SET statement_timeout = '15s'")
