"""Demonstration data: a small company with two months behind it, the same for everybody."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import click
from rich.progress import track

from api.auth import new_token
from api.cli.demo_names import COMPLAINTS, NOTES, a_card, a_classification, a_purchase
from api.cli.session import Session
from domain import commands
from domain.access import GRANTS_BY_ROLE, Principal, Role, Scope
from domain.application import CustomerCare, Receipt
from domain.contact import Contact, ContactMethod
from domain.errors import CareError
from domain.grade import Grade
from domain.ids import new_id
from domain.priority import ComplaintChannel, Pressure, Severity
from domain.provenance import Provenance
from projections.bootstrap import ReadSide

DEMO_FILE = "demo-logins.json"
CUSTOMERS = 240
DAYS = 60
TOKEN_LIFE = timedelta(days=365)

_PEOPLE = (
    ("wangfang", "王芳", Role.REP, Scope.OWN, "east/shanghai", "zhaojing"),
    ("liqiang", "李强", Role.REP, Scope.OWN, "east/shanghai", "zhaojing"),
    ("chenmin", "陈敏", Role.REP, Scope.OWN, "east/hangzhou", "zhaojing"),
    ("liuyang", "刘洋", Role.REP, Scope.OWN, "east/hangzhou", "zhaojing"),
    ("zhaojing", "赵静", Role.MANAGER, Scope.TEAM, "east", "sunlei"),
    ("sunlei", "孙磊", Role.MANAGER, Scope.ALL, "", ""),
    ("auditor", "审计员", Role.AUDITOR, Scope.ALL, "", ""),
    ("admin", "管理员", Role.ADMINISTRATOR, Scope.ALL, "", ""),
    ("integration", "接口", Role.INTEGRATION, Scope.ALL, "", ""),
)

Do = Callable[..., Receipt]


@click.command("demo")
@click.pass_obj
def demo_command(session: Session) -> None:
    """Load demonstration data into an empty store and print its logins and tokens."""
    with session.opened() as read:
        if read.people.active_reps():
            msg = "the store is not empty; demonstration data only goes into an empty one"
            raise click.UsageError(msg)
        logins = load_demo(session, read)
    session.show(logins, columns=("role", "login", "token"))


def load_demo(session: Session, read: ReadSide) -> list[dict[str, str]]:
    """Record two months of a small company's work; return its logins with their tokens."""
    random = Random(20260217)  # noqa: S311 - the same data for everybody, not a secret
    now = datetime.now(UTC)
    story = _Story(read.care, random, now - timedelta(days=DAYS))
    reps, logins = story.hire(now + TOKEN_LIFE)
    steps = range(DAYS * 8)
    shown = track(steps, "Demonstration data") if session.shows_progress else steps
    for step in shown:
        story.at = now - timedelta(days=DAYS) + timedelta(hours=3 * step)
        story.live(reps, CUSTOMERS * (step + 1) // len(steps))
    path = session.store.data_folder / DEMO_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(logins, file, ensure_ascii=False, indent=2)
    return logins


class _Story:
    """Tells what happened, hour after hour, through the same door as everybody."""

    def __init__(self, care: CustomerCare, random: Random, begin: datetime) -> None:
        self.at = begin
        self._care = care
        self._random = random
        self._customers: list[tuple[UUID, Principal]] = []
        self._complaints: list[tuple[UUID, Principal, int]] = []

    def hire(self, tokens_end: datetime) -> tuple[list[Principal], list[dict[str, str]]]:
        """Take everybody on, those above first, and give each a token."""
        system = Principal.system("demo")
        ids: dict[str, UUID] = {}
        reps: list[Principal] = []
        logins: list[dict[str, str]] = []
        for login, name, role, scope, team, manager in reversed(_PEOPLE):
            receipt = self._do(
                system,
                commands.AddRepresentative(
                    login=login, name=name, email=f"{login}@kezhi.example", role=role,
                    scope=scope, team=team, manager_id=ids.get(manager),
                ),
            )  # fmt: skip
            ids[login] = receipt.subject_id
            token, digest = new_token()
            self._do(
                system,
                commands.IssueToken(
                    rep_id=receipt.subject_id, token_id=new_id(), token_sha256=digest,
                    label="demo", grants=GRANTS_BY_ROLE[role], expires_at=tokens_end,
                ),
            )  # fmt: skip
            logins.insert(0, {"login": login, "name": name, "role": role.value, "token": token})
            if role is Role.REP:
                reps.append(Principal.representative(ids[login], role=role, scope=scope))
        return reps, logins

    def live(self, reps: list[Principal], customers: int) -> None:
        """Let three hours pass: new customers, contacts, purchases and complaints."""
        while len(self._customers) < customers:
            rep = self._random.choice(reps)
            receipt = self._do(
                rep,
                commands.RegisterCustomer(
                    card=a_card(self._random, len(self._customers)),
                    classification=a_classification(self._random),
                ),
            )
            self._customers.append((receipt.subject_id, rep))
        for customer_id, rep in self._random.sample(self._customers, min(4, len(self._customers))):
            with suppress(CareError):
                self._contact(customer_id, rep)
        if self._random.random() < 0.15:  # noqa: PLR2004 - about one a day
            customer_id, rep = self._random.choice(self._customers)
            self._do(
                rep,
                commands.RecordPurchase(
                    customer_id=customer_id, purchase=a_purchase(self._random, self._today)
                ),
            )
        if self._random.random() < 0.03:  # noqa: PLR2004 - about two a week
            self._complain()
        for complaint_id, rep, step in self._complaints[-6:]:
            self._work_on(complaint_id, rep, step)

    def _contact(self, customer_id: UUID, rep: Principal) -> None:
        if self._random.random() < 0.5:  # noqa: PLR2004 - half of it is one key
            key = self._random.choice("123456")
            self._do(rep, commands.RecordQuickNote(customer_id=customer_id, key=key))
            return
        contact = Contact(
            contacted_on=self._today,
            method=self._random.choices(list(ContactMethod), weights=(6, 3, 1, 1, 3, 1, 1))[0],
            text=self._random.choice(NOTES),
            grade=self._random.choices([None, *Grade], weights=(4, 1, 2, 3, 3, 1))[0],
        )
        self._do(rep, commands.RecordContact(customer_id=customer_id, contact=contact))

    def _complain(self) -> None:
        customer_id, rep = self._random.choice(self._customers)
        receipt = self._do(
            rep,
            commands.FileComplaint(
                customer_id=customer_id,
                channel=self._random.choice(list(ComplaintChannel)),
                summary=self._random.choice(COMPLAINTS),
                severity=self._random.choice(list(Severity)),
                pressure=self._random.choice(list(Pressure)),
            ),
        )
        self._complaints.append((receipt.subject_id, rep, 0))

    def _work_on(self, complaint_id: UUID, rep: Principal, step: int) -> None:
        """Take the next step now and then; the last complaints stay open and climb."""
        if rep.id is None or self._random.random() > 0.2:  # noqa: PLR2004 - a step or two a day
            return
        steps: list[commands.Command] = [
            commands.AssignComplaint(complaint_id=complaint_id, handler_id=rep.id),
            commands.AcknowledgeComplaint(complaint_id=complaint_id),
            commands.InvestigateComplaint(complaint_id=complaint_id, cause="仓库装车时漏检"),
            commands.ResolveComplaint(complaint_id=complaint_id, solution="补发并承担运费"),
            commands.ReportOutcome(complaint_id=complaint_id, channel=ComplaintChannel.PHONE),
            commands.CloseComplaint(complaint_id=complaint_id, satisfaction=4),
        ]
        if step < len(steps):
            self._do(rep, steps[step])
            place = self._complaints.index((complaint_id, rep, step))
            self._complaints[place] = (complaint_id, rep, step + 1)

    @property
    def _today(self) -> date:
        return self._care.book().today(self.at)

    def _do(self, principal: Principal, command: commands.Command) -> Receipt:
        provenance = Provenance(
            principal=principal, at=self.at, through="demo", correlation=new_id()
        )
        return self._care.execute(command, provenance)
