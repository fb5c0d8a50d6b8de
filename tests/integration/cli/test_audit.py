from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.audit.one_file import one_file
from domain.audit.report import Verdict
from domain.audit.verifier import Verifier
from tests.integration.cli.conftest import CommandLine
from tests.support.audits import KEY, an_audited_log


@pytest.fixture
def signed(customers: CommandLine, tmp_path: Path) -> CommandLine:
    with an_audited_log(customers.settings["KEZHI_DATABASE_URL"], tmp_path / "signer") as log:
        log.now = datetime.now(UTC)
        log.sign()
    return customers


def test_the_whole_log_is_handed_out_and_found_clean(signed: CommandLine, tmp_path: Path) -> None:
    shown = signed.json("audit", "export-log", tmp_path / "log.zip")
    report = Verifier([KEY.verifier]).verify(tmp_path / "log.zip")

    assert report.verdict is Verdict.CLEAN, list(report.lines((1,)))
    assert shown["events"] > 5
    assert [path.name for path in tmp_path.glob("*.zip")] == ["log.zip"]
    assert not list(tmp_path.glob(".*"))


def test_a_bundle_is_written_and_becomes_part_of_the_history(
    signed: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "li.zip"
    shown = signed.json("audit", "bundle", "李四", "--with-key", "-o", path, "--why", "季度审计")
    report = Verifier([KEY.verifier]).verify(path)

    assert report.verdict is Verdict.CLEAN, list(report.lines((1,)))
    assert shown["file"] == str(path)
    told = signed("history", "李四", "--kind", "access", language="zh")
    assert "查阅：证据包（原因：季度审计）" in told.shown
    (taken,) = signed.json("audit", "accesses", "--customer", "李四", "--kind", "bundle")
    assert (taken["why"], taken["access"]) == ("季度审计", "bundle")
    assert signed.json("audit", "accesses", "--until", "2020-01-01") == []


def test_the_key_and_the_verifier_are_handed_out(signed: CommandLine, tmp_path: Path) -> None:
    signed("audit", "verifier", "-o", tmp_path / "kezhi-audit.pyz")

    assert [row["key"] for row in signed.json("audit", "key")] == [str(KEY.verifier)]
    assert (tmp_path / "kezhi-audit.pyz").read_bytes() == one_file()


def test_an_auditor_who_reads_a_history_is_recorded(signed: CommandLine) -> None:
    signed.json("rep", "add", "shen", "沈洁", "--role", "auditor", "--scope", "all")
    for _ in range(2):
        assert signed("history", "王五", by="shen").code == 0
    looks = signed.json("history", "王五", "--kind", "access")

    assert [look["facts"]["access"] for look in looks] == ["history"]


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "export-log", "log.zip"),
        ("audit", "key"),
        ("audit", "bundle", "李四", "--with-key", "--why", "x"),
    ],
)
def test_it_is_for_auditors_and_administrators(signed: CommandLine, words: tuple[str, ...]) -> None:
    answer = signed(*words, by="wang")

    assert answer.code == 1
    assert "Not allowed" in answer.told
    assert not Path("log.zip").exists()


def test_before_anything_is_signed_there_is_no_bundle(
    customers: CommandLine, tmp_path: Path
) -> None:
    address = customers.settings["KEZHI_DATABASE_URL"]
    with an_audited_log(address, tmp_path) as log, log.as_superuser() as connection:
        connection.execute("TRUNCATE checkpoint, subtree")
    answer = customers(
        "audit", "bundle", "李四", "--with-key", "--why", "x", "-o", tmp_path / "none.zip"
    )

    assert answer.code == 1
    assert "Not signed yet" in answer.told
    assert not (tmp_path / "none.zip").exists()
