"""Lives through the day: zone by zone everybody falls due at once, and everything is measured."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from queue import Empty
from threading import Event, Thread
from typing import Any
from uuid import UUID

from psycopg.sql import SQL

from api.simulation.crew import Crew
from api.simulation.population import (
    COMPANY_ZONE,
    Peak,
    complain,
    found_company,
    peaks,
    populate,
)
from domain.access import Principal
from domain.complaint import Complaint
from domain.eventstore.settings import StoreSettings
from domain.ids import new_id
from domain.provenance import Provenance
from domain.reminder import Reminder
from projections.bootstrap import ReadSide, install, read_side
from projections.projector import Projector
from projections.registry import READ_MODELS
from workers.actors import queue_name
from workers.broker import a_client
from workers.lanes import Lane
from workers.valkey import EmbeddedValkey

QUIET_SECONDS = 20.0
LOOK_EVERY = 0.1
LONGEST = timedelta(hours=1)

Say = Callable[[str], None]

_DUE = SQL("SELECT count(*) FROM occasions.obligation WHERE due_at <= %s").format()
_OWED = SQL("SELECT count(*) FROM obligations.obligation WHERE due_at <= %s").format()
_PER_MINUTE = SQL(
    "SELECT max(n) FROM (SELECT count(*) AS n FROM occasions.obligation WHERE day = %s"
    " GROUP BY date_trunc('minute', due_at)) AS slot"
).format()
_DECIDED = SQL(
    "SELECT count(*), coalesce(max(position), %(since)s) FROM eventlog.event"
    " WHERE position > %(since)s AND topic LIKE 'greeting.%%'"
).format()


@dataclass(slots=True)
class Wave:
    """One zone: how many were due, and the seconds until decided and until in the outbox.

    They count from the first decision, for the ticker notices the leap of the clock a bit later.
    """

    zone: str
    due: int
    decided_after: float = 0.0
    outbox_after: float = 0.0


@dataclass(slots=True)
class Outcome:
    """What was measured."""

    customers: int
    registering: float = 0.0
    reckoning: float = 0.0
    most_a_minute: int = 0
    waves: list[Wave] = field(default_factory=list)
    deepest_queue: int = 0
    quiet_ms: list[float] = field(default_factory=list)
    busy_ms: list[float] = field(default_factory=list)
    memory: Mapping[str, float] = field(default_factory=dict)
    processor: Mapping[str, float] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    reminded_late: list[float] = field(default_factory=list)
    climbed_late: list[float] = field(default_factory=list)

    @property
    def decided(self) -> int:
        """How many greetings were decided."""
        return sum(wave.due for wave in self.waves)

    @property
    def rate(self) -> float:
        """Decisions a second while there was anything to decide."""
        return self.decided / max(sum(wave.decided_after for wave in self.waves), 0.001)

    @property
    def outbox_rate(self) -> float:
        """The same until the last message stood in the outbox and every list knew of it."""
        return self.decided / max(sum(wave.outbox_after for wave in self.waves), 0.001)


def simulate(
    environment: Mapping[str, str], day: date, customers: int, workers: int, say: Say
) -> Outcome:
    """Make a company in the empty store of `environment`, live through `day`, and measure."""
    outcome = Outcome(customers)
    store = StoreSettings.from_environment(environment)
    valkey = EmbeddedValkey(store.data_folder / "valkey")
    queue_url = valkey.start()
    try:
        install(store, _nobody(day))
        with read_side(store, name="kezhi-simulation") as read:
            writes_to = _prepare(read, day, outcome, say)
            crew = Crew(environment, queue_url, workers, writes_to, day - timedelta(days=1))
            first = peaks(day)[0]
            crew.clock.set(first.at - timedelta(hours=3))
            with crew:
                _live(read, crew, day, outcome, say)
            outcome.memory, outcome.processor = dict(crew.memory), dict(crew.processor)
            _count(read, outcome)
    finally:
        valkey.stop()
    return outcome


def _prepare(read: ReadSide, day: date, outcome: Outcome, say: Say) -> list[UUID]:
    """Found the company and bring the lists up to date; return whose contacts are recorded."""
    start = time.perf_counter()
    reps = found_company(read.log, day)
    for done in populate(read.log, day, outcome.customers, reps):
        if done % 50_000 == 0:
            say(f"{done:,} customers registered")
    outcome.registering = time.perf_counter() - start
    start = time.perf_counter()
    Projector(read.log, read.database, READ_MODELS).catch_up()
    outcome.reckoning = time.perf_counter() - start
    query = SQL("SELECT customer_id FROM occasions.person ORDER BY customer_id LIMIT 400").format()
    ids = [row[0] for row in read.database.fetch(query, ())]
    complain(read.log, day, ids)
    Projector(read.log, read.database, READ_MODELS).catch_up()
    with read.database.connection() as connection:
        connection.autocommit = True
        connection.execute("ANALYZE")
    outcome.most_a_minute = read.database.fetch(_PER_MINUTE, (day,))[0][0] or 0
    return ids[200:]


def _live(read: ReadSide, crew: Crew, day: date, outcome: Outcome, say: Say) -> None:
    """Wait for everybody to be at work, measure the quiet, then let the day come round."""
    crew.written.get(timeout=120)
    time.sleep(QUIET_SECONDS / 5)
    _drain(crew)
    time.sleep(QUIET_SECONDS)
    outcome.quiet_ms = _drain(crew)
    stop, depths = Event(), [0]
    watcher = Thread(target=_watch_queue, args=(crew.queue_url, stop, depths))
    watcher.start()
    try:
        for peak in peaks(day):
            outcome.waves.append(_wave(read, crew, peak))
            wave = outcome.waves[-1]
            took = _drain(crew)
            outcome.busy_ms += took if wave.due else []
            say(
                f"{wave.zone}: {wave.due:,} due, decided in {wave.decided_after:.1f} s,"
                f" in the outbox after {wave.outbox_after:.1f} s"
            )
    finally:
        stop.set()
        watcher.join()
    outcome.deepest_queue = max(depths)


def _wave(read: ReadSide, crew: Crew, peak: Peak) -> Wave:
    """Set the clock to the end of a zone's hour and wait until nothing is owed there any more."""
    wave = Wave(peak.zone, read.database.fetch(_DUE, (peak.at,))[0][0])
    since, decided = read.log.head, 0
    crew.clock.set(peak.at)
    end, start = time.perf_counter() + LONGEST.total_seconds(), 0.0
    while (now := time.perf_counter()) < end:
        if decided < wave.due:
            fresh, since = read.database.fetch(_DECIDED, {"since": since})[0]
            decided += fresh
            start = start or (now if fresh else 0.0)
            wave.decided_after = wave.outbox_after = now - start
        elif read.database.fetch(_DUE, (peak.at,))[0][0]:
            wave.outbox_after = now - start
        elif not read.database.fetch(_OWED, (peak.at,))[0][0]:
            break
        time.sleep(LOOK_EVERY)
    return wave


