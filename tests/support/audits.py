"""A log, the signer beside it, and an auditor who checks what is exported of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent

from domain.audit.notes import Checkpoint, SignerKey
from domain.audit.report import Report
from domain.audit.verifier import Memory, Verifier
from domain.eventstore.checkpoints import CheckpointStore
from domain.eventstore.database import Database
from domain.eventstore.log_export import export_log
from domain.eventstore.migrate import EVENT_LOG_SCHEMA
from domain.eventstore.recorder import CareRecorder
from domain.eventstore.tree import LeafTree
from tests.support.event_logs import a_database
from workers.signing.checkpoint_file import CheckpointFile
from workers.signing.signer import Signer

KEY = SignerKey.of("kezhi.example/log", b"k" * 32)
NINE = datetime(2026, 11, 18, 1, tzinfo=UTC)
TOPICS = ("customer.created", "customer.contacted", "complaint.filed", "reminder.item_issued")


class AuditedLog:
    """An event log whose events mean nothing; `now` is the signer's time, move it as needed."""

    def __init__(self, address: str, folder: Path, database: Database) -> None:
        self.address = address
        self.folder = folder
        self.database = database
        self.recorder = CareRecorder(database, EVENT_LOG_SCHEMA)
        self.tree = LeafTree(database, EVENT_LOG_SCHEMA)
        self.store = CheckpointStore(database, EVENT_LOG_SCHEMA)
        self.file = CheckpointFile(folder / "checkpoints.txt")
        self.now = NINE
        self.signer = self.a_signer()

    def a_signer(self, key: SignerKey = KEY, file: CheckpointFile | None = None) -> Signer:
        """Return a signer as it is after a start."""
        return Signer(key, self.tree, self.store, file or self.file, clock=lambda: self.now)

    def grow(self, random: Random, saves: int = 12, streams: int = 5) -> None:
        """Append to a few streams, in saves of one to five events."""
        ids = [UUID(int=random.getrandbits(128), version=4) for _ in range(streams)]
        versions = dict.fromkeys(ids, 0)
        for _ in range(saves):
            events = []
            for _ in range(random.randint(1, 5)):
                stream = random.choice(ids)
                versions[stream] += 1
                events.append(
                    StoredEvent(stream, versions[stream], random.choice(TOPICS), os.urandom(60))
                )
            self.recorder.insert_events(events)

    def sign(self) -> Checkpoint | None:
        """Have the signer look, a minute after the last time."""
        self.now += timedelta(minutes=1)
        return self.signer.sign()

    def export(self, name: str = "log.zip") -> Path:
        """Export the log to a file."""
        path = self.folder / name
        with path.open("wb") as file:
            export_log(self.database, EVENT_LOG_SCHEMA, file, self.now)
        return path

    def verify(self, *notes: Path, memory: Memory | None = None) -> Report:
        """Export the log and have an auditor check it."""
        return Verifier([KEY.verifier], memory).verify(self.export(), notes)

    @contextmanager
    def as_superuser(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend a connection of somebody who may do anything, such as the database's operator."""
        with psycopg.connect(self.address) as connection:
            connection.execute("SET search_path TO eventlog")
            yield connection


@contextmanager
def an_audited_log(address: str, folder: Path) -> Iterator[AuditedLog]:
    """Lend an audited log on a migrated database; its files go into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with a_database(address) as database:
        yield AuditedLog(address, folder, database)
