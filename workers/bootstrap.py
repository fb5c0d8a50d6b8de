"""Puts the background work together (后台): the jobs, the queue, the ticker and the workers."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from threading import Event, Lock, Thread

import dramatiq

from domain.eventstore.database import AWAY, SESSION_OPTIONS, Database
from domain.eventstore.niceness import CLAIMS, DECISIONS
from domain.eventstore.settings import StoreSettings
from projections.bootstrap import ReadSide, read_side
from projections.obligations.queries import ObligationQueries
from projections.outbox.queries import OutboxQueries
from workers import worklist
from workers.actors import declare
from workers.broker import QueuedHints, Watchdog, a_broker
from workers.channels.settings import ChannelSettings
from workers.clock import Clock, DatabaseClock, machine_time
from workers.decisions.deciding import CAMPAIGN, GREET, Deciding
from workers.decisions.kinds import CAMPAIGNS, GREETINGS, KINDS, Kind
from workers.decisions.office import office_of
from workers.deliveries import Delivering
from workers.erasing.onlookers import Onlooker, OnlookersError
from workers.erasing.procedure import Erasing
from workers.importing import Importing, Judge
from workers.lanes import Job
from workers.long_work import LongWork
from workers.outlets import Outlets
from workers.pacing import Pacing
from workers.recipients import Recipients
from workers.settings import QueueSettings, WorkSettings
from workers.texts.writing import Writer
from workers.ticker import LONGEST_PAUSE, Ticker
from workers.trials import KINDS as TRIED
from workers.trials import Trials
from workers.trying import Trying
from workers.uploads import KINDS as SHEETS
from workers.uploads import Uploads
from workers.uptime import Uptime
from workers.valkey import EmbeddedValkey
from workers.ways_out import WaysOutTable
from workers.worklist import Worklist

logger = logging.getLogger(__name__)

TICKER_TIMEOUT = 2.0
"""Seconds that the ticker waits for the queue before it does the work itself."""

OUTBOX_PAUSE = 1.0
"""Seconds between looks at outbox, uploads and trials: what is in them is due when it appears."""

IMPORT, TRY = "import", "try"
"""What the queues of long work are called."""

HOUSEKEEPING_PAUSE = 600.0
"""Seconds between two rounds of housekeeping."""

ERASING_PAUSE = 5.0
"""Seconds between looks for somebody who was erased and is not purged yet."""

STOP_MILLISECONDS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Backstage:
    """What background processes work with; safe to share between threads."""

    read: ReadSide
    claims: Database
    clock: Clock
    deciding: Deciding
    greeting: Deciding
    campaigning: Deciding
    delivering: Delivering
    importing: LongWork | None
    uploads: Uploads
    trying: LongWork
    trials: Trials
    uptime: Uptime
    outlets: Outlets
    store: StoreSettings
    queue: QueueSettings
    settings: WorkSettings

    @classmethod
    def over(
        cls,
        read: ReadSide,
        *,
        store: StoreSettings,
        queue: QueueSettings,
        settings: WorkSettings,
        channels: ChannelSettings,
        clock: Clock | None = None,
        kinds: Mapping[str, Kind] = KINDS,
        judge: Judge | None = None,
    ) -> Backstage:
        """Return the background work of a read side; nothing runs before it is told to.

        `judge` reads sheets; without one uploads are left to other processes.
        """
        database, people = read.database, read.people
        time = clock or DatabaseClock(database)
        lease = timedelta(seconds=settings.lease_seconds)
        uptime, obligations = Uptime(database), ObligationQueries(database)
        office = office_of(read, uptime)
        worklist.prepare(database)
        outlets = Outlets(channels, Writer(settings.language), machine_time)
        # One thread of a process decides in bulk at a time: more are no quicker, and keep people
        # waiting who save something meanwhile.
        turns = Lock()
        uploads, trials = Uploads(database, read.log.blinding_secret), Trials(database)
        # A claim that a crash of the server forgets is made again, so none waits for the disk.
        claims = Database(
            database.address,
            name="kezhi-claims",
            options=f"{SESSION_OPTIONS} -c synchronous_commit=off {worklist.OPTIONS}",
            background=CLAIMS if database.background else None,
        )

        def in_bulk(name: str, table: str, schema: str, its: Mapping[str, Kind]) -> Deciding:
            return Deciding(
                Worklist(claims, claims=table, source=(schema, "obligation"), lease=lease),
                ObligationQueries(database, schema),
                office,
                clock=time,
                kinds=its,
                at_once=settings.decisions_at_once,
                name=name,
                turns=turns,
                a_second=settings.bulk_decisions_a_second,
            )

        return cls(
            read=read,
            claims=claims,
            clock=time,
            deciding=Deciding(
                Worklist(claims, claims="claim", source=("obligations", "obligation"), lease=lease),
                obligations,
                office,
                clock=time,
                kinds=kinds,
                at_once=settings.decisions_at_once,
            ),
            greeting=in_bulk(GREET, "greeting", "occasions", GREETINGS),
            campaigning=in_bulk(CAMPAIGN, "campaign", "campaigns", CAMPAIGNS),
            delivering=Delivering(
                Worklist(
                    claims,
                    claims="delivery",
                    source=("outbox", "message"),
                    condition="o.state = 'open'",
                    lease=lease,
                ),
                OutboxQueries(database),
                read.care,
                Recipients(people, read.care, read.complaints),
                outlets,
                pacing=Pacing(claims, settings.paces),
                clock=time,
                rng=Random(),  # noqa: S311 - spreads retries, guards nothing
                daily_cap=settings.customer_daily_cap,
                at_once=settings.deliveries_at_once,
            ),
            importing=LongWork(
                IMPORT,
                SHEETS,
                Worklist(
                    claims,
                    claims="import",
                    source=("work", "upload"),
                    condition="o.state IN ('checking', 'importing')",
                    lease=lease,
                ),
                Importing(uploads, read, judge, clock=time).carry_out,
                clock=time,
            )
            if judge is not None
            else None,
            uploads=uploads,
            trying=LongWork(
                TRY,
                TRIED,
                Worklist(
                    claims,
                    claims="try",
                    source=("work", "trial"),
                    condition="o.ended_at IS NULL",
                    lease=lease,
                ),
                Trying(trials, read, clock=time).carry_out,
                clock=time,
            ),
            trials=trials,
            uptime=uptime,
            outlets=outlets,
            store=store,
            queue=queue,
            settings=settings,
        )

    def close(self) -> None:
        """Close the connections that are not the read side's."""
        self.claims.close()

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Everything that is hinted at."""
        jobs = (self.deciding, self.greeting, self.campaigning, self.delivering, self.trying)
        return jobs if self.importing is None else (*jobs, self.importing)


@contextmanager
def backstage(environment: Mapping[str, str], judge: Judge | None = None) -> Iterator[Backstage]:
    """Open the store and the queue that `environment` names, which `install` has prepared.

    `judge` reads uploaded sheets, which is not the business of this layer. Build it after a fork.
    Raises SettingsError, EngineError, KeyFileError or psycopg.OperationalError, each with what to
    do; the queue may be away.
    """
    store = StoreSettings.from_environment(environment)
    queue = QueueSettings.from_environment(environment)
    settings = WorkSettings.from_environment(environment)
    channels = ChannelSettings.from_environment(environment)
    valkey = EmbeddedValkey(store.data_folder / "valkey") if queue.is_embedded else None
    if valkey is not None:
        queue = QueueSettings(url=valkey.start(), namespace=queue.namespace)
    try:
        with (
            read_side(store, name="kezhi-work", background=DECISIONS) as read,
            closing(
                Backstage.over(
                    read,
                    store=store,
                    queue=queue,
                    settings=settings,
                    channels=channels,
                    judge=judge,
                )
            ) as stage,
        ):
            yield stage
    finally:
        if valkey is not None:
            valkey.stop()


def tickers(stage: Backstage, *, longest_pause: float = LONGEST_PAUSE) -> list[Ticker]:
    """Return one ticker per job, on a connection to the queue of their own.

    Each looks every `longest_pause` seconds at least, at the outbox and at long work every second.
    """
    broker = a_broker(stage.queue, timeout=TICKER_TIMEOUT)
    declare(broker, stage.jobs)
    hints = QueuedHints(broker)
    pauses = dict.fromkeys((Delivering.name, IMPORT, TRY), min(OUTBOX_PAUSE, longest_pause))
    return [
        Ticker(
            job,
            hints,
            clock=stage.clock,
            uptime=stage.uptime,
            hints_in_a_lane=stage.settings.hints_in_a_lane,
            longest_pause=pauses.get(job.name, longest_pause),
        )
        for job in stage.jobs
    ]


def run_ticker(stage: Backstage, stop: Event) -> None:
    """Take up what is due until `stop` is set: a thread per job, so that none waits for another."""
    threads = [Thread(target=ticker.run, args=(stop,), name="ticker") for ticker in tickers(stage)]
    threads.append(Thread(target=erase_who_is_to_be, args=(stage, stop), name="erasing"))
    threads.append(Thread(target=keep_house, args=(stage, stop), name="housekeeping"))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def keep_house(stage: Backstage, stop: Event) -> None:
    """Forget idempotency keys, uploads and trials past their time, until `stop` is set."""
    while not stop.is_set():
        try:
            stage.read.log.recorder.delete_expired_marks()
            stage.uploads.tidy(stage.clock.now())
            stage.trials.tidy(stage.clock.now())
        except AWAY as error:
            logger.warning("database-away", extra={"error": type(error).__name__})
        stop.wait(HOUSEKEEPING_PAUSE)


def erase_who_is_to_be(stage: Backstage, stop: Event) -> None:
    """Carry erasures out, also what another process has begun and not ended, until `stop`."""
    erasing = Erasing(stage.read, stage.store)
    seen: list[Onlooker] = []
    while not stop.wait(ERASING_PAUSE):
        try:
            erasing.run()
        except OnlookersError as error:
            if error.onlookers != seen:
                logger.warning("erasing-waits", extra={"onlookers": error.onlookers})
            seen = error.onlookers
        except AWAY as error:
            logger.warning("database-away", extra={"error": type(error).__name__})
        except Exception:
            logger.exception("erasing-failed")
            stop.wait(HOUSEKEEPING_PAUSE)


def run_workers(stage: Backstage, stop: Event) -> None:
    """Tell which channels there are, heed hints until `stop` is set, then finish what was begun.

    The library's worker runs in this very process: its own command would end all workers of a
    machine when one of them dies.
    """
    WaysOutTable(stage.read.database).tell(stage.outlets.ways_out)
    broker = a_broker(stage.queue, middleware=[Watchdog()])
    declare(broker, stage.jobs)
    worker = dramatiq.Worker(broker, worker_threads=stage.settings.threads)
    broker.emit_after("process_boot")
    worker.start()
    logger.info("working", extra={"threads": stage.settings.threads})
    stop.wait()
    worker.stop(timeout=STOP_MILLISECONDS)
    broker.client.close()
