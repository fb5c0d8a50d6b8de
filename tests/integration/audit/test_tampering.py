"""What is said when the log is changed behind its back (the table of docs/audit.md).

Victims are drawn at random; `make bench` draws fifty a row.
"""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from domain.audit.report import Report, Verdict
from domain.audit.verifier import Memory, Verifier
from tests.support.audits import KEY, AuditedLog
from tests.support.tampering import (
    TAMPERINGS,
    Tampering,
    delete_rows,
    recompute_leaves,
    state_edited,
    tail_cut_off,
)
from workers.signing.checkpoint_file import CheckpointFile

Connection = psycopg.Connection[Any]

TRIES = 2


def codes(report: Report) -> set[str]:
    return {code for code, _ in report.findings}


@pytest.mark.parametrize("seed", range(TRIES))
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=str)
def test_it_is_found_and_called_what_it_is(
    audited: AuditedLog, tampering: Tampering, seed: int
) -> None:
    with audited.as_superuser() as connection:
        tampering.change(connection, Random(seed))
    report = audited.verify()

    assert report.verdict is Verdict.TAMPERED
    assert codes(report)
    assert codes(report) <= tampering.found, list(report.lines((1,)))


@pytest.mark.parametrize("seed", range(TRIES))
def test_an_honest_log_is_never_accused(audited: AuditedLog, seed: int) -> None:
    random = Random(seed + 100)
    for _ in range(3):
        audited.grow(random)
        audited.sign()

    assert audited.verify().verdict is Verdict.CLEAN


def test_what_is_newer_than_the_last_checkpoint_is_said_to_be_unproved(audited: AuditedLog) -> None:
    newest, size = audited.store.newest(), audited.tree.size
    assert newest is not None
    report = audited.verify()

    assert report.verdict is Verdict.CLEAN
    assert ("unsigned", {"count": size - newest.size}) in report.remarks


def test_honest_growth_continues_what_the_auditor_holds(
    audited: AuditedLog, tmp_path: Path
) -> None:
    memory = Memory(tmp_path / "memory")
    first = audited.verify(memory=memory)
    audited.grow(Random(4))
    audited.sign()
    second = audited.verify(memory=memory)

    assert [report.verdict for report in (first, second)] == [Verdict.CLEAN] * 2
    assert ["first-held" in dict(first.remarks), "follows-held" in dict(second.remarks)] == [
        True
    ] * 2


def sign_all_anew(audited: AuditedLog, connection: Connection) -> None:
    """Do what somebody does who has stolen the signing key and the signer's file as well."""
    recompute_leaves(connection)
    connection.execute("DELETE FROM checkpoint")
    connection.execute("DELETE FROM subtree")
    connection.commit()
    audited.a_signer(file=CheckpointFile(audited.folder / "forged.txt")).sign()


def test_row_7_nobody_sees_what_a_thief_of_every_key_rewrites_unless_a_checkpoint_is_held(
    audited: AuditedLog, tmp_path: Path
) -> None:
    memory = Memory(tmp_path / "memory")
    audited.verify(memory=memory)
    with audited.as_superuser() as connection:
        state_edited(connection, Random(0))
        sign_all_anew(audited, connection)

    assert audited.verify().verdict is Verdict.CLEAN
    assert codes(audited.verify(memory=memory)) == {"root-differs"}
    assert codes(audited.verify(audited.folder / "checkpoints.txt")) == {"root-differs"}


def test_row_8_a_tail_cut_off_with_its_checkpoint_is_found_by_a_checkpoint_from_elsewhere(
    audited: AuditedLog, tmp_path: Path
) -> None:
    memory = Memory(tmp_path / "memory")
    audited.verify(memory=memory)
    with audited.as_superuser() as connection:
        tail_cut_off(connection, Random(0))
        connection.execute("DELETE FROM checkpoint WHERE size > (SELECT max(position) FROM event)")

    assert codes(audited.verify()) <= {"no-checkpoint"}
    assert codes(audited.verify(memory=memory)) == {"truncated"}
    assert codes(audited.verify(audited.folder / "checkpoints.txt")) >= {"truncated"}


def test_row_9_nobody_sees_what_is_cut_off_before_it_was_ever_signed(audited: AuditedLog) -> None:
    with audited.as_superuser() as connection:
        delete_rows(connection, "position > (SELECT max(size) FROM checkpoint)")

    assert audited.verify().verdict is Verdict.CLEAN


def test_row_12_two_histories_of_one_length_prove_the_fork(
    audited: AuditedLog, tmp_path: Path
) -> None:
    shown, hidden = tmp_path / "shown.note", tmp_path / "hidden.note"
    newest = audited.store.newest()
    assert newest is not None
    shown.write_text(newest.note)
    with audited.as_superuser() as connection:
        connection.execute("DELETE FROM event WHERE position > (SELECT max(size) FROM checkpoint)")
        state_edited(connection, Random(0))
        sign_all_anew(audited, connection)
    forged = audited.store.newest()
    assert forged is not None
    hidden.write_text(forged.note)

    assert codes(Verifier([KEY.verifier]).compare([shown, hidden])) == {"fork"}
    assert codes(Verifier([KEY.verifier]).compare([shown, shown])) == set()


def test_two_checkpoints_are_compared_by_a_proof(audited: AuditedLog, tmp_path: Path) -> None:
    notes, proof = audited.folder / "checkpoints.txt", tmp_path / "proof.json"
    new, old = audited.store.page(limit=2)
    hashes = [
        b64encode(each).decode() for each in audited.tree.consistency_proof(old.size, new.size)
    ]
    proof.write_text(json.dumps({"from": old.size, "to": new.size, "hashes": hashes}))

    without = Verifier([KEY.verifier]).compare([notes])
    assert (without.verdict, codes(without)) == (Verdict.UNTOLD, {"no-consistency"})
    assert Verifier([KEY.verifier]).compare([notes], [proof]).verdict is Verdict.CLEAN
    proof.write_text(json.dumps({"from": old.size, "to": new.size, "hashes": hashes[::-1]}))
    assert codes(Verifier([KEY.verifier]).compare([notes], [proof])) == {"inconsistent"}
