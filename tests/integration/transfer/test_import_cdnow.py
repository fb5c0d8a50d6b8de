"""The whole CDNOW log goes in, once, however often it is fed."""

from __future__ import annotations

from decimal import Decimal

from api.transfer.importing import ImportKind, Verdict
from domain.customer import Customer
from domain.eventstore.event_log import EventLog
from tests.integration.transfer.conftest import Import
from tests.support.care import Company
from tests.support.cdnow import CUSTOMERS, PURCHASES, customers_csv, purchases_csv


def test_cdnow_is_imported_whole_and_feeding_it_again_doubles_nothing(
    company: Company, feed: Import
) -> None:
    customers, rejected_customers = feed(ImportKind.CUSTOMERS, customers_csv())
    purchases, rejected_purchases = feed(
        ImportKind.PURCHASES, purchases_csv(), constants={"product": "CD"}
    )

    assert customers.counts == {Verdict.NEW: CUSTOMERS}
    assert purchases.counts == {Verdict.NEW: PURCHASES}
    assert not rejected_customers.rows
    assert not rejected_purchases.rows
    assert _revenue(company.log) == (PURCHASES, Decimal("2500315.63"))

    head = company.log.head
    again, _ = feed(ImportKind.PURCHASES, purchases_csv(), constants={"product": "CD"})

    assert again.counts == {Verdict.KNOWN: PURCHASES}
    assert company.log.head == head


def _revenue(log: EventLog) -> tuple[int, Decimal]:
    """Return number and sum of the purchases in the log."""
    count, amount, start = 0, Decimal(0), 0
    topics = [Customer.PurchaseRecorded.TOPIC]
    while found := log.recorder.select_notifications(
        start, 5_000, topics=topics, inclusive_of_start=False
    ):
        for event in log.mapper.to_domain_events(found):
            count, amount = count + 1, amount + event.amount
        start = found[-1].id
    return count, amount
