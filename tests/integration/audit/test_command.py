"""The command as an auditor has it: one file, run by a Python that has nothing of ours."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from domain.audit.notes import SignerKey
from domain.audit.one_file import NAME, one_file
from tests.support.audits import KEY, AuditedLog, an_audited_log
from tests.support.servers import Databases
from tests.support.tampering import delete_rows, state_edited

NEEDED = ("cryptography", "cffi", "_cffi_backend", "pycparser")
CLEAN, TAMPERED, UNTOLD = 0, 1, 2

Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def audited(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuditedLog]:
    folder = tmp_path_factory.mktemp("audited")
    with databases.a_copy() as address, an_audited_log(address, folder) as audited:
        audited.grow(Random(1))
        audited.sign()
        audited.export("clean.zip")
        with audited.as_superuser() as connection:
            state_edited(connection, Random(2))
        audited.export("tampered.zip")
        yield audited


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the file with arguments; return its exit code and what it printed."""
    (tmp_path / NAME).write_bytes(one_file())
    packages = tmp_path / "packages"
    packages.mkdir()
    for name in NEEDED:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            found = Path(spec.origin)
            found = found.parent if found.name == "__init__.py" else found
            (packages / found.name).symlink_to(found)

    def run(*arguments: object) -> tuple[int, str]:
        # -S: without the packages that are installed, so only those above are to be had.
        done = subprocess.run(
            [sys.executable, "-S", str(tmp_path / NAME), *map(str, arguments)],
            cwd=tmp_path,
            env={"PATH": os.defpath, "PYTHONPATH": str(packages), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_a_clean_log_is_said_to_be_clean_in_two_languages(run: Run, audited: AuditedLog) -> None:
    code, said = run("verify", audited.folder / "clean.zip", "--key", KEY.verifier)

    assert code == CLEAN, said
    assert "结论：未发现篡改。" in said
    assert "Verdict: no tampering found." in said


def test_a_flipped_byte_is_named(run: Run, audited: AuditedLog) -> None:
    code, said = run(
        "verify", audited.folder / "tampered.zip", "--key", KEY.verifier, "--language", "en"
    )
    with audited.as_superuser() as connection:
        row = connection.execute(
            "SELECT position, originator_version, originator_id, topic FROM event JOIN leaf"
            " USING (position, originator_id, originator_version, topic)"
            " WHERE state_hash <> sha256(state)"
        ).fetchone()
    assert row is not None

    assert code == TAMPERED
    assert "Position {}, event {} of {} ({}): what is stored was changed".format(*row) in said


def test_the_last_checkpoint_is_remembered_and_demanded(
    run: Run, databases: Databases, tmp_path: Path
) -> None:
    with databases.a_copy() as address, an_audited_log(address, tmp_path / "log") as audited:
        audited.grow(Random(1))
        audited.sign()
        first, _ = run("verify", audited.export("first.zip"), "--key", KEY.verifier)
        with audited.as_superuser() as connection:
            delete_rows(connection, "position > 5")
            connection.execute("DELETE FROM checkpoint")
        cut = audited.export("cut.zip")
        forgetful, _ = run("verify", cut, "--key", KEY.verifier, "--forget")
        code, said = run("verify", cut, "--key", KEY.verifier)

    assert (first, forgetful, code) == (CLEAN, UNTOLD, TAMPERED)
    assert "The log was cut off" in said


def test_the_key_may_be_a_file(run: Run, audited: AuditedLog, tmp_path: Path) -> None:
    (tmp_path / "log.vkey").write_text(f"{KEY.verifier}\n")

    assert run("verify", audited.folder / "clean.zip", "--key", "log.vkey")[0] == CLEAN


def test_two_files_of_checkpoints_are_compared(run: Run, audited: AuditedLog) -> None:
    notes = audited.folder / "checkpoints.txt"

    assert run("compare", notes, notes, "--key", KEY.verifier)[0] == CLEAN


@pytest.mark.parametrize("cut", [0, 10, 1_000])
def test_a_damaged_file_cannot_be_told_from(
    run: Run, audited: AuditedLog, tmp_path: Path, cut: int
) -> None:
    whole = (audited.folder / "clean.zip").read_bytes()
    (tmp_path / "damaged.zip").write_bytes(whole[:cut] + whole[cut + 7 : -cut or None])
    code, said = run("verify", "damaged.zip", "--key", KEY.verifier)

    assert code == UNTOLD, said
    assert "无法判断" in said
    assert "Traceback" not in said


def test_what_is_no_file_of_ours_cannot_be_told_from(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("hello")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as file:
        file.writestr("manifest.json", '{"kind": "photographs"}')

    for name in ("text.txt", "other.zip", "missing.zip"):
        code, said = run("verify", name, "--key", KEY.verifier)
        assert (code, "Traceback" in said) == (UNTOLD, False), said


def test_a_key_of_somebody_else_tells_nothing(run: Run, audited: AuditedLog) -> None:
    stranger = SignerKey.of(KEY.name, b"x" * 32).verifier

    assert run("verify", audited.folder / "clean.zip", "--key", stranger)[0] == UNTOLD
    assert run("verify", audited.folder / "clean.zip", "--key", "nonsense")[0] == UNTOLD
