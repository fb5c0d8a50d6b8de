"""A company at work: Kezhi on a database of its own, three reps, their manager, and a clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from domain import aftercare_commands, campaign_commands, commands
from domain.access import Principal, Role, Scope
from domain.application import CustomerCare, Receipt
from domain.campaign_message import CampaignMessage
from domain.card import Card
from domain.contract import Instalment
from domain.delivery import Delivery
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from domain.handover_commands import BeginHandover
from domain.ids import new_id
from domain.intake_item import Letter
from domain.priority import ComplaintChannel
from domain.provenance import Provenance, signing
from domain.silence import Silence
from projections.projector import Projector
from projections.read_model import ReadModel
from projections.rebuild import rebuild
from tests.support.campaigns import a_campaign_plan, an_activity_plan

MONDAY = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""A working day, 9:30 in Shanghai."""

SYSTEM = Principal.system("test")


@dataclass(frozen=True)
class Original:
    """A company at work of whose database others are copies: that is quicker than founding them."""

    address: str
    keys: bytes
    staff: Sequence[UUID]


class Company:
    """Chen, Li and Wang sell in the team `east/shanghai`; Zhao manages `east`.

    `now` is when the next command is recorded; move it with `wait()`.
    """

    def __init__(self, address: str, key_file: Path, original: Original | None = None) -> None:
        self.key_file = key_file
        self.database = Database(address)
        if original is not None:
            key_file.write_bytes(original.keys)
            key_file.chmod(0o600)
        self.log = EventLog(self.database, MasterKeys.create(key_file))
        self.care = CustomerCare(self.log)
        self.now = MONDAY
        self.zhao, self.chen, self.li, self.wang = original.staff if original else self._founded()

    def _founded(self) -> list[UUID]:
        self.care.install(self.signature())
        zhao = self.joins("zhao", role=Role.MANAGER, scope=Scope.TEAM, team="east")
        reps = ("chen", "li", "wang")
        team = [self.joins(rep, team="east/shanghai", manager_id=zhao) for rep in reps]
        return [zhao, *team]

    def original(self) -> Original:
        """Return what copies of its database are opened with."""
        staff = (self.zhao, self.chen, self.li, self.wang)
        return Original(self.database.address, self.key_file.read_bytes(), staff)

    def wait(self, **span: float) -> None:
        """Let time pass, as `timedelta` counts it."""
        self.now += timedelta(**span)

    def does(self, command: commands.Command, by: UUID | None = None, why: str = "") -> Receipt:
        """Have a representative carry `command` out; without one the system does."""
        return self.care.execute(command, self.signature(by, why))

    def joins(self, login: str, **fields: Any) -> UUID:
        """Take somebody on and return his id."""
        fields = {"name": login.capitalize(), "email": f"{login}@example.com", **fields}
        return self.does(commands.AddRepresentative(login=login, **fields)).subject_id

    def registers(self, by: UUID, name: str, **fields: Any) -> UUID:
        """Have a rep open a customer's file; fields of the card and of the command alike."""
        card = {key: fields.pop(key) for key in Card.__dataclass_fields__ if key in fields}
        command = commands.RegisterCustomer(card=Card(name=name, **card), **fields)
        return self.does(command, by).subject_id

    def signs(self, customer_id: UUID, number: str) -> str:
        """Have a contract signed of 1,000.00 that is due today; return its id."""
        today = self.now.date()
        command = aftercare_commands.SignContract(
            customer_id=customer_id,
            number=number,
            amount=Decimal("1000.00"),
            signed_on=today,
            instalments=(Instalment(number=1, due_on=today, amount=Decimal("1000.00")),),
        )
        return str(self.does(command).subject_id)

    def hands_nothing_over(self) -> str:
        """Have a handover begun of nothing at all, from 王 to 李; return its id."""
        begin = BeginHandover(handover_id=new_id(), from_id=self.wang, to_id=self.li)
        return str(self.does(begin).subject_id)

    def hears_from_a_stranger(self) -> dict[str, str]:
        """Open a form and have a stranger write on it; return the ids of both."""
        form = aftercare_commands.OpenIntakeForm(label="官网", manager_id=self.zhao)
        form_id = self.does(form).subject_id
        letter = Letter(channel=ComplaintChannel.ONLINE, text="请寄目录")
        message = aftercare_commands.ReceiveMessage(form_id=form_id, key="1", letter=letter)
        return {"form_id": str(form_id), "message_id": str(self.does(message).subject_id)}

    def turns_to(self, customer_id: UUID) -> dict[str, str]:
        """Have a campaign approved for a customer who is not told, and invite him to an activity.

        Returns the ids of both.
        """
        plan = a_campaign_plan(starts_on=self.now.date(), ends_on=self.now.date())
        campaign = self.does(campaign_commands.PlanCampaign(plan=plan)).subject_id
        approves = campaign_commands.ApproveCampaign(
            campaign_id=campaign, customer_ids=(customer_id,)
        )
        self.does(approves, self.zhao)
        with signing(self.signature()):
            message = CampaignMessage.skip(
                reason=Silence.NO_CONSENT, campaign_id=campaign, customer_id=customer_id,
                owner_id=None, title=plan.title, due_at=self.now,
            )  # fmt: skip
        self.log.append(message.collect_events())
        party = an_activity_plan(starts_at=self.now + timedelta(minutes=1))
        activity = self.does(campaign_commands.PlanActivity(plan=party)).subject_id
        invites = campaign_commands.InviteGuests(activity_id=activity, customer_ids=(customer_id,))
        self.does(invites)
        return {"campaign_id": str(campaign), "activity_id": str(activity)}

    def tells_in_vain(self, rep_id: UUID, end: type[Any], **facts: str) -> UUID:
        """Have a mail to somebody fail or end in the unknown; return its key."""
        with signing(self.signature()):
            delivery = Delivery.begin(
                end,
                intent_id=new_id(),
                intent_version=1,
                customer_id=None,
                recipient_id=rep_id,
                channel="email",
                attempts=1,
                **facts,
            )
        self.log.append(delivery.collect_events())
        return delivery.id

    def principal(self, rep_id: UUID | None) -> Principal:
        """Return a representative as the log knows him; `Principal.system` for None."""
        if rep_id is None:
            return SYSTEM
        person = self.log.get(rep_id)
        team = (self.chen, self.li, self.wang) if person.scope is Scope.TEAM else ()
        return Principal.representative(rep_id, role=person.role, scope=person.scope, team_ids=team)

    def project(self, *read_models: type[ReadModel]) -> int:
        """Bring `read_models` to the head of the log; return the position."""
        return Projector(self.log, self.database, read_models).catch_up()

    def rebuild(self, *read_models: type[ReadModel]) -> int:
        """Build `read_models` anew and put them in place; return the position."""
        return rebuild(self.log, self.database, read_models)

    def signature(self, by: UUID | None = None, why: str = "") -> Provenance:
        """Return the provenance of what is done now."""
        principal = self.principal(by)
        return Provenance(
            principal=principal, at=self.now, through="test", correlation=new_id(), why=why
        )


@contextmanager
def a_company(address: str, original: Original | None = None) -> Iterator[Company]:
    """Lend a company at work on the migrated database at `address`, or a copy of an original's."""
    with TemporaryDirectory() as folder:
        company = Company(address, Path(folder) / "master.json", original)
        try:
            yield company
        finally:
            company.database.close()
