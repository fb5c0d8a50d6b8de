"""One history that holds an event of every topic, each stream once through all of its events."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain import erasure, follow_up, pool
from domain.access import Grant, Principal, Role, Scope
from domain.access_record import AccessKind, AccessRecord
from domain.aggregate import CareAggregate
from domain.card import Card, CardSource, Verification, corrected
from domain.care_choices import CareChoices, TextLanguage
from domain.caring import choose
from domain.channel import Address, Channel
from domain.complaint import Complaint
from domain.contact import ContactMethod, ContactPurpose
from domain.contract import Contract
from domain.customer import Customer
from domain.delivery import Delivery, End, delivery_key
from domain.erasure_events import ErasureGround
from domain.grade import Demand, Grade, Importance
from domain.greeting import Greeting
from domain.identity import Claim, ClaimKind, IdentityClaim, claims_of_card
from domain.intake_item import IntakeItem
from domain.occasion import Occasion, OccasionKind
from domain.plain import from_plain
from domain.policies.book import PolicyKind
from domain.policy import Policy
from domain.priority import Clock, ComplaintChannel, Pressure, Severity
from domain.recomputation import Recomputation, Subject
from domain.reminder import Receivable, Reminder, SkipReason
from domain.representative import Representative
from domain.silence import Silence
from domain.task import Cause, Courtesy, Task, TaskKind
from tests.support.campaigns import an_activitys_history, campaigns
from tests.support.examples import (
    BLINDING_SECRET,
    a_card,
    a_complaint,
    a_contact,
    a_contract,
    a_customer,
    a_policy,
    a_purchase,
    a_representative,
    a_task,
    an_instalment,
    an_intake_form,
    an_intake_item,
)
from tests.support.handovers import a_handovers_history
from tests.support.moments import (
    LI,
    NOW,
    QIAN,
    TODAY,
    TOMORROW,
    WANG,
    ZHAO,
    an_id,
    at,
    signed,
    the_book,
)

WHY = "客户要求"


def a_history() -> list[Any]:
    """Return events of every topic, stream after stream."""
    aggregates: list[CareAggregate] = [
        a_customers_history(),
        a_complaints_history(),
        *tasks(),
        a_contracts_history(),
        *what_came_in(),
        a_representatives_history(),
        a_policys_history(),
        an_identitys_history(),
        *reminders(),
        *deliveries(),
        *recomputations(),
        *greetings(),
        *campaigns(),
        an_activitys_history(),
        *access_records(),
        a_handovers_history(),
    ]
    return [event for aggregate in aggregates for event in aggregate.collect_events()]


def a_customers_history() -> Customer:
    card = a_card(
        contact="王太太",
        email="wang@example.com",
        wechat="wxm",
        address="上海市南京东路 1 号",
        birthday="1978-08-15",
        needs="地板",
        notes="喜欢浅色",
    )
    customer = a_customer(
        card=card,
        reference="K-0042",
        second_owner_id=ZHAO.id,
        source=CardSource.SURVEY_AGENCY,
        source_cost=Decimal("800.00"),
        promised_on=TOMORROW,
        importance=Importance.KEY,
        demand=Demand.PRESENT,
        needed_by=at(TODAY + timedelta(days=20)).date(),
        expected_on=TODAY + timedelta(days=40),
        industry="工程",
        tags=("展会",),
        route_position=3,
    )
    book = the_book()
    with signed(why=WHY):
        better = corrected(
            from_plain(Card, customer.card), {"phones": ["13900139000"], "needs": ""}
        )
        customer.correct_card(better, claims_of_card(BLINDING_SECRET, better, customer.reference))
        customer.reclassify(book, corrected(customer.axes, {"district": "黄浦", "tags": []}))
        customer.verify_card(Verification.DISPUTED)
        customer.contact(
            book,
            a_contact(
                method=ContactMethod.VISIT,
                purpose=ContactPurpose.RETURN_VISIT,
                feedback="颜色偏深",
                suggestions="多备浅色",
                satisfaction=4,
                demand=Demand.PRESENT,
                expected_on=TODAY + timedelta(days=20),
                promised_on=TODAY + timedelta(days=90),
                defer_reason="春节后再谈",
            ),
        )
        customer.regrade(book, grade=Grade.C)
        customer.change_owner(WANG.id)
        customer.change_second_owner(LI.id)
        customer.record_purchase(book, a_purchase(currency="USD", order_no="S-17"))
        customer.link_partner("K-0043", claims_of_card(BLINDING_SECRET, better, "K-0043"))
    with signed(by=Principal.system("decisions")):
        later = replace(customer.due, on=customer.due.on + timedelta(days=1))
        customer.trigger_event(Customer.DueMoved, policy="calendar", before=customer.due, due=later)
    with signed(why="电话中同意"):
        choices = CareChoices(
            zone="Asia/Urumqi", consents={Channel.SMS: True}, wants_greetings=True
        )
        choose(customer, choices)
    with signed(at(date(2027, 3, 1), 9), by=Principal.system("decisions")):
        follow_up.escalate(customer, book, owner_id=WANG.id, manager_id=ZHAO.id)
        pool.warn(customer, book)
    with signed(at(date(2027, 3, 4), 9), by=Principal.system("decisions")):
        pool.give_back(customer, book, manager_id=ZHAO.id, grace_until=at(date(2027, 3, 4), 8))
    with signed(at(date(2027, 3, 5)), by=ZHAO):
        pool.take_out(customer, book, ZHAO.id)
    with signed(at(date(2027, 3, 8)), by=ZHAO, why="诉讼保全"):
        erasure.hold(customer)
        erasure.lift_hold(customer)
    with signed(at(date(2027, 3, 8)), by=ZHAO, why="工单 4711"):
        erasure.erase(customer, ErasureGround.REQUESTED, date(2027, 3, 8))
    with signed(at(date(2027, 3, 8)), by=Principal.system("erasure")):
        customer.trigger_event(
            Customer.ErasureCompleted, searched={"rows": 100}, found={}, knew_values=True
        )
    return customer


def a_complaints_history() -> Complaint:
    book, complaint = the_book(), a_complaint(details="三箱都有裂纹")
    rungs = {c.percent: c for c in complaint.climbs if c.clock is Clock.ACKNOWLEDGE}
    with signed(NOW + timedelta(minutes=5), why=WHY):
        complaint.triage(book, Severity.MAJOR, Pressure.NORMAL)
        complaint.assign(WANG.id)
    with signed(rungs[100].at, Principal.system("ticker")):
        complaint.escalate(rungs[75].key, [WANG.id])
        complaint.escalate(rungs[100].key, [])
    with signed(at(TOMORROW), WANG, WHY):
        complaint.acknowledge()
        complaint.pause(book)
    with signed(at(TOMORROW, 15), WANG):
        complaint.resume(book)
        complaint.investigate("批次受潮")
        complaint.resolve("更换三箱")
        complaint.report_outcome(ComplaintChannel.PHONE, "同意更换")
        complaint.close(5, "处理及时")
    with signed(at(TOMORROW, 17), why="又开裂了"):
        complaint.reopen(book)
    day_off = book.calendar.with_days(closed=[TOMORROW + timedelta(days=1)], opened=[], usual=[])
    with signed(at(TOMORROW, 18), Principal.system("decisions")):
        complaint.recompute_deadlines(replace(book, calendar=day_off), PolicyKind.CALENDAR)
    return complaint


def tasks() -> list[Task]:
    courtesy = Courtesy(
        occasion="festival:mid_autumn", year="2026", on=TOMORROW, grade="A", policy_version=1
    )
    task = a_task(details="浅色两块", cause=Cause(an_id("customer"), 5), courtesy=courtesy)
    with signed():
        task.complete("样品已送到", Cause(an_id("customer"), 6))
    with signed(why=WHY):
        # Past the rules: a stream needs one sample of every topic, and loads whatever it holds.
        task.trigger_event(Task.Dropped, customer_id=an_id("customer"))
    with signed(by=Principal.system("decide")):
        skipped = Task.skip(
            id=an_id("task skipped"),
            customer_id=an_id("customer"),
            kind=TaskKind.RETURN_VISIT,
            due_on=TOMORROW,
            cause=Cause(an_id("customer"), 7),
            owed_at=at(TODAY, 9),
            reason=SkipReason.LEFT,
            courtesy=courtesy,
        )
    return [task, skipped]


def a_contracts_history() -> Contract:
    contract = a_contract(
        NOW, an_instalment(TODAY, "1000.00"), an_instalment(TOMORROW, "2000.50", 2)
    )
    with signed(by=ZHAO, why=WHY):
        contract.receive_payment(Decimal("1500.25"), TODAY, TODAY, "回单 4711")
        contract.change_responsible(WANG.id)
        contract.close()
        # Past the rules: a stream needs one sample of every topic, and loads whatever it holds.
        contract.trigger_event(Contract.Cancelled, customer_id=an_id("customer"))
    return contract


def what_came_in() -> list[CareAggregate]:
    form = an_intake_form()
    item = an_intake_item(form.id)
    with signed(by=ZHAO, why=WHY):
        item.assign(an_id("customer"), task_id=an_id("task"), complaint_id=None)
        # Past the rules, as above.
        item.trigger_event(IntakeItem.Dropped)
        form.revoke()
    return [form, item]


def a_representatives_history() -> Representative:
    li, hook = a_representative(LI), "https://example.com/hook"
    with signed(by=QIAN, why="升职"):
        li.grant_scope(Role.MANAGER, Scope.TEAM, "east/shanghai", ZHAO.id)
    with signed():
        li.choose_notifications(
            wants_email=False,
            each_item=True,
            addresses=[
                Address(channel=Channel.WEBHOOK, to=hook, secret="whsec_c2VjcmV0"),
                Address(channel=Channel.SMS, to="13800138000"),
            ],
        )
        li.issue_token(
            token_id=an_id("token"),
            token_sha256="ab" * 32,
            label="laptop",
            grants=frozenset({Grant.READ, Grant.WRITE}),
            expires_at=NOW + timedelta(days=90),
        )
        li.revoke_token(an_id("token"))
        li.read_inbox_items([an_id("item")])
    with signed(by=QIAN):
        li.leave(TOMORROW)
    # Behind all others, because a sample that was written once keeps its version.
    with signed(by=Principal.system("deliveries")):
        li.disable_channel(Channel.WEBHOOK, hook, "gone")
    # What came to be recorded later stands behind what older samples hold.
    with signed():
        li.claim(the_book(), an_id("customer"), held=0)
        # Past the rules: he has left by now.
        li.trigger_event(Representative.SecondFactorEnabled, factor_id=an_id("factor"))
        li.disable_second_factor()
    return li


def a_policys_history() -> Policy:
    policy = a_policy(PolicyKind.CADENCE)
    with signed(by=QIAN, why="人手不足"):
        policy.amend({"interval_days": {"A": 2, "B": 7, "C": 15, "D": 30, "E": 365}})
    return policy


def an_identitys_history() -> IdentityClaim:
    holder, other = an_id("customer"), an_id("another customer")
    with signed(why="分公司"):
        claim = IdentityClaim.claim(Claim(ClaimKind.COMPANY, an_id("company")), holder)
        claim.release(holder)
        claim.add_holder(other)
        claim.add_holder(holder)
    return claim


def reminders() -> list[Reminder]:
    due = {"rep_id": LI.id, "due_at": at(TODAY, 9)}
    with signed(by=Principal.system("decide")):
        return [
            Reminder.digest(
                **due,
                day=TODAY,
                due_count=2,
                overdue_count=1,
                customer_ids=[an_id("customer")],
                task_due_count=1,
                task_overdue_count=2,
            ),
            Reminder.item(**due, customer_id=an_id("customer"), due_on=TODAY),
            Reminder.skip(**due, day=TOMORROW, reason=SkipReason.NOTHING_DUE),
            Reminder.of_receivables(
                **due,
                day=TODAY,
                receivables=[
                    Receivable(
                        contract_id=an_id("contract"),
                        customer_id=an_id("customer"),
                        number=2,
                        due_on=TODAY,
                        outstanding=Decimal("1500.25"),
                        currency="CNY",
                        overdue_number=5,
                    )
                ],
                policy_version=1,
                to_ids=[LI.id, ZHAO.id],
            ),
            Reminder.skip_receivables(**due, day=TOMORROW, reason=SkipReason.NOTHING_OWED),
        ]


def greetings() -> list[Greeting]:
    birthday = Occasion(OccasionKind.BIRTHDAY, "birthday", "2026", TODAY)
    festival = Occasion(OccasionKind.FESTIVAL, "festival:mid_autumn", "2026", TOMORROW)
    purchase = Occasion(OccasionKind.FIRST_PURCHASE, "first_purchase", "2026", TOMORROW)
    whom = {"customer_id": an_id("customer"), "owner_id": LI.id}
    with signed(by=Principal.system("decisions")):
        decided = [
            Greeting.issue(
                **whom, occasion=birthday, due_at=at(TODAY, 9), expires_at=at(TODAY, 20),
                channel=Channel.SMS, language=TextLanguage.CHINESE, policy_version=1,
            ),
            Greeting.skip(
                **whom, occasion=festival, due_at=at(TOMORROW, 9),
                reason=Silence.OPEN_COMPLAINT, policy_version=1,
            ),
        ]  # fmt: skip
    with signed(by=LI, why="顺路拜访"):
        return [*decided, Greeting.reserve(**whom, occasion=purchase, rep_id=LI.id)]


def deliveries() -> list[Delivery]:
    ends: list[tuple[type[Any], dict[str, str]]] = [
        (Delivery.Sent, {"provider_id": "250 queued as 4711"}),
        (Delivery.Failed, {"code": "550", "reason": "no such user"}),
        (Delivery.Unknown, {"reason": "connection lost after data"}),
        (Delivery.Skipped, {"reason": "closed meanwhile"}),
    ]
    with signed(by=Principal.system("deliver")):
        ended = [
            Delivery.begin(
                end,
                id=delivery_key(an_id("complaint"), version, "email", WANG.id),
                intent_id=an_id("complaint"),
                intent_version=version,
                customer_id=an_id("customer"),
                recipient_id=WANG.id,
                channel="email",
                attempts=version,
                **facts,
            )
            for version, (end, facts) in enumerate(ends, start=1)
        ]
    (unknown,) = (each for each in ended if each.end is End.UNKNOWN)
    with signed(by=QIAN, why="王芳说没有收到"):
        unknown.settle(End.FAILED)
        unknown.resend()
    return ended


def recomputations() -> list[Recomputation]:
    place = PolicyKind.CALENDAR, 2
    with signed(by=Principal.system("decisions")):
        return [
            Recomputation.advance(
                *place, 0, subject=Subject.CUSTOMERS, until=an_id("customer"), refused=[]
            ),
            Recomputation.complete(*place, 1, refused=[an_id("complaint")]),
        ]


def access_records() -> list[AccessRecord]:
    seen = {"customer_id": an_id("customer"), "day": TODAY}
    with signed(by=ZHAO, why="季度审计"):
        return [AccessRecord.record(an_id("access"), access=AccessKind.BUNDLE, **seen)]
