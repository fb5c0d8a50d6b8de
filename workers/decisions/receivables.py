"""Decides on receivables: one list a day for whoever is responsible, or why there is none (R13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.contract import Contract, ContractState
from domain.policies.book import PolicyBook, PolicyKind
from domain.policies.receivables import Reminding
from domain.provenance import signing
from domain.reminder import Receivable, Reminder, SkipReason
from domain.representative import Representative
from projections.obligations.queries import ObligationRow
from workers.decisions.office import Office
from workers.decisions.saving import append_once

Due = tuple[Receivable, Reminding]


def decide(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Decide each list by what is owed now, under the key of the person and of today.

    The first day that was not looked at yet counts, so one that is late covers the days since, and
    nobody gets two lists on a day.
    """
    book = office.care.book()
    today = book.today(now)
    # A key that is there already was looked at by somebody whom the obligations do not know yet.
    known = office.care.log.get_many(
        {each.key for each in obligations} | {each.subject_id for each in obligations}
    )
    first: dict[UUID, ObligationRow] = {}
    for obligation in sorted(obligations, key=lambda each: each.due_at):
        if obligation.key not in known:
            first.setdefault(obligation.subject_id, obligation)
    lists = []
    for rep_id, obligation in first.items():
        with signing(office.signature(now, obligation.key)):
            lists.append(_list(obligation, today, known.get(rep_id), book, office))
    append_once(office.care.log, lists)


def _list(
    obligation: ObligationRow, today: date, rep: object, book: PolicyBook, office: Office
) -> Reminder:
    rep_id = obligation.subject_id
    about: dict[str, Any] = {"rep_id": rep_id, "day": today, "due_at": obligation.due_at}
    if not isinstance(rep, Representative) or rep.has_left:
        return Reminder.skip_receivables(**about, reason=SkipReason.LEFT)
    contracts = _contracts(rep_id, office)
    if not contracts:
        return Reminder.skip_receivables(**about, reason=SkipReason.NOTHING_OWED)
    if not book.calendar.calendar.is_workday(today):
        return Reminder.skip_receivables(**about, reason=SkipReason.DAY_OFF)
    due = list(_due(contracts, obligation.day or today, today, book))
    if not due:
        return Reminder.skip_receivables(**about, reason=SkipReason.NOTHING_DUE)
    tells_manager = any(book.receivables.tells_manager(reminding) for _, reminding in due)
    above = office.people.managers_above(rep_id)[:1] if tells_manager else []
    return Reminder.of_receivables(
        **about,
        receivables=[receivable for receivable, _ in due],
        policy_version=book.versions[PolicyKind.RECEIVABLES],
        to_ids=[rep_id, *above],
    )


def _contracts(rep_id: UUID, office: Office) -> list[Contract]:
    """Return the contracts he has to see to, as the log has them: paid a second ago is paid."""
    found = office.care.log.get_many(office.contracts.owed_to(rep_id))
    return [
        contract
        for contract in found.values()
        if contract.responsible_id == rep_id
        and contract.state is ContractState.IN_FORCE
        and contract.outstanding
    ]


def _due(
    contracts: Sequence[Contract], first: date, today: date, book: PolicyBook
) -> Iterator[Due]:
    """Yield the instalments of which somebody is to be reminded on a day from `first` to today."""
    policy, calendar = book.receivables, book.calendar.calendar
    for contract in contracts:
        for each in contract.instalments:
            reminding = policy.newest(each.due_on, first, today, calendar)
            if each.outstanding and reminding is not None:
                receivable = Receivable(
                    contract_id=contract.id,
                    customer_id=contract.customer_id,
                    number=each.number,
                    due_on=each.due_on,
                    outstanding=each.outstanding,
                    currency=contract.currency,
                    overdue_number=reminding.overdue_number,
                )
                yield receivable, reminding
