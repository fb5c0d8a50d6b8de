from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic
from typing import Any, LiteralString
from uuid import UUID

import psutil
import psycopg
import pytest
import redis

from domain.access import Principal
from domain.application import CustomerCare
from domain.commands import AmendPolicy
from domain.eventstore.database import Database
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from domain.eventstore.migrate import migrate
from domain.ids import named_id, new_id
from domain.plain import to_plain
from domain.policies.book import PolicyKind
from domain.policies.sla import Rung, SlaPolicy, Target
from domain.priority import Priority
from domain.provenance import Provenance
from projections import positions
from projections.projector import Projector
from projections.registry import READ_MODELS
from tests.chaos.crew import Crew
from tests.chaos.oracle import Oracle
from tests.chaos.receivers import Receipts, a_post_office, a_webhook_receiver
from tests.chaos.writer import Notebook
from tests.support.engines import main_process
from tests.support.waiting import eventually
from workers.valkey import EmbeddedValkey

logger = logging.getLogger(__name__)

pytestmark = [pytest.mark.chaos, pytest.mark.embedded, pytest.mark.slow]

SECONDS = float(os.environ.get("KEZHI_CHAOS_SECONDS", "10"))
SEED = int(os.environ.get("KEZHI_CHAOS_SEED", "20261122"))
QUIET_WITHIN = 120.0
MOST_SECONDS_AHEAD = 15.0
LEASE = 8.0
PAUSE = (LEASE * 1.1, LEASE * 1.6)
"""Whoever is stopped for so long wakes up with claims that others have taken over."""
PATIENCE = 240.0
"""So much longer than asked for it may take until there was something of everything to break."""
WARM = 20
"""So many writes before anything breaks."""
ENOUGH = 150
"""So many writes there are before it is over."""

FAST = SlaPolicy(
    targets={priority: Target(acknowledge=1, resolve=1) for priority in Priority},
    ladder=tuple(Rung(percent=p, level=n) for n, p in enumerate((1, 3, 6, 10))),
)
"""Rungs after 0.6, 1.8, 3.6 and 6 seconds."""
ALWAYS = {
    "zone": "Asia/Shanghai",
    "hours": [["00:00", "24:00"]],
    "weekdays": [1, 2, 3, 4, 5, 6, 7],
    "closed": [],
    "open": [],
}


BIRTHDAYS = {
    "occasions": ["birthday"],
    "courtesies": [],
    "opens": "00:00",
    "closes": "23:59",
    "spread_minutes": 0,
    "quiet_days": 0,
}
"""Whoever has his birthday today is to be greeted at once."""


OWED = """
    SELECT o.kind, o.due_at, now(), c.state, c.until, c.crashes, c.last_error
    FROM obligations.obligation o LEFT JOIN work.claim c USING (key)
    WHERE o.due_at < now() + interval '20 s'
"""
UNGREETED = """
    SELECT o.kind, o.due_at, now(), c.state, c.until, c.crashes, c.last_error
    FROM occasions.obligation o LEFT JOIN work.greeting c USING (key)
    WHERE o.due_at < now() + interval '20 s'
"""
UNTOLD = """
    SELECT o.kind, o.due_at, now(), c.state, c.until, c.crashes, c.last_error
    FROM campaigns.obligation o LEFT JOIN work.campaign c USING (key)
    WHERE o.due_at < now() + interval '20 s'
"""
UNPURGED = "SELECT * FROM erasures.person WHERE completed_at IS NULL"
UNSENT = """
    SELECT o.kind, o.channel, o.due_at, now(), c.state, c.until, c.crashes, c.last_error
    FROM outbox.message o LEFT JOIN work.delivery c USING (key) WHERE o.state = 'open'
"""


