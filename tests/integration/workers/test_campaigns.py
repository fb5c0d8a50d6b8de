"""Campaigns: told once to whoever may be told, with the reason for everybody else (R73, R76)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain import campaign_commands, commands
from domain.access import EVERYTHING
from domain.campaign import CampaignPlan, CampaignWords
from domain.campaign_message import CampaignAnswer, CampaignMessage
from domain.card import Purchase
from domain.care_choices import TextLanguage
from domain.delivery import Delivery
from domain.erasure_commands import EraseCustomer
from domain.grade import Grade
from domain.ids import new_id
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel
from domain.task import Task
from projections.campaigns.projection import CampaignsProjection
from projections.campaigns.queries import After, CampaignResults
from projections.parking import retry_parked
from tests.integration.channels.post_office import CUT, opened
from tests.support.campaigns import an_activity_plan
from tests.support.care import Company
from tests.support.shift import CaughtHints, Shift

WORDS = (
    CampaignWords(
        language=TextLanguage.CHINESE, subject="新品：{{company}}", body="{{name}}，您好！{{owner}}"
    ),
    CampaignWords(language=TextLanguage.ENGLISH, subject="New for you", body="Dear {{name}}"),
)
MONTH = After(days=30, zone="Asia/Shanghai")


@pytest.fixture(autouse=True)
def at_once(company: Company) -> None:
    company.does(commands.AmendPolicy(kind=PolicyKind.GREETINGS, content={"spread_minutes": 0}))


def a_customer(company: Company, name: str = "王小明", **choices: Any) -> UUID:
    """Register a customer who says yes to mail."""
    address = f"{name.encode().hex()}@example.com"
    customer = company.registers(company.chen, name, email=address)
    chosen = {"consents": {"email": True}, **choices}
    company.does(commands.ChooseCare(customer_id=customer, choices=chosen), why="form")
    return customer


def a_plan(company: Company, **fields: Any) -> CampaignPlan:
    today = company.now.date()
    fields = {"title": "橡木地板", "words": WORDS, "starts_on": today, "ends_on": today, **fields}
    return CampaignPlan(**fields)


def launched(company: Company, *customers: UUID, **fields: Any) -> UUID:
    """Have Chen plan a campaign and Zhao approve it for these customers."""
    plan = a_plan(company, **fields)
    campaign = company.does(campaign_commands.PlanCampaign(plan=plan), company.chen).subject_id
    approves = campaign_commands.ApproveCampaign(campaign_id=campaign, customer_ids=customers)
    company.does(approves, company.zhao)
    return campaign


def decided(shift: Shift) -> list[Any]:
    return shift.events(CampaignMessage.Decided)


def results(shift: Shift, campaign: UUID) -> CampaignResults:
    shift.project()
    return shift.read.campaigns.results(campaign, EVERYTHING, MONTH)


def test_whom_it_is_for_is_told_once_in_his_language(
    begin: Callable[..., Shift], company: Company
) -> None:
    with opened() as post:
        shift = begin(mail_port=post.port)
        wang, anna = a_customer(company), a_customer(company, "Anna", language="en")
        campaign = launched(company, wang, anna)
        for _ in range(3):
            shift.works()
        mail = [message_from_bytes(m.content, policy=policy.default) for m in post.mail]

    told = {each["To"]: each for each in mail if each["To"] and "chen@" not in each["To"]}
    assert sorted(each["Subject"] for each in told.values()) == ["New for you", "新品："]
    assert len(told) == len(mail) == 2
    counted = results(shift, campaign)
    assert (counted.audience, counted.reached, counted.owed, counted.skipped) == (2, 2, 0, 0)


def complain(company: Company, customer: UUID) -> None:
    company.does(
        commands.FileComplaint(customer_id=customer, channel=ComplaintChannel.PHONE, summary="货损")
    )


def refuse(company: Company, customer: UUID) -> None:
    company.does(commands.ChooseCare(customer_id=customer, choices={"consents": {"email": False}}))


def opt_out(company: Company, customer: UUID) -> None:
    company.does(commands.ChooseCare(customer_id=customer, choices={"wants_offers": False}))


def bury(company: Company, customer: UUID) -> None:
    company.does(commands.RegradeCustomer(customer_id=customer, grade=Grade.E), company.chen)
    company.does(commands.ChooseCare(customer_id=customer, choices={"wants_greetings": True}))


def lose_address(company: Company, customer: UUID) -> None:
    company.does(commands.CorrectCustomer(customer_id=customer, card={"email": ""}), why="bounced")


SILENCED = pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (complain, "open-complaint"),
        (refuse, "no-consent"),
        (opt_out, "opted-out"),
        (bury, "dead"),
        (lose_address, "no-address"),
    ],
)


@SILENCED
def test_who_is_not_told_is_on_record_with_the_reason(
    company: Company, shift: Shift, happens: Any, reason: str
) -> None:
    """X3: the dead are told of nothing, even if they like to be greeted."""
    customer = a_customer(company)
    campaign = launched(company, customer)
    happens(company, customer)
    shift.works()

    (skipped,) = decided(shift)
    assert isinstance(skipped, CampaignMessage.Skipped)
    assert skipped.reason == reason
    assert results(shift, campaign).skipped_for == {reason: 1}


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (complain, "open-complaint"),
        (refuse, "no-consent"),
        (opt_out, "opted-out"),
        (bury, "dead"),
        (lose_address, "no-channel"),
    ],
)
def test_nothing_leaves_after_he_has_changed_his_mind(
    begin: Callable[..., Shift], company: Company, happens: Any, reason: str
) -> None:
    with opened() as post:
        shift = begin(mail_port=post.port)
        customer = a_customer(company)
        launched(company, customer)
        shift.project()
        shift.tick(job=shift.stage.campaigning)
        happens(company, customer)
        shift.works()

        assert [m for m in post.mail if "chen@example.com" not in m.rcpt_tos] == []
    (skipped,) = [e for e in shift.events(Delivery.Skipped) if e.recipient_id == customer]
    assert skipped.reason == reason


def test_it_leaves_between_the_hours_where_the_customer_lives(
    begin: Callable[..., Shift], company: Company
) -> None:
    with opened() as post:
        shift = begin(mail_port=post.port)
        night_owl = a_customer(company, zone="Pacific/Honolulu")
        launched(company, night_owl, ends_on=date(2026, 3, 4))
        shift.works()
        assert post.mail == []
        company.now = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
        shift.works()

        assert len(post.mail) == 1
    (issued,) = decided(shift)
    assert issued.send_at == datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
    assert issued.expires_at == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)


def test_after_its_last_day_nobody_is_told_any_more(company: Company, shift: Shift) -> None:
    customer = a_customer(company)
    launched(company, customer)
    shift.project()
    company.wait(days=2)
    shift.works()

    assert [each.reason for each in decided(shift)] == ["missed-window"]


def test_paused_nothing_leaves_and_resumed_it_goes_on(
    begin: Callable[..., Shift], company: Company
) -> None:
    with opened() as post:
        shift = begin(mail_port=post.port)
        begun, waiting = a_customer(company), a_customer(company, "李小红")
        campaign = launched(company, begun)
        other = launched(company, waiting)
        shift.project()
        shift.tick(job=shift.stage.campaigning)
        for each in (campaign, other):
            company.does(campaign_commands.PauseCampaign(campaign_id=each), company.chen)
        shift.works()
        assert post.mail == []
        company.wait(minutes=10)
        for each in (campaign, other):
            company.does(campaign_commands.ResumeCampaign(campaign_id=each), company.zhao)
        shift.works()

        assert len(post.mail) == 2
    assert results(shift, campaign).reached == 1


def test_called_off_nobody_more_is_told_and_that_is_on_record(
    begin: Callable[..., Shift], company: Company
) -> None:
    with opened() as post:
        shift = begin(mail_port=post.port)
        first, second = a_customer(company), a_customer(company, "李小红")
        campaign = launched(company, first)
        shift.project()
        shift.tick(job=shift.stage.campaigning)
        later = launched(company, second, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 9))
        for each in (campaign, later):
            cancels = campaign_commands.CancelCampaign(campaign_id=each)
            company.does(cancels, company.chen, why="价格有误")
        shift.works()

        assert post.mail == []
    assert results(shift, campaign).skipped_for == {"cancelled": 1}
    assert results(shift, later).skipped_for == {"cancelled": 1}


def test_what_may_have_arrived_is_never_sent_again_by_itself(
    begin: Callable[..., Shift], company: Company
) -> None:
    with opened() as post:
        post.answers["DATA"] = CUT
        shift = begin(mail_port=post.port)
        campaign = launched(company, a_customer(company), ends_on=date(2026, 3, 9))
        shift.works()
        post.answers.clear()
        for _ in range(3):
            company.wait(hours=1)
            shift.works()

        assert len(post.mail) == 1
    (unknown,) = shift.events(Delivery.Ended)
    assert isinstance(unknown, Delivery.Unknown)
    assert results(shift, campaign).unknown == 1


def test_hints_that_come_twice_and_workers_that_race_tell_each_once(
    company: Company, shift: Shift
) -> None:
    launched(company, *(a_customer(company, f"王小明{number}") for number in range(5)))
    shift.project()
    hints = CaughtHints()
    shift.tick(hints, job=shift.stage.campaigning)
    for job, _, keys in [*hints.sent, *hints.sent]:
        job.run(keys)

    assert len(decided(shift)) == len({each.originator_id for each in decided(shift)}) == 5


def buys(company: Company, customer: UUID, on: date) -> None:
    line = Purchase(purchased_on=on, product="橡木地板", quantity=Decimal(1), amount=Decimal(9))
    company.does(commands.RecordPurchase(customer_id=customer, purchase=line))


def test_who_answered_and_who_bought_is_counted_and_comes_out_of_the_log_again(
    begin: Callable[..., Shift], company: Company
) -> None:
    with opened() as post:
        shift = begin(mail_port=post.port)
        keen, slow, cold = (a_customer(company, name) for name in ("王小明", "李小红", "张三"))
        buys(company, cold, company.now.date())
        campaign = launched(company, keen, slow, cold)
        shift.works()
    answers = campaign_commands.RecordAnswer(
        campaign_id=campaign, customer_id=keen, answer=CampaignAnswer.INTERESTED, note="要报价"
    )
    company.does(answers, company.chen)
    company.wait(days=5)
    buys(company, keen, company.now.date())
    company.wait(days=40)
    buys(company, slow, company.now.date())

    counted = results(shift, campaign)
    assert (counted.reached, counted.answered, counted.interested, counted.bought) == (3, 1, 1, 1)
    assert (
        shift.read.campaigns.results(campaign, EVERYTHING, After(days=60, zone="UTC")).bought == 2
    )
    rows = shift.read.campaigns.messages(campaign, EVERYTHING, MONTH)
    assert {r.customer_id: (r.answer, r.bought_on) for r in rows if r.answer} == {
        keen: ("interested", date(2026, 3, 7))
    }
    (task,) = shift.events(Task.Opened)
    assert (task.kind, task.customer_id, task.details) == ("follow_up", keen, "要报价")
    company.rebuild(CampaignsProjection)
    assert shift.read.campaigns.results(campaign, EVERYTHING, MONTH) == counted
    assert shift.read.campaigns.messages(campaign, EVERYTHING, MONTH) == rows


def test_an_invitation_for_a_day_ahead_waits_for_it(company: Company, shift: Shift) -> None:
    launched(company, a_customer(company), starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 9))
    shift.works()
    assert decided(shift) == []
    company.now = datetime(2026, 3, 9, 1, 0, tzinfo=UTC) + timedelta(seconds=1)
    shift.works()

    assert len(decided(shift)) == 1


def test_who_is_erased_before_he_is_named_stands_on_no_list_and_is_owed_nothing(
    company: Company, shift: Shift
) -> None:
    """The audience was looked up a moment before he was erased (D12)."""
    wang, gone = a_customer(company), a_customer(company, "李小红")
    party = campaign_commands.PlanActivity(plan=an_activity_plan())
    activity = company.does(party, company.chen).subject_id
    company.does(EraseCustomer(customer_id=gone), why="asked for it")
    shift.project()
    campaign = launched(company, wang, gone, activity_id=activity)
    shift.works()

    assert [each.customer_id for each in decided(shift)] == [wang]
    assert results(shift, campaign).audience == 1
    guests = shift.read.campaigns.guests(activity, EVERYTHING, MONTH)
    assert [guest.customer_id for guest in guests] == [wang]


def test_whose_key_was_lost_for_a_while_stands_on_every_list_again_once_he_is_released(
    company: Company, shift: Shift
) -> None:
    wang, lost = a_customer(company), a_customer(company, "李小红")
    party = campaign_commands.PlanActivity(plan=an_activity_plan())
    activity = company.does(party, company.chen).subject_id
    campaign = launched(company, wang, lost, activity_id=activity)
    shift.works()

    def listed() -> tuple[Any, ...]:
        campaigns = shift.read.campaigns
        guests = campaigns.guests(activity, EVERYTHING, MONTH)
        return results(shift, campaign), campaigns.messages(campaign, EVERYTHING, MONTH), guests

    before = listed()
    assert [len(rows) for rows in before[1:]] == [2, 2]
    elsewhere = new_id()
    move = "UPDATE eventlog.subject_key SET subject_id = %s WHERE subject_id = %s"
    with psycopg.connect(company.database.address) as connection:
        connection.execute(move, (elsewhere, lost))
    company.rebuild(CampaignsProjection)
    assert [len(rows) for rows in listed()[1:]] == [1, 1]
    with psycopg.connect(company.database.address) as connection:
        connection.execute(move, (lost, elsewhere))

    assert retry_parked(company.log, company.database, CampaignsProjection) == 0
    assert listed() == before
