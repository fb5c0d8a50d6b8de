"""What an auditor holds from before an erasure goes on proving, and the log proves to him after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.audit.report import Verdict
from domain.audit.verifier import Memory, Verifier
from domain.erasure_commands import EraseCustomer
from domain.eventstore.log_export import export_log
from domain.eventstore.settings import StoreSettings
from tests.support.audits import KEY
from tests.support.evidence import Audit, an_audit
from tests.support.http import a_front
from tests.support.problems import problem_of
from workers.erasing.procedure import Erasing


@pytest.fixture
def signed(database: str, tmp_path: Path) -> Iterator[Audit]:
    """A company with an auditor, of whose log everything is signed."""
    with a_front(database) as front, an_audit(front, tmp_path) as audit:
        audit.sign()
        yield audit


def whole_log(audit: Audit, memory: Memory) -> Verdict:
    """Check the whole log as an auditor does who holds what is in `memory`."""
    file, log = audit.folder / "log.zip", audit.front.company.log
    with file.open("wb") as target:
        export_log(log.database, log.recorder.schema, target, datetime.now(UTC))
    return Verifier([KEY.verifier], memory).verify(file).verdict


def test_checkpoints_from_before_and_after_an_erasure_hold_together(
    signed: Audit, tmp_path: Path
) -> None:
    company, memory = signed.front.company, Memory(tmp_path / "memory")
    store = StoreSettings.from_environment(
        {"KEZHI_DATABASE_URL": company.database.address, "KEZHI_DATA": str(tmp_path)}
    )
    old = signed.bundle()
    assert whole_log(signed, memory) is Verdict.CLEAN

    company.does(EraseCustomer(customer_id=signed.customer_id), why="工单 4711")
    signed.front.settle()
    assert Erasing(signed.front.read, store).run() is not None
    signed.sign()

    assert whole_log(signed, memory) is Verdict.CLEAN
    assert signed.verify(old).verdict is Verdict.CLEAN
    proof = signed.he.get(f"/customers/{signed.customer_id}/proof")
    assert proof.status_code == 200
    path = f"/customers/{signed.customer_id}/bundles"
    problem_of(signed.he.post(path, {"reason": "季度审计", "sealed": True}), 410, "erased")
