"""Imports a sheet of customers or purchases: in batches, each row once, with a verdict each.

A row is known by a digest of what it says, kept for ever beside the events it led to. Feeding a
file again, after a kill -9 or with its bad rows mended, therefore doubles nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec

from api.transfer.columns import CUSTOMERS, PURCHASES, ColumnMap, Kind
from api.transfer.faults import Fault
from api.transfer.rows import (
    Directory,
    RowFaults,
    customer_command,
    purchase_command,
    refusal_fault,
)
from api.transfer.sheets import Sheet, SheetRow
from domain import commands
from domain.access import Visibility
from domain.application import CustomerCare, IdempotencyKey, Receipt
from domain.bulk import BatchItem, Bulk, Outcome
from domain.customer import Customer
from domain.errors import CareError, DuplicateCustomerError
from domain.identity import IdentityClaim, reference_claim
from domain.provenance import Provenance
from projections.people.queries import PeopleQueries

BATCH = 500

T = TypeVar("T")


class ImportKind(StrEnum):
    """What a sheet is about."""

    CUSTOMERS = "customers"
    PURCHASES = "purchases"

    @property
    def columns(self) -> Kind:
        """The columns such a sheet may have."""
        return CUSTOMERS if self is ImportKind.CUSTOMERS else PURCHASES


class Verdict(StrEnum):
    """What became of a row."""

    NEW = "new"
    KNOWN = "known"
    DUPLICATE = "duplicate"
    INVALID = "invalid"


@dataclass(slots=True)
class Report:
    """How an import went; `position` is the newest event it wrote."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    position: int = 0

    @property
    def rows(self) -> int:
        """How many rows were looked at."""
        return self.counts.total()


class Rejects(Protocol):
    """Takes the rows that were not imported, such as an error file."""

    def add(self, row: SheetRow, faults: Iterable[Fault]) -> None:
        """Keep a row with what is wrong with it."""
        ...


class Importer:
    """Imports sheets for one principal; a dry run decides everything and stores nothing.

    `report` tells how the sheet at hand goes, or went until it broke off.
    """

    def __init__(
        self,
        care: CustomerCare,
        directory: Directory,
        sign: Callable[[], Provenance],
        *,
        constants: Mapping[str, str] | None = None,
        dry_run: bool = False,
        began_after: int | None = None,
    ) -> None:
        """Carry rows out through `care`; `sign` gives the provenance of each batch.

        `constants` are texts of fields that the sheet has no column for, the same in every row. An
        import that is begun again after a crash names the newest event when it began at first:
        what it has stored since is new.
        """
        self._care = care
        self._directory = directory
        self._sign = sign
        self._constants = dict(constants or {})
        self._dry_run = dry_run
        self._began_after = began_after
        self.report = Report()

    def run(
        self,
        kind: ImportKind,
        sheet: Sheet,
        columns: ColumnMap,
        rejects: Rejects,
        progress: Callable[[Report], None] = lambda _report: None,
    ) -> Report:
        """Import every row of `sheet`; those that cannot be go to `rejects` with the reason."""
        report = self.report = Report()
        header_of = lambda name: columns.header_of(name, sheet.header)  # noqa: E731 - used twice
        # Bulk answers one batch behind; meanwhile the rows wait here, with what is wrong with them.
        waiting: deque[list[tuple[SheetRow, list[Fault]]]] = deque()

        def batches() -> Iterator[list[BatchItem]]:
            seen: Counter[bytes] = Counter()
            for rows in _chunks(sheet.rows(), BATCH):
                texts = [self._constants | columns.texts(row.cells) for row in rows]
                known = self._customers_named(kind, texts)
                read, items = [], []
                for row, named in zip(rows, texts, strict=True):
                    try:
                        command = self._command(kind, row, named, header_of, known)
                    except RowFaults as error:
                        read.append((row, error.faults))
                    else:
                        read.append((row, []))
                        key = _key(kind, named, seen)
                        items.append(BatchItem(command=command, idempotency=key))
                waiting.append(read)
                yield items

        for outcomes in Bulk(self._care, self._sign, dry_run=self._dry_run).run(batches()):
            became = iter(outcomes)
            for row, faults in waiting.popleft():
                if faults:
                    report.counts[Verdict.INVALID] += 1
                    rejects.add(row, faults)
                else:
                    self._take(row, next(became), report, rejects, header_of)
            progress(report)
        return report

    def _customers_named(
        self, kind: ImportKind, texts: Sequence[Mapping[str, str]]
    ) -> Mapping[str, UUID]:
        if kind is ImportKind.CUSTOMERS:
            return {}
        return self._directory.customer_ids({t["customer"] for t in texts if "customer" in t})

    def _command(
        self,
        kind: ImportKind,
        row: SheetRow,
        texts: Mapping[str, str],
        header_of: Callable[[str], str],
        known: Mapping[str, UUID],
    ) -> commands.Command:
        if row.faults:
            raise RowFaults(list(row.faults))
        if kind is ImportKind.CUSTOMERS:
            return customer_command(texts, header_of, self._directory)
        return purchase_command(texts, header_of, known)

    def _take(
        self,
        row: SheetRow,
        outcome: Outcome,
        report: Report,
        rejects: Rejects,
        header_of: Callable[[str], str],
    ) -> None:
        if isinstance(outcome, Receipt):
            report.counts[Verdict.KNOWN if self._was_known(outcome) else Verdict.NEW] += 1
            report.position = max(report.position, outcome.position)
        else:
            report.counts[_verdict(outcome)] += 1
            rejects.add(row, [refusal_fault(outcome, header_of)])

    def _was_known(self, receipt: Receipt) -> bool:
        is_ours = self._began_after is not None and receipt.position > self._began_after
        return receipt.is_replay and not is_ours


