"""One key records a contact, its text, its grade and the next date (快捷键信息, R44, X20)."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.commands import RecordQuickNote
from domain.customer import Customer
from domain.errors import FutureDateError, UnknownQuickNoteError
from domain.grade import Demand, Grade
from domain.journal import DueRule
from domain.policies.quick_notes import QuickNote, QuickNotes
from tests.support.examples import a_contact, a_contacted_customer, a_customer
from tests.support.moments import TODAY, TOMORROW, YESTERDAY, an_id, at
from tests.support.scenario import Scenario, an_event, given

CONTACTED = an_event(Customer.Contacted)


def pressing(key: str, on: date | None = None) -> RecordQuickNote:
    return RecordQuickNote(customer_id=an_id("customer"), key=key, contacted_on=on)


def a_customer_of(grade: Grade, **changes: Any) -> Scenario:
    return given(a_customer(grade=grade, **changes))


def test_no_need_makes_a_dead_customer_who_is_called_again_in_a_year() -> None:
    customer = (
        a_customer_of(Grade.B, expected_on=date(2026, 12, 1))
        .when(pressing("1"))
        .then(
            an_event(
                Customer.Contacted,
                contacted_on=TODAY,
                text="不需要",
                method="phone",
                quick_note="1",
                from_grade="B",
                to_grade="E",
                grade_basis="quick_note",
                needs_estimate=False,
            )
        )
    )

    assert (customer.due.on, customer.due.rule) == (date(2027, 11, 23), DueRule.CADENCE)


def test_no_answer_keeps_the_grade_which_is_a_decision_too() -> None:
    a_customer_of(Grade.C).when(pressing("2")).then(
        an_event(Customer.Contacted, from_grade="C", to_grade="C", grade_basis="quick_note")
    )


def test_the_interval_of_the_note_is_shorter_than_the_cadence() -> None:
    due = a_customer_of(Grade.D).when(pressing("2")).then(CONTACTED).due

    assert (due.on, due.rule, due.interval_days) == (TOMORROW, DueRule.QUICK_NOTE, 1)


def test_the_interval_of_the_note_may_be_longer_than_the_cadence_without_a_reason() -> None:
    """ "Call later" gives three days to a customer contacted daily."""
    due = (
        a_customer_of(Grade.A)
        .when(pressing("3"))
        .then(an_event(Customer.Contacted, promised_on=None, defer_reason=""))
        .due
    )

    assert (due.on, due.rule) == (date(2026, 11, 26), DueRule.QUICK_NOTE)


def test_the_interval_of_the_note_ends_on_a_working_day() -> None:
    friday = at(date(2026, 11, 27))
    due = a_customer_of(Grade.D).when(pressing("2"), at=friday).then(CONTACTED).due

    assert (due.on, due.moved_from) == (date(2026, 11, 30), date(2026, 11, 28))


def test_a_customer_who_needs_us_earlier_is_due_earlier() -> None:
    company = a_customer_of(Grade.A, needed_by=TOMORROW)

    assert company.when(pressing("3")).then(CONTACTED).due.rule is DueRule.NEEDED_BY


def test_the_note_says_how_the_contact_was_made() -> None:
    a_customer_of(Grade.C).when(pressing("6")).then(
        an_event(Customer.Contacted, method="visit", text="已上门拜访")
    )


def test_demand_and_expected_day_stay_as_they_were() -> None:
    company = a_customer_of(Grade.B, demand=Demand.PRESENT, expected_on=date(2026, 12, 24))
    customer = company.when(pressing("2")).then(CONTACTED)

    assert customer.classification["demand"] == "present"


def test_a_call_of_yesterday_can_be_noted_today() -> None:
    a_customer_of(Grade.D).when(pressing("2", YESTERDAY)).then(
        an_event(Customer.Contacted, contacted_on=YESTERDAY)
    )
    a_customer_of(Grade.D).when(pressing("2", TOMORROW)).then_refused(FutureDateError)


def test_a_note_of_yesterday_does_not_undo_what_was_promised_today() -> None:
    promised = a_contact(promised_on=date(2026, 11, 27))
    company = given(a_contacted_customer(contact=promised))

    assert company.when(pressing("2", YESTERDAY)).then(CONTACTED).due.on == date(2026, 11, 27)


def test_a_key_without_a_note_is_told() -> None:
    a_customer_of(Grade.D).when(pressing("9")).then_refused(UnknownQuickNoteError, key="9")


def test_a_company_has_its_own_keys() -> None:
    note = QuickNote(
        key="z", label_zh="展会", label_en="Fair", text="展会见过", interval_days=90, grade=Grade.C
    )
    company = a_customer_of(Grade.D).under(quick_notes=QuickNotes(notes=(note,)))

    customer = company.when(pressing("z")).then(CONTACTED)
    assert (customer.grade, customer.due.interval_days) == (Grade.C, 90)
    company.when(pressing("1")).then_refused(UnknownQuickNoteError)
