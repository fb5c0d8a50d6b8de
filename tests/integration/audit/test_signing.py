"""The signer signs what has grown, and nothing that contradicts what it has signed."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from domain.audit.merkle import Frontier, verify_consistency, verify_inclusion
from domain.audit.notes import open_checkpoint, split_notes
from domain.eventstore.tree import STEP, LeafMissingError
from tests.support.audits import KEY, AuditedLog
from tests.support.event_logs import some_events
from tests.support.tampering import TAMPERINGS, Tampering
from workers.signing.checkpoint_file import CheckpointFile
from workers.signing.signer import READ_AGAIN_AFTER, LogChangedError

UNSEEN_BY_THE_SIGNER = {
    # It reads leaves only, whose hashes these leave as they are: that is for the auditor.
    "1 state edited",
    "1 topic edited",
    "2 state and its hash in the leaf edited",
    "3 event deleted",
    "10 inserted past the function",
}


def test_it_signs_once_what_has_grown(audited: AuditedLog) -> None:
    made = audited.sign()
    assert made is not None

    assert made.size == audited.tree.size
    assert audited.sign() is None
    assert audited.store.newest() == made
    assert split_notes((audited.folder / "checkpoints.txt").read_text())[-1] == made.note
    assert open_checkpoint(made.note, [KEY.verifier]) == made
    assert [key for key, _ in audited.store.verifier_keys()] == [str(KEY.verifier)]


def test_it_signs_nothing_while_there_is_nothing(audited: AuditedLog) -> None:
    with audited.as_superuser() as connection:
        connection.execute("TRUNCATE event, leaf, checkpoint, subtree")
    fresh = audited.a_signer(file=CheckpointFile(audited.folder / "fresh.txt"))

    assert fresh.sign() is None


@pytest.mark.parametrize(
    "tampering", [t for t in TAMPERINGS if t.name not in UNSEEN_BY_THE_SIGNER], ids=str
)
@pytest.mark.parametrize("is_restarted", [False, True], ids=["after an hour", "after a restart"])
def test_it_refuses_to_sign_over_a_change(
    audited: AuditedLog, tampering: Tampering, *, is_restarted: bool
) -> None:
    before = audited.store.newest()
    with audited.as_superuser() as connection:
        tampering.change(connection, Random(0))
    audited.now += READ_AGAIN_AFTER
    if is_restarted:
        audited.signer = audited.a_signer()
    audited.grow(Random(5))

    with pytest.raises(LogChangedError):
        audited.sign()
    assert audited.store.newest() == before
    assert audited.store.is_refused()


def test_a_rewritten_tail_is_noticed_within_the_minute(audited: AuditedLog) -> None:
    signed = audited.sign()
    assert signed is not None
    with audited.as_superuser() as connection:
        connection.execute(
            "UPDATE leaf SET hash = sha256(hash) WHERE position = %s", (signed.size,)
        )
    audited.grow(Random(5))

    with pytest.raises(LogChangedError):
        audited.sign()


def test_checkpoints_deleted_from_the_database_are_still_known(audited: AuditedLog) -> None:
    with audited.as_superuser() as connection:
        connection.execute("DELETE FROM checkpoint")
        connection.execute("DELETE FROM event WHERE position > 3")
        connection.execute("DELETE FROM leaf WHERE position > 3")
    audited.signer = audited.a_signer()

    with pytest.raises(LogChangedError, match="leaf is gone"):
        audited.sign()


def test_it_signs_again_once_the_change_is_undone(audited: AuditedLog) -> None:
    with audited.as_superuser() as connection:
        connection.execute("ALTER TABLE leaf RENAME TO hidden")
        connection.execute("CREATE TABLE leaf AS SELECT * FROM hidden WHERE position < 5")
    with pytest.raises(LogChangedError):
        audited.sign()
    with audited.as_superuser() as connection:
        connection.execute("DROP TABLE leaf")
        connection.execute("ALTER TABLE hidden RENAME TO leaf")

    assert audited.sign() is not None
    assert not audited.store.is_refused()


def test_a_signer_that_died_before_it_stored_what_it_signed_stores_it_later(
    audited: AuditedLog,
) -> None:
    signed = audited.sign()
    assert signed is not None
    with audited.as_superuser() as connection:
        connection.execute("DELETE FROM checkpoint WHERE size = %s", (signed.size,))
        connection.execute("DELETE FROM subtree")
    audited.signer = audited.a_signer()

    assert audited.sign() is None
    assert audited.store.newest() == signed


def test_proofs_are_those_of_the_whole_tree_whatever_the_steps_it_grew_in(
    audited: AuditedLog,
) -> None:
    random = Random(7)
    for count in (150, 700, 3, 256, 1_100):
        audited.recorder.insert_events(some_events(count))
        audited.sign()
    leaves = [leaf for some in audited.tree.leaves(0, audited.tree.size) for leaf in some]
    roots = {}
    frontier = Frontier()
    for leaf in leaves:
        frontier.extend([leaf])
        roots[frontier.size] = frontier.root
    checkpoints = audited.store.page()
    with audited.as_superuser() as connection:
        stored = connection.execute("SELECT count(*) FROM subtree").fetchone()

    assert stored == (len(leaves) >> STEP,)
    for checkpoint in checkpoints:
        assert audited.tree.root(checkpoint.size) == checkpoint.root == roots[checkpoint.size]
        position = random.randint(1, checkpoint.size)
        proof = audited.tree.inclusion_proof(position, checkpoint.size)
        verify_inclusion(
            position - 1, checkpoint.size, leaves[position - 1], proof, checkpoint.root
        )
        old = random.choice([c for c in checkpoints if c.size <= checkpoint.size])
        chain = audited.tree.consistency_proof(old.size, checkpoint.size)
        verify_consistency(old.size, checkpoint.size, old.root, checkpoint.root, chain)


def test_a_proof_without_its_leaf_is_not_made_up(audited: AuditedLog) -> None:
    with audited.as_superuser() as connection:
        connection.execute("DELETE FROM leaf WHERE position = 2")

    with pytest.raises(LeafMissingError):
        audited.tree.inclusion_proof(1, audited.tree.size)


def test_the_checkpoint_file_remembers_across_any_length(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "new folder" / "checkpoints.txt")
    assert file.last() is None
    for _ in range(2_000):
        file.add("kezhi/log\n1\nAAAA\n\n— kezhi/log AAAA\n")
    file.add("kezhi/log\n2\nAAAA\n\n— kezhi/log AAAA\n")

    assert file.last() == "kezhi/log\n2\nAAAA\n\n— kezhi/log AAAA\n"
