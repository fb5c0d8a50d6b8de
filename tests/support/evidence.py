"""A company whose log is signed, and an auditor who asks over HTTP for proofs and bundles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from domain import commands
from domain.access import Role, Scope
from domain.audit.report import Report
from domain.audit.verifier import Memory, Verifier
from domain.contact import Contact, ContactMethod
from domain.priority import ComplaintChannel
from projections.projector import Projector
from projections.registry import READ_MODELS
from tests.support.audits import KEY
from tests.support.http import Front
from workers.signing.checkpoint_file import CheckpointFile
from workers.signing.signer import Signer

REASON = {"reason": "季度审计", "sealed": False}


class Audit:
    """A company with a customer, a signer beside it, and an auditor with scope all."""

    def __init__(self, front: Front, folder: Path) -> None:
        self.front = front
        self.folder = folder
        company = front.company
        self.customer_id = company.registers(
            company.chen, "王小明", company="上海地板<b>有限公司</b>", phones=("13800138000",)
        )
        company.does(
            commands.FileComplaint(
                customer_id=self.customer_id, channel=ComplaintChannel.PHONE, summary="地板开裂"
            ),
            company.chen,
        )
        self.calls("很满意")
        company.registers(company.li, "李四", phones=("13900139000",))
        auditor = company.joins("he", role=Role.AUDITOR, scope=Scope.ALL)
        self.he = front.caller(auditor)
        self.auditor_id = auditor
        front.settle()
        self.signer = Signer(
            KEY,
            front.read.leaves,
            front.read.checkpoints,
            CheckpointFile(folder / "checkpoints.txt"),
            clock=lambda: company.now,
        )

    def calls(self, said: str) -> None:
        company = self.front.company
        contact = Contact(
            contacted_on=company.now.date(), method=ContactMethod.PHONE, feedback=said
        )
        command = commands.RecordContact(customer_id=self.customer_id, contact=contact)
        company.does(command, company.chen)

    def sign(self) -> None:
        self.front.company.wait(minutes=1)
        self.signer.sign()

    def bundle(self, name: str = "bundle.zip", **asked: Any) -> Path:
        answer = self.he.post(f"/customers/{self.customer_id}/bundles", {**REASON, **asked})
        assert answer.status_code == 200, answer.text
        path = self.folder / name
        path.write_bytes(answer.data)
        return path

    def verify(self, bundle: Path, memory: Memory | None = None) -> Report:
        return Verifier([KEY.verifier], memory).verify(bundle)


@contextmanager
def an_audit(front: Front, folder: Path) -> Iterator[Audit]:
    """Lend an audit with a projector at work, as there is one."""
    audit, stop = Audit(front, folder), Event()
    projector = Projector(front.company.log, front.company.database, READ_MODELS)
    thread = Thread(target=projector.run, args=(stop,))
    thread.start()
    try:
        yield audit
    finally:
        stop.set()
        thread.join()
