"""A campaign that ran and a party that was held, for the demonstration data (演示)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from domain import campaign_commands as commands
from domain import commands as care_commands
from domain.access import Principal
from domain.activity import ActivityKind, ActivityPlan
from domain.application import CustomerCare
from domain.calendars.wall_time import first_instant
from domain.campaign import CampaignPlan, CampaignWords
from domain.campaign_message import CampaignAnswer, CampaignMessage
from domain.card import Purchase
from domain.care_choices import TextLanguage
from domain.channel import Channel
from domain.commands import Command
from domain.customer import Customer
from domain.delivery import Delivery, delivery_key
from domain.grade import Grade
from domain.ids import new_id
from domain.provenance import Provenance, signing
from domain.segment import Segment
from domain.silence import Silence

DAYS_AGO = 12
ASKED = 24
"""How many customers it was about; every other one had said yes to short messages."""

WORDS = (
    CampaignWords(
        language=TextLanguage.CHINESE,
        subject="新品：橡木地板",
        body="{{name}}，您好！橡木地板新品上市，欢迎垂询。{{owner}}",
    ),
    CampaignWords(
        language=TextLanguage.ENGLISH,
        subject="New: oak floors",
        body="Dear {{name}}, our new oak floors are here. {{owner}}",
    ),
)


class DemoCampaign:
    """Tells what reps and their manager did with a segment of their customers, days ago."""

    def __init__(
        self, care: CustomerCare, reps: Sequence[Principal], manager: Principal, now: datetime
    ) -> None:
        """Tell it of the days before `now`."""
        self._care = care
        self._reps = {rep.id: rep for rep in reps}
        self._manager = manager
        book = care.book()
        day = book.today(now) - timedelta(days=DAYS_AGO)
        self._day: date = day
        self._at = first_instant(datetime.combine(day, time(9, 30)), book.calendar.tz)
        self._closes = first_instant(datetime.combine(day, time(20)), book.calendar.tz)

    def tell(self, customers: Sequence[Customer]) -> None:
        """Record the campaign and the party with the good customers among these."""
        good = [each for each in customers if each.grade in {Grade.A, Grade.B} and each.owner_id]
        whom = good[:ASKED]
        for customer in whom[::2]:
            chosen = care_commands.ChooseCare(
                customer_id=customer.id, choices={"consents": {"sms": True}}
            )
            self._does(self._owner(customer), chosen, "电话同意")
        self._campaign(whom)
        self._party(whom)
        self._purchases(whom)

    def _campaign(self, whom: Sequence[Customer]) -> None:
        author = next(iter(self._reps.values()))
        plan = CampaignPlan(
            title="橡木地板上市", words=WORDS, segment=Segment(grades=(Grade.A, Grade.B)),
            starts_on=self._day, ends_on=self._day,
        )  # fmt: skip
        campaign_id = self._does(author, commands.PlanCampaign(plan=plan))
        ids = tuple(each.id for each in whom)
        approves = commands.ApproveCampaign(campaign_id=campaign_id, customer_ids=ids)
        self._does(self._manager, approves)
        for number, customer in enumerate(whom):
            self._message(campaign_id, plan.title, customer, is_told=number % 2 == 0)
        answers = (CampaignAnswer.INTERESTED, CampaignAnswer.DECLINED, CampaignAnswer.INTERESTED)
        for customer, answer in zip(whom[::4], answers, strict=False):
            command = commands.RecordAnswer(
                campaign_id=campaign_id, customer_id=customer.id, answer=answer
            )
            self._does(self._owner(customer), command)

    def _message(self, campaign_id: UUID, title: str, customer: Customer, *, is_told: bool) -> None:
        about = {
            "campaign_id": campaign_id, "customer_id": customer.id, "title": title,
            "owner_id": customer.owner_id, "due_at": self._at,
        }  # fmt: skip
        with signing(self._signature(Principal.system("demo"))):
            if not is_told:
                skipped = CampaignMessage.skip(reason=Silence.NO_CONSENT, **about)
                self._care.log.append(skipped.collect_events())
                return
            told = CampaignMessage.issue(
                send_at=self._at, expires_at=self._closes, channel=Channel.SMS,
                language=TextLanguage.CHINESE, **about,
            )  # fmt: skip
            sent = Delivery.begin(
                Delivery.Sent, id=delivery_key(told.id, 1, Channel.SMS, customer.id),
                intent_id=told.id, intent_version=1, customer_id=customer.id,
                recipient_id=customer.id, channel=Channel.SMS.value, attempts=1,
                provider_id="demo",
            )  # fmt: skip
            self._care.log.append([*told.collect_events(), *sent.collect_events()])

    def _party(self, whom: Sequence[Customer]) -> None:
        plan = ActivityPlan(
            title="老客户答谢会", kind=ActivityKind.PARTY, place="上海 · 和平饭店",
            starts_at=self._closes + timedelta(days=2, hours=18), capacity=len(whom) // 2,
        )  # fmt: skip
        activity_id = self._does(self._manager, commands.PlanActivity(plan=plan))
        ids = tuple(each.id for each in whom)
        self._does(self._manager, commands.InviteGuests(activity_id=activity_id, customer_ids=ids))
        for number, customer in enumerate(whom):
            answer = commands.AnswerInvitation(
                activity_id=activity_id, customer_id=customer.id, comes=number % 5 != 0,
                may_wait=True,
            )  # fmt: skip
            self._does(self._owner(customer), answer)
        seated = [i for i in ids if self._care.log.get(activity_id).guests[i] == "accepted"]
        self._at = plan.starts_at + timedelta(hours=4)
        there = commands.RecordAttendance(
            activity_id=activity_id, attended=tuple(seated[2:]), missed=tuple(seated[:2])
        )
        self._does(self._manager, there)

    def _purchases(self, whom: Sequence[Customer]) -> None:
        for customer in whom[::6]:
            line = Purchase(
                purchased_on=self._care.book().today(self._at), product="橡木地板",
                quantity=Decimal(20), amount=Decimal(5_600),
            )  # fmt: skip
            bought = care_commands.RecordPurchase(customer_id=customer.id, purchase=line)
            self._does(self._owner(customer), bought)

    def _owner(self, customer: Customer) -> Principal:
        return self._reps[customer.owner_id]

    def _does(self, who: Principal, command: Command, why: str = "") -> UUID:
        self._at += timedelta(seconds=40)
        return self._care.execute(command, self._signature(who, why)).subject_id

    def _signature(self, who: Principal, why: str = "") -> Provenance:
        return Provenance(principal=who, at=self._at, through="demo", correlation=new_id(), why=why)
