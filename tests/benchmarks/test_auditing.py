"""Whether tampering is found, and how long an auditor waits for it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from eventsourcing.persistence import StoredEvent

from domain.audit.report import Verdict
from domain.audit.verifier import Verifier
from domain.ids import new_id
from tests.benchmarks.results import Book, Spread
from tests.support.audits import KEY, AuditedLog, an_audited_log
from tests.support.servers import Databases
from tests.support.tampering import TAMPERINGS, Tampering

SECTION = "Auditing"
TRIES, CLEAN_RUNS = 50, 100
EVENTS, STATE_BYTES, STREAM_LENGTH = 1_000_000, 600, 8


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=str)
def test_tampering_is_found(
    databases: Databases, tmp_path: Path, book: Book, tampering: Tampering
) -> None:
    """Random victims, each in a log of its own; found means by the right name too."""
    found = 0
    for seed in range(TRIES):
        random = Random(f"{tampering}{seed}")
        with databases.a_copy() as address, an_audited_log(address, tmp_path / str(seed)) as log:
            _sign_twice(log, random)
            with log.as_superuser() as connection:
                tampering.change(connection, random)
            report = log.verify()
            codes = {code for code, _ in report.findings}
            found += report.verdict is Verdict.TAMPERED and codes <= tampering.found
    book.budget(
        SECTION, f"found: {tampering}", f"{found} of {TRIES}", target="all", reached=found == TRIES
    )


def test_nobody_is_accused_falsely(databases: Databases, tmp_path: Path, book: Book) -> None:
    accused = 0
    for seed in range(CLEAN_RUNS):
        with databases.a_copy() as address, an_audited_log(address, tmp_path / str(seed)) as log:
            _sign_twice(log, Random(seed))
            accused += log.verify().verdict is not Verdict.CLEAN
    book.budget(
        SECTION, "clean logs accused", f"{accused} of {CLEAN_RUNS}", target="none",
        reached=not accused,
    )  # fmt: skip


def test_a_flipped_byte_in_a_million_events(
    databases: Databases, tmp_path: Path, book: Book
) -> None:
    """Export and check of a log of 1,000,000 events, and proofs and checkpoints beside it."""
    method = f"{EVENTS:,} events of {STATE_BYTES} bytes in streams of {STREAM_LENGTH}"
    with databases.a_copy() as address, an_audited_log(address, tmp_path) as log:
        _fill(log)
        first = _seconds(log.sign)
        log.recorder.insert_events([StoredEvent(new_id(), 1, "x", b"") for _ in range(100)])
        book.note(SECTION, "first checkpoint, s", f"{first:.1f}", method=method)
        book.note(SECTION, "checkpoint of 100 more, ms", f"{_seconds(log.sign) * 1_000:.0f}")
        size, random = log.tree.size, Random(1)
        proof = Spread.of(lambda: _proof(log, random.randint(1, size)) * 1_000, 50)
        book.note(SECTION, "proof of one event, ms", proof, method="50 random events")
        with log.as_superuser() as connection:
            connection.execute(
                "UPDATE event SET state = set_byte(state, 9, get_byte(state, 9) # 1)"
                " WHERE position = %s",
                (random.randint(1, size),),
            )
        exported = _seconds(log.export)
        used = time.process_time()
        checking = _seconds(lambda: Verifier([KEY.verifier]).verify(tmp_path / "log.zip"))
        used = time.process_time() - used
    book.note(SECTION, "export, s", f"{exported:.1f}", method=method)
    book.budget(
        SECTION, "a flipped byte is named, export and check, s", f"{exported + checking:.1f}",
        target="≤ 60", reached=exported + checking <= 60,
    )  # fmt: skip
    book.budget(
        SECTION, "check, events/s of CPU time", f"{EVENTS / used:,.0f}", target="≥ 17,000",
        reached=used * 17_000 <= EVENTS,
    )  # fmt: skip


def _sign_twice(log: AuditedLog, random: Random) -> None:
    for _ in range(2):
        log.grow(random)
        log.sign()


def _fill(log: AuditedLog) -> None:
    for _ in range(EVENTS // 2_000):
        streams = [new_id() for _ in range(2_000 // STREAM_LENGTH)]
        log.recorder.insert_events(
            [
                StoredEvent(stream, version, "customer.contacted", os.urandom(STATE_BYTES))
                for version in range(1, STREAM_LENGTH + 1)
                for stream in streams
            ]
        )


def _proof(log: AuditedLog, position: int) -> float:
    return _seconds(lambda: log.tree.inclusion_proof(position, log.tree.size))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