class LogDirectory:
    """Finds representatives by login or name and customers in scope by their claimed reference."""

    def __init__(self, care: CustomerCare, people: PeopleQueries, visibility: Visibility) -> None:
        """Look in the log of `care` and among `people`; only who is visible is found (D11)."""
        self._log = care.log
        self._visibility = visibility
        self._reps: dict[str, UUID | None] = {}
        for person in people.active_reps():
            for name in {person.login.casefold(), person.name}:
                self._reps[name] = None if name in self._reps else person.rep_id

    def rep_id(self, text: str) -> UUID | None:
        """Return a representative by login or name."""
        return self._reps.get(text) or self._reps.get(text.casefold())

    def customer_ids(self, references: Iterable[str]) -> Mapping[str, UUID]:
        """Return the customers with these references, in one query."""
        secret = self._log.blinding_secret
        claims = {text: reference_claim(secret, text).id for text in references}
        held = self._log.get_many(claims.values())
        found: dict[str, UUID] = {}
        for text, claim_id in claims.items():
            claim = held.get(claim_id)
            if isinstance(claim, IdentityClaim) and claim.holder_ids:
                found[text] = claim.holder_ids[0]
        return self._visible(found)

    def _visible(self, found: Mapping[str, UUID]) -> Mapping[str, UUID]:
        if self._visibility.rep_ids is None:
            return found
        seen = {
            customer_id
            for customer_id, customer in self._log.get_many(found.values()).items()
            if isinstance(customer, Customer)
            and self._visibility.covers(customer.owner_id, customer.second_owner_id)
        }
        return {text: customer_id for text, customer_id in found.items() if customer_id in seen}


def _key(kind: ImportKind, texts: Mapping[str, Any], seen: Counter[bytes]) -> IdempotencyKey:
    """Return the key of a row: what it says, and for purchases which of equal rows it is."""
    digest = hashlib.sha256(msgspec.json.encode(sorted(texts.items()))).digest()
    number = 0
    if kind is ImportKind.PURCHASES:
        short = digest[:8]
        number = seen[short]
        seen[short] += 1
    return IdempotencyKey(
        key=f"{digest.hex()}#{number}", fingerprint=digest[:8], principal=f"import/{kind.value}"
    )


def _verdict(refusal: CareError) -> Verdict:
    is_duplicate = isinstance(refusal, DuplicateCustomerError)
    return Verdict.DUPLICATE if is_duplicate else Verdict.INVALID


def _chunks(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(rows, size)):
        yield chunk
