"""Following the log in batches of any size makes the same tables as building them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from domain import commands, erasure_commands, pool_commands, worker_commands
from domain.card import Card, Classification, Purchase, Verification
from domain.contact import Contact, ContactMethod
from domain.customer import Customer
from domain.errors import CareError
from domain.grade import Demand, Grade
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel
from projections.applying import Batch
from projections.due_list.projection import DueListProjection
from projections.duplicates.projection import DuplicatesProjection
from projections.inbox.projection import InboxProjection
from projections.obligations.projection import ObligationsProjection
from projections.pool.projection import PoolProjection
from projections.purchases.projection import PurchasesProjection
from projections.read_model import Recorded
from projections.roster.projection import RosterProjection
from projections.workload.projection import WorkloadProjection
from tests.support.care import Company
from tests.support.tables import built

KINDS = (
    RosterProjection,
    DueListProjection,
    DuplicatesProjection,
    PurchasesProjection,
    WorkloadProjection,
    PoolProjection,
    ObligationsProjection,
    InboxProjection,
)
NAMES = st.sampled_from(["单田芳", "曾国藩", "李四", "Anna", "王 五"])
BY_NOBODY = frozenset(
    {"owner", "day off", "climb", "warn", "return", "pool", "assign", "hold", "lift"}
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("correct"), st.integers(0, 2), NAMES),
        st.tuples(st.just("phones"), st.integers(0, 2), st.integers(0, 9)),
        st.tuples(st.just("classify"), st.integers(0, 2), st.sampled_from(["", "东线", "西线"])),
        st.tuples(st.just("verify"), st.integers(0, 2), st.sampled_from(Verification)),
        st.tuples(st.just("contact"), st.integers(0, 2), st.integers(0, 20)),
        st.tuples(st.just("regrade"), st.integers(0, 2), st.sampled_from(Grade)),
        st.tuples(st.just("owner"), st.integers(0, 2), st.integers(0, 2)),
        st.tuples(st.just("second"), st.integers(0, 2), st.none() | st.integers(0, 2)),
        st.tuples(st.just("buy"), st.integers(0, 2), st.integers(-5, 5)),
        st.tuples(st.just("link"), st.integers(0, 2), st.integers(0, 9)),
        st.tuples(st.just("complain"), st.integers(0, 2), st.none()),
        st.tuples(st.just("day off"), st.integers(0, 2), st.none()),
        st.tuples(st.just("care"), st.integers(0, 2), st.booleans()),
        st.tuples(st.just("wait"), st.just(0), st.integers(1, 40)),
        st.tuples(st.sampled_from(["climb", "warn", "return"]), st.integers(0, 2), st.none()),
        st.tuples(st.just("pool"), st.integers(0, 2), st.none()),
        st.tuples(st.just("assign"), st.integers(0, 2), st.integers(0, 2)),
    ),
    max_size=20,
)


def command(company: Company, step: str, customer_id: UUID, value: Any) -> commands.Command:
    reps = (company.chen, company.li, company.wang)
    today = company.now.date()

    def corrects(**card: Any) -> commands.Command:
        return commands.CorrectCustomer(customer_id=customer_id, card=card)

    def classifies() -> commands.Command:
        axes = {"route": value, "demand": Demand.LATENT if value else None}
        return commands.CorrectCustomer(customer_id=customer_id, classification=axes)

    def phones() -> tuple[str, ...]:
        return tuple(f"1380013{customer_id.int % 1000:03}{n}" for n in range(value % 3))

    def contacts() -> commands.Command:
        method = list(ContactMethod)[value % 7]
        contact = Contact(contacted_on=today - timedelta(days=value), method=method)
        return commands.RecordContact(customer_id=customer_id, contact=contact)

    def buys() -> commands.Command:
        line = Purchase(
            purchased_on=today, product="地板", quantity=Decimal(1), amount=Decimal(value)
        )
        return commands.RecordPurchase(customer_id=customer_id, purchase=line)

    makers: dict[str, Callable[[], commands.Command]] = {
        "correct": lambda: corrects(name=value, company=f"{value}{customer_id}"),
        "phones": lambda: corrects(phones=phones()),
        "classify": classifies,
        "verify": lambda: commands.VerifyCard(customer_id=customer_id, verification=value),
        "contact": contacts,
        "regrade": lambda: commands.RegradeCustomer(customer_id=customer_id, grade=value),
        "owner": lambda: commands.ChangeOwner(customer_id=customer_id, owner_id=reps[value]),
        "second": lambda: commands.ChangeSecondOwner(
            customer_id=customer_id, owner_id=None if value is None else reps[value]
        ),
        "buy": buys,
        "care": lambda: commands.ChooseCare(
            customer_id=customer_id, choices={"wants_greetings": value}
        ),
        "link": lambda: commands.LinkPartner(
            customer_id=customer_id, reference=f"{value}/{customer_id}"
        ),
        "day off": lambda: worker_commands.RecomputeDue(
            customer_id=customer_id, policy=PolicyKind.CALENDAR
        ),
        "climb": lambda: pool_commands.EscalateFollowUp(
            customer_id=customer_id, expected_owner_id=company.log.get(customer_id).owner_id
        ),
        "warn": lambda: pool_commands.WarnOfPool(customer_id=customer_id),
        "return": lambda: pool_commands.ReturnToPool(customer_id=customer_id),
        "pool": lambda: pool_commands.PutIntoPool(customer_id=customer_id),
        "assign": lambda: pool_commands.AssignFromPool(
            customer_id=customer_id, owner_id=reps[value]
        ),
        "hold": lambda: erasure_commands.SetHold(customer_id=customer_id),
        "lift": lambda: erasure_commands.LiftHold(customer_id=customer_id),
        "complain": lambda: commands.FileComplaint(
            customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="漏水"
        ),
    }
    return makers[step]()


def tells(company: Company, steps: Sequence[tuple[str, int, Any]]) -> list[Recorded]:
    """Live through `steps` with three new customers; return what was recorded, refusals aside."""
    start = company.log.head
    customers = []
    for rep_id in (company.chen, company.li, company.wang):
        card = Card(name="新客户")
        register = commands.RegisterCustomer(
            card=card, classification=Classification(route="东线"), owner_id=rep_id
        )
        customers.append(company.does(register, rep_id).subject_id)
    for step, number, value in steps:
        company.wait(hours=7)
        if step == "wait":
            company.wait(days=value)
            continue
        owner_id = company.log.get(customers[number]).owner_id
        by = None if step in BY_NOBODY else owner_id
        try:
            if step == "day off":
                due_on = company.log.get(customers[number]).due.on
                company.does(commands.ChangeWorkdays(closed=(due_on,)))
            receipt = company.does(command(company, step, customers[number], value), by, "更正")
        except CareError:
            continue
        if step == "complain":
            solves(company, receipt.subject_id, owner_id)
    notifications = company.log.recorder.select_notifications(
        start, 1_000, inclusive_of_start=False
    )
    return Batch(notifications, company.log.mapper).recorded


def solves(company: Company, complaint_id: UUID, by: UUID | None) -> None:
    """Have the owner see to it; a complaint of a customer in the pool nobody but we can see."""
    for one in (
        commands.AssignComplaint(complaint_id=complaint_id, handler_id=by or company.li),
        commands.AcknowledgeComplaint(complaint_id=complaint_id),
        commands.InvestigateComplaint(complaint_id=complaint_id, cause="管道"),
        commands.ResolveComplaint(complaint_id=complaint_id, solution="更换"),
    ):
        company.does(one, by)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(steps=[("contact", 0, 2), ("contact", 0, 9), ("phones", 0, 1), ("buy", 0, 1)], sizes=[1])
@example(steps=[("contact", 0, 2), ("contact", 0, 9), ("second", 0, 1), ("owner", 0, 1)], sizes=[3])
@example(
    steps=[("wait", 0, 40), ("climb", 0, None), ("warn", 0, None), ("wait", 0, 9),
           ("pool", 1, None), ("return", 0, None), ("contact", 1, 0), ("assign", 0, 1)],
    sizes=[2],
)  # fmt: skip
@given(steps=STEPS, sizes=st.lists(st.integers(1, 6), min_size=1, max_size=6))
def test_following_in_batches_of_any_size_makes_the_same_tables_as_a_rebuild(
    company: Company, steps: Sequence[tuple[str, int, Any]], sizes: Sequence[int]
) -> None:
    recorded = tells(company, steps)
    batches = []
    rest = recorded
    while rest:
        size = sizes[len(batches) % len(sizes)]
        batches.append(rest[:size])
        rest = rest[size:]

    for kind in KINDS:
        assert built(company, kind, batches) == built(company, kind, [recorded]), kind


def test_every_event_of_a_customer_moves_the_version_that_lists_show(company: Company) -> None:
    everything: list[tuple[str, int, Any]] = [
        ("correct", 0, "单田芳"),
        ("classify", 0, "西线"),
        ("verify", 0, Verification.DISPUTED),
        ("contact", 0, 0),
        ("regrade", 0, Grade.A),
        ("owner", 0, 1),
        ("second", 0, 2),
        ("buy", 0, 1),
        ("care", 0, True),
        ("link", 0, 1),
        ("day off", 0, None),
        ("wait", 0, 40),
        ("climb", 0, None),
        ("warn", 0, None),
        ("wait", 0, 6),
        ("return", 0, None),
        ("assign", 0, 1),
        ("hold", 0, None),
        ("lift", 0, None),
    ]
    recorded = tells(company, everything)
    customer_id = recorded[0].event.originator_id
    nested = [kind for kind in vars(Customer).values() if isinstance(kind, type)]
    events = {kind for kind in nested if issubclass(kind, Customer.Event)} - {Customer.Event}
    # Whoever was erased stands on no list.
    events -= {Customer.Erased, Customer.ErasureCompleted}
    assert {type(event) for _, event in recorded} >= events

    for kind in (RosterProjection, DueListProjection):
        model = kind(schema=f"{kind.name}_tried")
        with company.database.transaction() as connection:
            model.create_tables(connection)
            table = "customer" if kind is RosterProjection else "item"
            for one in kind.wanted(recorded):
                model.apply(connection, [one])
                row = connection.execute(
                    SQL("SELECT version FROM {} WHERE customer_id = %s").format(
                        Identifier(model.schema, table)
                    ),
                    (customer_id,),
                ).fetchone()
                if one.event.originator_id == customer_id:
                    assert row == (one.event.originator_version,), one.event
