"""One command's unit of work: what it loaded and changed, and may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar
from uuid import UUID

from domain.access_record import AccessRecord
from domain.activity import Activity
from domain.aggregate import CareAggregate
from domain.campaign import Campaign
from domain.card import Card
from domain.complaint import Complaint
from domain.contract import Contract
from domain.customer import Customer
from domain.delivery import Delivery
from domain.erasure import require_known
from domain.errors import (
    InvalidError,
    NotFoundError,
    RepresentativeLeftError,
    StaleVersionError,
    TakenFromPoolError,
)
from domain.identity import Claim, IdentityClaim
from domain.intake_form import IntakeForm
from domain.intake_item import IntakeItem
from domain.policies.book import PolicyBook, PolicyKind
from domain.policy import Policy
from domain.provenance import Provenance
from domain.representative import Representative
from domain.task import Task

A = TypeVar("A", bound=CareAggregate)
Authored = TypeVar("Authored", Campaign, Activity)


class Streams(Protocol):
    """What a command needs of the event log: aggregates as they are now, its own to change."""

    @property
    def blinding_secret(self) -> bytes:
        """The secret under which identities are claimed."""
        ...

    def claims_of(self, card: Card, reference: str, /) -> Sequence[Claim]:
        """Return the identities of a customer under that secret."""
        ...

    def get(self, aggregate_id: UUID, /) -> Any:
        """Return an aggregate, None when absent."""
        ...

    def recall(self, aggregate_id: UUID, /) -> Any:
        """Return an aggregate as it was seen last, perhaps behind; None when absent."""
        ...

    def get_many(self, aggregate_ids: Iterable[UUID], /) -> dict[UUID, Any]:
        """Return many aggregates; absent ones are left out."""
        ...

    def past_policy(self, kind: PolicyKind, version: int, /) -> Any:
        """Return what a policy said in one of its versions."""
        ...


class Work:
    """Loads aggregates that the principal may see and collects what happened to them."""

    def __init__(
        self,
        log: Streams,
        book: PolicyBook,
        provenance: Provenance,
        expected_version: int | None = None,
        *,
        from_memory: bool = False,
    ) -> None:
        """Begin; `expected_version` is what the target of the command must still have.

        `from_memory` takes the target as it was seen last, which saves a query and is found out
        when its next version is stored. Everything else a command looks at is always fresh.
        """
        self.book = book
        self.provenance = provenance
        self.principal = provenance.principal
        self.blinding_secret = log.blinding_secret
        self._log = log
        self._expected_version = expected_version
        self._from_memory = from_memory
        self.touched: list[CareAggregate] = []

    def customer(self, customer_id: UUID) -> Customer:
        """Return the customer the command is about.

        NotFoundError when absent or out of scope, StaleVersionError when changed meanwhile.
        """
        customer = self._visible_customer(customer_id, is_target=True)
        self._expect_version(customer)
        return self.add(customer)

    def customer_in_pool(self, customer_id: UUID) -> Customer:
        """Return a customer of the pool, which everybody sees.

        TakenFromPoolError for one whom somebody was quicker to take, NotFoundError for any other
        who is absent or out of scope, StaleVersionError when changed meanwhile.
        """
        customer: Customer = self._load(Customer, customer_id, is_target=True)
        require_known(customer)
        if customer.owner_id is not None:
            # Whoever was in the pool today was no secret then.
            if customer.claimed_on != self.book.today(self.provenance.at):
                self._visible_customer(customer_id)
            raise TakenFromPoolError(customer_id=str(customer_id))
        self._expect_version(customer)
        return self.add(customer)

    def customer_for_reading(self, customer_id: UUID) -> Customer:
        """Return a customer that the command does not change."""
        return self._visible_customer(customer_id)

    def erased_customer(self, customer_id: UUID) -> Customer:
        """Return a customer who was erased, whose erasure is to be completed."""
        customer = self._load(Customer, customer_id)
        if customer.erased_on is None:
            raise NotFoundError(of="erasure", id=str(customer_id))
        return self.add(customer)

    def customer_for_audit(self, customer_id: UUID) -> Customer:
        """Return a customer of whom the log is read, erased or not."""
        return self._visible_customer(customer_id, may_be_erased=True)

    def complaint(self, complaint_id: UUID) -> Complaint:
        """Return the complaint the command is about; visible to its handler as well."""
        complaint = self._load(Complaint, complaint_id, is_target=True)
        self._require_customer_of(complaint, complaint.handler_id)
        self._expect_version(complaint)
        return self.add(complaint)

    def contract(self, contract_id: UUID) -> Contract:
        """Return the contract the command is about; visible to who is responsible as well."""
        contract = self._load(Contract, contract_id, is_target=True)
        self._require_customer_of(contract, contract.responsible_id)
        self._expect_version(contract)
        return self.add(contract)

    def task(self, task_id: UUID) -> Task:
        """Return the task the command is about; visible to whoever sees its customer."""
        task = self._load(Task, task_id, is_target=True)
        self._require_customer_of(task)
        self._expect_version(task)
        return self.add(task)

    def task_for_customer(self, task_id: UUID) -> Task | None:
        """Return a task that a command about its customer changes as well; None when absent."""
        task = self._log.get(task_id)
        return task if isinstance(task, Task) else None

    def intake_form(self, form_id: UUID) -> IntakeForm:
        """Return a form, open or not; a command that changes it adds it."""
        form = self._load(IntakeForm, form_id)
        self._expect_version(form)
        return form

    def intake_item(self, item_id: UUID) -> IntakeItem:
        """Return the message the command is about."""
        item = self._load(IntakeItem, item_id, is_target=True)
        self._expect_version(item)
        return self.add(item)

    def target(self, kind: type[A], stream_id: UUID) -> A:
        """Return what the command is about and everybody may see; raises as `customer`."""
        target = self._load(kind, stream_id, is_target=True)
        self._expect_version(target)
        return self.add(target)

    def own(self, kind: type[Authored], stream_id: UUID) -> Authored:
        """Return the same for its author or a manager; ForbiddenError for anybody else."""
        own = self._load(kind, stream_id)
        if own.author != self.principal.name:
            self.principal.require_manager()
        return self.target(kind, stream_id)

    def for_reading(self, kind: type[A], stream_id: UUID) -> A:
        """Return an aggregate that the command does not change, whoever may see it."""
        return self._load(kind, stream_id)

    def found(self, aggregate_ids: Iterable[UUID]) -> list[CareAggregate]:
        """Return those of the aggregates that are there, in one query."""
        return list(self._log.get_many(list(aggregate_ids)).values())

    def representative(self, rep_id: UUID) -> Representative:
        """Return the representative the command is about."""
        representative = self._load(Representative, rep_id, is_target=True)
        self._expect_version(representative)
        return self.add(representative)

    def delivery(self, delivery_id: UUID) -> Delivery:
        """Return the end of the message that the command is about."""
        delivery = self._load(Delivery, delivery_id, is_target=True)
        self._expect_version(delivery)
        return self.add(delivery)

    def policy(self, stream_id: UUID) -> Policy:
        """Return the policy the command is about."""
        policy = self._load(Policy, stream_id)
        self._expect_version(policy)
        return self.add(policy)

    def book_with(self, versions: Mapping[PolicyKind, int]) -> PolicyBook:
        """Return the policies in force, but those of `versions` as they once were."""
        past = {
            kind.value: self._log.past_policy(kind, version) for kind, version in versions.items()
        }
        return replace(self.book, **past, versions={**self.book.versions, **versions})

    def policy_for_reading(self, stream_id: UUID) -> Policy:
        """Return a policy that is not changed yet."""
        return self._load(Policy, stream_id)

    def access_record(self, record_id: UUID) -> AccessRecord | None:
        """Return what was recorded under an id already, None when nothing was."""
        record = self._log.get(record_id)
        return record if isinstance(record, AccessRecord) else None

    def representative_for_reading(self, rep_id: UUID) -> Representative:
        """Return a representative that the command does not change."""
        return self._load(Representative, rep_id)

    def require_present(self, rep_id: UUID, field: str) -> None:
        """Raise unless `rep_id`, given in `field`, works here.

        InvalidError when nobody has this id, RepresentativeLeftError when he has left.
        """
        try:
            representative = self.representative_for_reading(rep_id)
        except NotFoundError as error:
            raise InvalidError(field=field, problem="unknown-representative") from error
        if representative.has_left:
            raise RepresentativeLeftError(rep_id=str(rep_id))

    def exists(self, stream_id: UUID) -> bool:
        """Tell whether there is a stream under `stream_id`, the key of a decision for example."""
        return self._log.get(stream_id) is not None

    def claims_of(self, card: Card, reference: str) -> Sequence[Claim]:
        """Return the identities that a customer with `card` and `reference` claims."""
        return self._log.claims_of(card, reference)

    def holders(self, claim_ids: Iterable[UUID]) -> dict[UUID, IdentityClaim]:
        """Return those of the identities that somebody has held so far, in one query."""
        wanted = list(claim_ids)
        return self._log.get_many(wanted) if wanted else {}

    def add(self, aggregate: A) -> A:
        """Have the new events of `aggregate` stored at the end."""
        self.touched.append(aggregate)
        return aggregate

    def collect_events(self) -> list[Any]:
        """Return the new events of everything that was touched, in the order of touching."""
        return [event for aggregate in self.touched for event in aggregate.collect_events()]

    def _visible_customer(
        self, customer_id: UUID, *, is_target: bool = False, may_be_erased: bool = False
    ) -> Customer:
        customer = self._load(Customer, customer_id, is_target=is_target)
        if not self.principal.visibility.covers(customer.owner_id, customer.second_owner_id):
            raise NotFoundError(of="customer", id=str(customer_id))
        if not may_be_erased:
            require_known(customer)
        return customer

    def _require_customer_of(
        self, subject: Complaint | Contract | Task, rep_id: UUID | None = None
    ) -> None:
        """Raise NotFoundError, as if `subject` were not there, when its customer is hidden.

        Whoever sees what `rep_id` is responsible for sees it all the same. ErasedError when the
        customer was erased.
        """
        customer = self._log.get(subject.customer_id)
        owners = (customer.owner_id, customer.second_owner_id) if customer is not None else ()
        if not self.principal.visibility.covers(rep_id, *owners):
            raise NotFoundError(of=subject.TOPIC, id=str(subject.id))
        require_known(customer)

    def _load(self, kind: type[A], aggregate_id: UUID, *, is_target: bool = False) -> A:
        recalls = is_target and self._from_memory
        aggregate = self._log.recall(aggregate_id) if recalls else self._log.get(aggregate_id)
        if not isinstance(aggregate, kind):
            raise NotFoundError(of=kind.TOPIC, id=str(aggregate_id))
        return aggregate

    def _expect_version(self, target: CareAggregate) -> None:
        if self._expected_version not in {None, target.version}:
            raise StaleVersionError(expected=self._expected_version, current=target.version)
