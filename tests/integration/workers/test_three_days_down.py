"""Three days down, then up: each kind of work follows its own rule, and its event says so (D7)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain import commands
from domain.aftercare_commands import SignContract
from domain.campaign_commands import ApproveCampaign, PlanActivity, PlanCampaign
from domain.campaign_message import CampaignMessage
from domain.card import Purchase
from domain.complaint import Complaint
from domain.contract import Instalment
from domain.customer import Customer
from domain.delivery import Delivery
from domain.grade import Grade
from domain.greeting import Greeting
from domain.policies.book import PolicyKind
from domain.reminder import Reminder
from domain.task import Task
from tests.support.campaigns import a_campaign_plan, an_activity_plan
from tests.support.care import Company
from tests.support.shift import Shift

DOWN = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
"""A Tuesday, 20:00 in Shanghai."""
UP = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)
"""The Friday after it, 19:00 in Shanghai: an hour in which greetings still go out."""
WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 3, day) for day in (4, 5, 6))
OPENING = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)


def registered(company: Company, day: datetime, grade: Grade, **card: Any) -> UUID:
    company.now = day
    return company.registers(company.chen, f"顾客{day:%m%d}", grade=grade, **card)


def live(company: Company, shift: Shift) -> dict[str, UUID]:
    """Come to the evening before three days in which everything there is falls due."""
    courtesies = [
        {"kind": "gift", "occasion": "birthday", "grades": ["D"], "days_before": 7},
        {"kind": "visit", "occasion": "company_day", "grades": ["D"], "days_before": 0},
    ]
    company.does(
        commands.AmendPolicy(
            kind=PolicyKind.GREETINGS,
            content={"occasions": ["birthday"], "courtesies": courtesies},
        )
    )
    # Whoever was registered before counts as well.
    company.does(commands.AmendPolicy(kind=PolicyKind.POOL, content={"counts_from": None}))
    ids = {}
    when = datetime(2026, 2, 13, 2, 0, tzinfo=UTC)
    ids["climbing"] = registered(company, when.replace(day=14), Grade.C)
    ids["warned"] = registered(company, when.replace(day=15), Grade.B)
    ids["returned"] = registered(company, when.replace(day=25), Grade.A)
    for name, birthday in (("missed", "03-04"), ("greeted", "03-06"), ("gift", "03-12")):
        mail = {"birthday": f"1990-{birthday}", "email": f"{name}@example.com"}
        ids[name] = registered(company, when.replace(day=26), Grade.D, **mail)
        consent = commands.ChooseCare(customer_id=ids[name], choices={"consents": {"email": True}})
        company.does(consent, why="form")
    ids["visit"] = registered(company, when.replace(day=26), Grade.D, company_day="2001-03-05")
    shift.works_until(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    bought = Purchase(
        purchased_on=date(2026, 3, 2), product="地板", quantity=Decimal(1), amount=Decimal(9)
    )
    company.does(commands.RecordPurchase(customer_id=ids["gift"], purchase=bought))
    shift.works_until(datetime(2026, 3, 3, 9, 40, tzinfo=UTC))
    ids["complaint"] = shift.complains(ids["greeted"])
    instalment = Instalment(number=1, due_on=THURSDAY, amount=Decimal(1000))
    company.does(
        SignContract(
            customer_id=ids["gift"], number="HT-1", amount=Decimal(1000),
            signed_on=date(2026, 3, 3), instalments=(instalment,),
        )
    )  # fmt: skip
    told = (ids["missed"], ids["gift"], ids["greeted"])
    ids["over"] = launched(company, told, WEDNESDAY, THURSDAY)
    ids["running"] = launched(company, told, WEDNESDAY, FRIDAY)
    party = an_activity_plan(starts_at=datetime(2026, 3, 5, 10, 0, tzinfo=UTC))
    ids["party"] = company.does(PlanActivity(plan=party), company.chen).subject_id
    ids["invites"] = launched(company, told, WEDNESDAY, FRIDAY, activity_id=ids["party"])
    shift.works_until(DOWN)
    return ids


def launched(
    company: Company, whom: tuple[UUID, ...], first: date, last: date, **plan: Any
) -> UUID:
    """Have a campaign planned and approved."""
    planned = a_campaign_plan(starts_on=first, ends_on=last, **plan)
    campaign = company.does(PlanCampaign(plan=planned), company.chen).subject_id
    company.does(ApproveCampaign(campaign_id=campaign, customer_ids=whom), company.zhao)
    return campaign


def test_each_kind_follows_its_own_rule_and_says_how_late_it_was(
    company: Company, shift: Shift
) -> None:
    ids = live(company, shift)
    shift.stage.uptime.note(DOWN)
    before = len(shift.events(object))
    company.now = UP
    shift.stage.uptime.note(UP)
    for _ in range(3):  # What follows from a late step is looked at in the next turn.
        shift.works()
    events = shift.events(object)[before:]
    print(dict(Counter(event.TOPIC for event in events)))  # noqa: T201 - the counts of the issue

    def of(*kinds: type[Any]) -> list[Any]:
        return [event for event in events if isinstance(event, kinds)]

    # Deadlines: each rung that was missed, in order, with the moment it was due.
    rungs = of(Complaint.Escalated, Complaint.EscalationStranded)
    assert [rung.due_at for rung in rungs] == sorted(rung.due_at for rung in rungs)
    assert len(rungs) == 8
    assert all(DOWN < rung.due_at < rung.timestamp == UP for rung in rungs)
    # Lists: one for the three days, and the next one is tomorrow's.
    lists = of(Reminder.DigestIssued, Reminder.Skipped)
    assert Counter(each.rep_id for each in lists).most_common(1)[0][1] == 1
    assert {(each.day, each.due_at) for each in lists} == {(WEDNESDAY, OPENING)}
    assert {row.day for row in shift.owes(company.chen) if row.kind == "digest"} == {
        date(2026, 3, 7)
    }
    # Receivables: one list that names the newest reminder only.
    (reminder,) = of(Reminder.ReceivablesIssued, Reminder.ReceivablesSkipped)
    assert (reminder.day, reminder.due_at, reminder.count) == (FRIDAY, OPENING, 1)
    # The ladder: one rung, not the one that would have followed it meanwhile.
    climbed = {each.originator_id: each for each in of(Customer.FollowUpEscalated)}
    assert len(climbed) == len(of(Customer.FollowUpEscalated))
    assert (climbed[ids["climbing"]].level, climbed[ids["climbing"]].climbed_on) == (1, FRIDAY)
    # The pool: warned late, and nobody goes back before the grace is over.
    (warned,) = of(Customer.PoolWarned)
    assert (warned.originator_id, warned.warned_on) == (ids["warned"], FRIDAY)
    assert of(Customer.ReturnedToPool) == []
    # Greetings: of the day itself until its evening, never later.
    greeted = {each.customer_id: each for each in of(Greeting.Decided)}
    assert greeted[ids["missed"]].reason == "missed-window"
    assert greeted[ids["missed"]].due_at < DOWN.replace(day=5)
    assert greeted[ids["greeted"]].reason == "open-complaint"
    # Gifts and visits: until the occasion. Return visits: for two weeks.
    tasks = {(each.kind, each.customer_id): each for each in of(Task.Opened, Task.Skipped)}
    assert tasks["gift", ids["gift"]].due_on == FRIDAY
    assert tasks["visit", ids["visit"]].reason == "too-late"
    assert tasks["return_visit", ids["gift"]].due_on == FRIDAY
    assert {each.owed_at for each in tasks.values()} == {OPENING}
    # Campaigns: until their last day, an invitation until what it invites to begins.
    messages = Counter(
        (each.campaign_id, getattr(each, "reason", "issued"))
        for each in of(CampaignMessage.Decided)
    )
    assert messages == {
        (ids["over"], "missed-window"): 2, (ids["over"], "open-complaint"): 1,
        (ids["running"], "issued"): 2, (ids["running"], "open-complaint"): 1,
        (ids["invites"], "missed-window"): 2, (ids["invites"], "open-complaint"): 1,
    }  # fmt: skip
    issued = of(CampaignMessage.Issued)
    assert {(each.send_at, each.expires_at) for each in issued} == {(UP, UP.replace(hour=12))}
    # Whatever was told is told once.
    told = Counter(each.originator_id for each in of(Delivery.Ended))
    assert set(told.values()) <= {1}
