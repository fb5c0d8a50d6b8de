"""Whatever happens to a customer: replaying it gives the same customer (D8, R41, R49)."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from domain import follow_up, pool
from domain.access import Principal
from domain.card import Card, CardSource, Verification, corrected
from domain.customer import Customer
from domain.errors import CareError
from domain.identity import claims_of_card
from domain.journal import DueRule
from domain.plain import from_plain
from domain.policies.book import PolicyKind
from tests.support import strategies
from tests.support.examples import BLINDING_SECRET, a_purchase
from tests.support.moments import LI, TODAY, WANG, ZHAO, signed
from tests.support.replaying import ReplayMachine

OWNERS = st.sampled_from([None, LI.id, WANG.id, ZHAO.id])
CALENDAR = PolicyKind.CALENDAR
CHANGES_OF_OWNER = (Customer.OwnerChanged, Customer.ReturnedToPool, Customer.Claimed)
WHY = st.sampled_from(["", "更正"])


class CustomerMachine(ReplayMachine):
    cached: Customer

    @initialize(
        card=strategies.cards(),
        axes=strategies.classifications(TODAY),
        grade=strategies.GRADES,
        promised_on=st.none() | strategies.days_around(TODAY, before=0),
    )
    def register(self, card, axes, grade, promised_on) -> None:  # noqa: ANN001 - by strategies
        with signed(self.moment):
            customer = Customer.register(
                self.book,
                card,
                axes,
                owner_id=LI.id,
                source=CardSource.REP_VISIT,
                grade=grade,
                promised_on=promised_on,
                claims=claims_of_card(BLINDING_SECRET, card),
            )
        self.keep(customer)

    @rule(days=st.integers(0, 40), minutes=st.integers(0, 1440))
    def time_goes_by(self, days: int, minutes: int) -> None:
        self.wait(timedelta(days=days, minutes=minutes))

    @rule(data=st.data())
    def contact(self, data: st.DataObject) -> None:
        contact = data.draw(strategies.contacts(self.today))
        self.take(lambda customer: customer.contact(self.book, contact))

    @rule(key=st.sampled_from("1234569"), days_ago=st.integers(-1, 10))
    def press_a_key(self, key: str, days_ago: int) -> None:
        day = self.today - timedelta(days=days_ago)
        self.take(lambda customer: customer.contact_by_quick_note(self.book, key, day))

    @rule(data=st.data(), grade=strategies.GRADES, demand=strategies.DEMANDS)
    def regrade(self, data: st.DataObject, grade, demand) -> None:  # noqa: ANN001
        expected_on = data.draw(st.none() | strategies.days_around(self.today))
        self.take(
            lambda customer: customer.regrade(
                self.book, grade=grade, demand=demand, expected_on=expected_on
            )
        )

    @rule(data=st.data())
    def reclassify(self, data: st.DataObject) -> None:
        name, values = data.draw(
            st.sampled_from(sorted(strategies.axes(self.today).items(), key=str))
        )
        axes = corrected(self.cached.axes, {name: data.draw(values)})
        self.take(lambda customer: customer.reclassify(self.book, axes))

    @rule(data=st.data(), why=WHY)
    def correct(self, data: st.DataObject, why: str) -> None:
        field = data.draw(st.sampled_from(["company", "phones", "email", "notes"]))
        known = from_plain(Card, self.cached.card)
        card = corrected(known, {field: getattr(data.draw(strategies.cards()), field)})
        claims = claims_of_card(BLINDING_SECRET, card, self.cached.reference)
        self.take(lambda customer: customer.correct_card(card, claims), why=why)

    @rule(verification=st.sampled_from(Verification))
    def verify(self, verification: Verification) -> None:
        self.take(lambda customer: customer.verify_card(verification))

    @rule(owner_id=OWNERS)
    def change_owner(self, owner_id) -> None:  # noqa: ANN001
        self.take(lambda customer: customer.change_owner(owner_id))

    @rule(owner_id=OWNERS)
    def change_second_owner(self, owner_id) -> None:  # noqa: ANN001
        self.take(lambda customer: customer.change_second_owner(owner_id))

    @rule()
    def our_processes_look_at_him(self) -> None:
        self.take(lambda customer: pool.warn(customer, self.book))
        self.take(lambda customer: pool.give_back(customer, self.book))
        owner_id = self.cached.owner_id
        if owner_id is not None:
            self.take(
                lambda customer: follow_up.escalate(
                    customer, self.book, owner_id=owner_id, manager_id=ZHAO.id
                )
            )

    @rule(why=WHY)
    def put_into_the_pool(self, why: str) -> None:
        self.take(lambda customer: pool.put_in(customer, self.book), why=why)

    @rule(rep=st.sampled_from([LI, WANG]), is_assigned=st.booleans())
    def take_out_of_the_pool(self, rep: Principal, is_assigned: bool) -> None:  # noqa: FBT001
        self.take(
            lambda customer: pool.take_out(customer, self.book, rep.id, is_assigned=is_assigned)
        )

    @rule(reference=st.sampled_from(["", "K-1", "K-2"]), why=WHY)
    def link(self, reference: str, why: str) -> None:
        claims = claims_of_card(BLINDING_SECRET, from_plain(Card, self.cached.card), reference)
        self.take(lambda customer: customer.link_partner(reference, claims), why=why)

    @rule(days_ago=st.integers(-1, 400))
    def buy(self, days_ago: int) -> None:
        purchase = a_purchase(purchased_on=self.today - timedelta(days=days_ago))
        self.take(lambda customer: customer.record_purchase(self.book, purchase))

    @rule(days=st.integers(0, 40))
    def take_a_day_off_and_recompute(self, days: int) -> None:
        self.take_a_day_off(self.today + timedelta(days=days))
        for _ in range(2):
            before, standing = self.cached.version, self.cached.due
            rules = self.books[standing.calendar_version]
            self.take(lambda c, rules=rules: follow_up.recompute(c, rules, self.book, CALENDAR))

        assert self.cached.version == before

    @invariant()
    @precondition(lambda self: self.cached is not None)
    def nothing_but_a_promise_is_due_on_a_day_off_that_was_looked_at(self) -> None:
        due, calendar = self.cached.due, self.book.calendar.calendar

        if due.rule in {DueRule.CADENCE, DueRule.QUICK_NOTE} and due.calendar_version == max(
            self.books
        ):
            method = self.cached.next_method
            is_free = method not in self.book.cadence.workday_methods
            assert is_free or calendar.is_workday(due.on) or due.moved_from

    @rule()
    def fail_halfway(self) -> None:
        """A command that is refused after it has changed something leaves no trace."""

        def changes_and_refuses(customer: Customer) -> None:
            customer.record_purchase(self.book, a_purchase())
            customer.take_demand("none", None)
            raise CareError

        assert not self.take(changes_and_refuses)

    @invariant()
    @precondition(lambda self: self.cached is not None)
    def the_due_date_never_lies_before_the_last_contact(self) -> None:
        customer = self.cached
        counted_from = customer.last_contact_on or customer.registered_on

        claims = [e.claimed_on for e in self.events() if isinstance(e, Customer.Claimed)]

        assert customer.due.on >= counted_from
        assert customer.due.counted_from in {counted_from, max([counted_from, *claims[-1:]])}

    @invariant()
    @precondition(lambda self: self.cached is not None)
    def every_contact_carries_a_grade_decision(self) -> None:
        contacts = [event for event in self.events() if isinstance(event, Customer.Contacted)]
        days = [contact.contacted_on for contact in contacts]

        assert all(c.from_grade and c.to_grade and c.grade_basis for c in contacts)
        assert self.cached.last_contact_on == max(days, default=None)

    @invariant()
    @precondition(lambda self: self.cached is not None)
    def nobody_goes_back_without_a_warning_days_before(self) -> None:
        warnings: dict[str, date] = {}
        for event in self.events():
            if isinstance(event, Customer.PoolWarned):
                warnings[event.clock] = event.returns_on
                assert event.returns_on - event.warned_on >= timedelta(days=3)
            elif isinstance(event, Customer.ReturnedToPool) and event.clock is not None:
                assert event.returned_on >= warnings[event.clock]
                warnings = {}

    @invariant()
    @precondition(lambda self: self.cached is not None)
    def a_customer_in_the_pool_belongs_to_nobody(self) -> None:
        last = [e for e in self.events() if isinstance(e, CHANGES_OF_OWNER)][-1:]
        if last and isinstance(last[0], Customer.ReturnedToPool):
            assert self.cached.owner_id is None

    @invariant()
    @precondition(lambda self: self.cached is not None)
    def nobody_is_both_owners(self) -> None:
        owners = {self.cached.owner_id, self.cached.second_owner_id}

        assert len(owners) == 2 or owners == {None}


CustomerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestACustomer = CustomerMachine.TestCase