class Engines:
    """PostgreSQL and Valkey, and what may befall them."""

    def __init__(self, folder: Path) -> None:
        self.postgres = EmbeddedPostgres(folder / "postgres")
        self.valkey = EmbeddedValkey(folder / "valkey")
        self.address = self.postgres.start()
        self.valkey.start()

    def close(self) -> None:
        """Stop both."""
        self.valkey.stop()
        self.postgres.stop()

    def restart_postgres(self) -> None:
        """As after a power cut of the server process."""
        process = main_process(self.postgres)
        process.send_signal(signal.SIGQUIT)
        eventually(lambda: not process.is_running() or _is_over(process.pid))
        self.postgres.start()

    def cut_connections(self, rng: Random) -> None:
        """End some of the connections, whatever they are doing."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <>"
                " pg_backend_pid() AND backend_type = 'client backend' AND random() < %s",
                (rng.random(),),
            )

    def flush_valkey(self) -> None:
        """Forget every hint."""
        with redis.Redis.from_url(self.valkey.address) as client:
            client.flushall()

    def kill_valkey(self, rng: Random) -> None:
        """Kill it, and start it again a while later."""
        main_process(self.valkey).kill()
        Event().wait(rng.uniform(0.5, 2))
        self.valkey.start()

    def stall_valkey(self, rng: Random) -> None:
        """Let it say nothing for a while."""
        process = main_process(self.valkey)
        process.suspend()
        Event().wait(rng.uniform(1, 4))
        process.resume()


def test_whatever_is_killed_everything_is_decided_and_sent_once(
    server_folder: Path, tmp_path: Path
) -> None:
    rng, receipts, notes = Random(SEED), Receipts(), tmp_path / "notebook"
    with ExitStack() as stack:
        engines = Engines(server_folder)
        stack.callback(engines.close)
        url = stack.enter_context(a_webhook_receiver(receipts))
        port = _free_port()
        stack.enter_context(a_post_office(receipts, port))
        keys = MasterKeys.create(tmp_path / "master.json")
        ahead = tmp_path / "ahead"
        ahead.write_text("0")
        log = _install(engines.address, keys)
        stack.callback(log.database.close)
        environment = {
            "KEZHI_DATABASE_URL": engines.address,
            "KEZHI_QUEUE_URL": engines.valkey.address,
            "KEZHI_MASTER_KEY_FILE": str(tmp_path / "master.json"),
            "KEZHI_ERASURE_REGISTER": str(tmp_path / "erasures.txt"),
            "KEZHI_WORK_LEASE": f"{LEASE:.0f}",
            "KEZHI_WORK_THREADS": "4",
            "KEZHI_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "KEZHI_MAIL_FROM": "care@example.com",
            "KEZHI_WEBHOOK_ALLOW_PRIVATE": "1",
            "KEZHI_WEBHOOK_ALLOW_HTTP": "1",
            "CHAOS_WEBHOOK": url,
            "CHAOS_CLOCK": str(ahead),
        }
        roles = {
            "projector": ("project",),
            "ticker": ("tick",),
            "worker-1": ("work",),
            "worker-2": ("work",),
            "writer": ("write", str(notes)),
        }
        with Crew(roles, environment, tmp_path / "crew.log") as crew:
            eventually(lambda: len(Notebook(notes).answers) >= WARM, within=60)
            done = _wreck(crew, engines, ahead, rng, notes)
            crew.dismiss("writer")
            _wait_until_quiet(log)
        _judge(log, Notebook(notes), receipts, done)


def _wreck(crew: Crew, engines: Engines, ahead: Path, rng: Random, notes: Path) -> list[str]:
    """Break everything there is in some order, and again until time is up; return what was.

    On a busy machine it takes longer until there was something of everything to break.
    """
    faults: dict[str, Callable[[], object]] = {
        **{f"kill {name}": partial(crew.kill, name) for name in crew.names},
        **{f"pause {name}": partial(_pause, crew, name, rng) for name in crew.names},
        "cut connections": partial(engines.cut_connections, rng),
        "flush Valkey": engines.flush_valkey,
        "kill Valkey": partial(engines.kill_valkey, rng),
        "stall Valkey": partial(engines.stall_valkey, rng),
        "restart PostgreSQL": engines.restart_postgres,
        "step clock": lambda: _step(ahead, rng),
    }
    done: list[str] = []
    end = monotonic() + SECONDS
    while (missing := _missing(Notebook(notes))) or monotonic() < end:
        assert monotonic() < end + PATIENCE, f"after {len(done)} faults there is still no {missing}"
        for name in rng.sample(sorted(faults), len(faults)):
            Event().wait(rng.uniform(0.2, 1.5))
            faults[name]()
            done.append(name)
    return done


def _missing(notebook: Notebook) -> list[str]:
    """Return what has to be written before everything that there is was broken."""
    last = ("attend", "call_launch_off", "erase")
    missing = [kind for kind in last if not notebook.subjects(kind)]
    return missing if len(notebook.answers) >= ENOUGH else [*missing, f"{ENOUGH} writes"]


def _pause(crew: Crew, name: str, rng: Random) -> None:
    crew.pause(name, rng.uniform(*PAUSE))


def _step(ahead: Path, rng: Random) -> None:
    """Set the clock of the background work forward or back, by some seconds at most."""
    fresh = ahead.with_suffix(".new")
    fresh.write_text(str(rng.uniform(0, MOST_SECONDS_AHEAD)))
    fresh.replace(ahead)


def _wait_until_quiet(log: EventLog) -> None:
    """Wait until nothing is owed that is due soon, nothing is to be sent, and nobody lags."""

    def is_quiet() -> bool:
        log.database.discard_broken_connections()
        with log.database.connection() as connection:
            behind = {
                name: log.head - standing.position
                for name, standing in positions.standings(connection).items()
                if standing.position < log.head
            }
            queries: tuple[LiteralString, ...] = (OWED, UNGREETED, UNTOLD, UNPURGED, UNSENT)
            left = [row for query in queries for row in connection.execute(query)]
        assert (behind, left) == ({}, [])
        return True

    eventually(is_quiet, within=QUIET_WITHIN)


def _judge(log: EventLog, notebook: Notebook, receipts: Receipts, done: list[str]) -> None:
    events = _events(log)
    oracle = Oracle()
    oracle.walk(events)
    marketing = oracle.marketing
    faults = oracle.judge(datetime.now(UTC))
    arrived = set(receipts.counts)
    faults += [f"message {key} was called sent and never arrived" for key in oracle.sent - arrived]
    faults += [
        f"message {key} arrived and nobody ordered it" for key in arrived - set(oracle.expected)
    ]
    faults += [
        f"message {key} to a customer arrived {receipts.counts[key]} times"
        for key in oracle.to_customers
        if receipts.counts[key] > 1
    ]
    by_command: dict[Any, list[Any]] = {}
    stored = {(e.originator_id, e.originator_version) for e in events}
    for event in events:
        whom = getattr(event, "customer_id", event.originator_id)
        by_command.setdefault(event.correlation, []).append((type(event).__name__, whom))
    for note in notebook.tried:
        answer = notebook.answers.get(note["key"])
        made = by_command.get(named_id("chaos", note["key"]), [])
        if len(made) != len(set(made)):
            faults.append(f"{note['key']} was done twice: {made}")
        known = answer and answer.get("subject")
        if known and (UUID(answer["subject"]), answer["version"]) not in stored:
            faults.append(f"{note['key']} was answered and is lost")
    late = sorted(oracle.late)
    logger.info(
        "%d events, %d writes, %d rungs, %d lists, greetings %s, campaigns %s, %d followed up,"
        " %d told that they come or it is off, %d erased, %d dates moved, %d messages,"
        " %d of them again;"
        " %d faults;"
        " late median %.2f s, p99 %.2f s",
        len(events),
        len(notebook.answers),
        len(oracle.climbed),
        sum(oracle.decided_lists.values()),
        dict(oracle.greetings),
        dict(marketing.outcomes),
        marketing.followed.total(),
        marketing.noticed.total(),
        len(marketing.erased),
        oracle.moved,
        len(oracle.expected),
        sum(receipts.counts.values()) - len(arrived),
        len(done),
        late[len(late) // 2],
        late[int(len(late) * 0.99)],
    )
    assert faults == []
    assert len(oracle.climbed) > WARM
    assert len(oracle.sent) > WARM
    assert oracle.greetings["issued"] > 0
    assert oracle.greetings.total() > oracle.greetings["issued"]
    assert marketing.outcomes.total() > marketing.outcomes["issued"] > 0
    assert oracle.sent & marketing.messages.keys()
    assert min(marketing.followed.total(), marketing.noticed.total(), len(marketing.erased)) > 0


def _events(log: EventLog) -> list[Any]:
    return log.mapper.to_domain_events(log.recorder.select_notifications(1, 1_000_000))


def _install(address: str, keys: MasterKeys) -> EventLog:
    migrate(address)
    log = EventLog(Database(address), keys)
    care = CustomerCare(log)
    provenance = Provenance(
        principal=Principal.system("chaos"),
        at=datetime.now(UTC),
        through="test",
        correlation=new_id(),
    )
    care.install(provenance)
    care.execute(AmendPolicy(kind=PolicyKind.SLA, content=to_plain(FAST)), provenance)
    care.execute(AmendPolicy(kind=PolicyKind.CALENDAR, content=ALWAYS), provenance)
    care.execute(AmendPolicy(kind=PolicyKind.GREETINGS, content=BIRTHDAYS), provenance)
    Projector(log, log.database, READ_MODELS).catch_up()
    return log


def _is_over(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
