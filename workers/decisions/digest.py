"""Decides on the daily list: tell a representative what is due, or say why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from domain.access import Role
from domain.customer import Customer
from domain.provenance import signing
from domain.reminder import LISTED_CUSTOMERS, Reminder, SkipReason, item_key
from domain.representative import Representative
from projections.obligations.queries import Neglected, ObligationRow
from workers.decisions.office import Office
from workers.decisions.saving import append_once

MOST_ITEMS = 5_000
"""How many due customers of one representative are looked at for reminders of each one."""

REMINDED = frozenset({Role.REP, Role.MANAGER})
"""The roles that have customers to be reminded of."""


def decide(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Decide each list by what is due on the day of the decision.

    A list that is days late tells what is due today; the event says when it was due. Reminders of
    single customers are saved before the list, so that none is lost when we are killed between.
    """
    today = office.care.book().today(now)
    # From the log and not from the read model, which may not know yet who has left.
    reps = office.care.log.get_many({obligation.subject_id for obligation in obligations})
    neglected = office.obligations.neglected(reps.keys(), now)
    lists: list[Reminder] = []
    for obligation in obligations:
        reason = _reason_against(reps.get(obligation.subject_id), today, office)
        with signing(office.signature(now, obligation.key)):
            if reason is None:
                append_once(office.care.log, _items(obligation, today, office))
            neglects = neglected.get(obligation.subject_id, Neglected())
            lists.append(_list(obligation, today, office, reason, neglects))
    append_once(office.care.log, lists)


def _list(
    obligation: ObligationRow,
    today: date,
    office: Office,
    reason: SkipReason | None,
    neglects: Neglected,
) -> Reminder:
    rep_id, day = obligation.subject_id, obligation.day or today
    customers = tasks = (0, 0)
    if reason is None:
        customers = office.due_list.count_for(rep_id, today)
        tasks = office.tasks.count_for(rep_id, today)
    if reason or not any((*customers, *tasks, neglects.returning)):
        reason = reason or SkipReason.NOTHING_DUE
        return Reminder.skip(rep_id=rep_id, day=day, due_at=obligation.due_at, reason=reason)
    return Reminder.digest(
        rep_id=rep_id,
        day=day,
        due_at=obligation.due_at,
        due_count=customers[0],
        overdue_count=customers[1],
        customer_ids=office.due_list.due_customer_ids(rep_id, today, LISTED_CUSTOMERS),
        task_due_count=tasks[0],
        task_overdue_count=tasks[1],
        escalated_count=neglects.escalated,
        returning_count=neglects.returning,
    )


def _reason_against(rep: object, today: date, office: Office) -> SkipReason | None:
    if not isinstance(rep, Representative) or rep.has_left:
        return SkipReason.LEFT
    if rep.role not in REMINDED:
        return SkipReason.NO_CUSTOMERS
    if not office.care.book().calendar.calendar.is_workday(today):
        return SkipReason.DAY_OFF
    return None


def _items(obligation: ObligationRow, today: date, office: Office) -> Iterator[Reminder]:
    """Yield a reminder of each customer, if the representative asked for that.

    Each customer is told of once for each day he falls due on, not again while he is overdue.
    """
    rep_id = obligation.subject_id
    person = office.people.get(rep_id)
    if person is None or not person.each_item:
        return
    customer_ids = office.due_list.due_customer_ids(rep_id, today, MOST_ITEMS)
    customers = office.care.log.get_many(customer_ids)
    due = {
        customer_id: customer.due.on
        for customer_id, customer in customers.items()
        if isinstance(customer, Customer) and customer.due.on <= today
    }
    keys = {item_key(rep_id, *each): each for each in due.items()}
    told = office.care.log.get_many(keys)
    for key, (customer_id, due_on) in keys.items():
        if key not in told:
            yield Reminder.item(
                rep_id=rep_id,
                customer_id=customer_id,
                due_on=due_on,
                due_at=obligation.due_at,
            )