def _watch_queue(url: str, stop: Event, depths: list[int]) -> None:
    """Note how many hints wait for greetings, again and again."""
    with a_client(url, timeout=5) as client:
        while not stop.wait(0.05):
            waiting: Any = client.llen(f"kezhi:{queue_name('greet', Lane.BULK)}")
            depths.append(int(waiting))


def _drain(crew: Crew) -> list[float]:
    """Return how many milliseconds each write took since the last time."""
    took = []
    while True:
        try:
            took.append(crew.written.get_nowait()[1])
        except Empty:
            return took


def _count(read: ReadSide, outcome: Outcome) -> None:
    """Count what was decided, and how late what concerns people was, from the log itself."""
    at = {peak.zone: peak.at for peak in peaks(_day(read))}[COMPANY_ZONE]
    query = SQL(
        "SELECT topic, count(*) FROM eventlog.event WHERE topic LIKE 'greeting.%%' GROUP BY topic"
    ).format()
    outcome.outcomes = Counter(dict(read.database.fetch(query, {})))
    topics = [Complaint.Escalated.TOPIC, Reminder.DigestIssued.TOPIC, Reminder.Skipped.TOPIC]
    notifications = read.log.recorder.select_notifications(None, 100_000, topics=topics)
    for event in read.log.mapper.to_domain_events(notifications):
        late = (event.timestamp - max(event.due_at, at)).total_seconds()
        if event.due_at <= at <= event.timestamp:
            is_rung = isinstance(event, Complaint.Escalated)
            (outcome.climbed_late if is_rung else outcome.reminded_late).append(late)


def _day(read: ReadSide) -> date:
    found: date = read.database.fetch(
        SQL("SELECT day FROM occasions.decided LIMIT 1").format(), ()
    )[0][0]
    return found


def p(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of `values` lie, 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _nobody(day: date) -> Provenance:
    at = datetime.combine(day - timedelta(days=1), datetime.min.time(), UTC)
    return Provenance(
        principal=Principal.system("install"), at=at, through="simulation", correlation=new_id()
    )
