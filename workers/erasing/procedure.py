"""The erasure, step by step (D12); each step may be repeated, so a killed one is begun again.

What there is to do stands in the log: somebody erased whose erasure is not completed. The steps:
others get his places at activities; his data key is destroyed, after his id went into the register;
the lists have forgotten him by then; answers to repeated requests, copies for questions, uploaded
sheets and trials are deleted; whatever still lies in files is written anew, once nobody sees what
lay there before; everything is searched; then it is recorded that the erasure is complete.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.errors import LockNotAvailable
from psycopg.sql import SQL, Identifier

from domain.access import Principal
from domain.customer import Customer
from domain.erasure import personal_values
from domain.erasure_commands import CompleteErasure, EraseCustomer, ReleasePlace
from domain.eventstore import erasure_register
from domain.eventstore.key_table import KeyTable
from domain.eventstore.settings import StoreSettings
from domain.ids import new_id
from domain.provenance import Provenance
from projections import past
from projections.bootstrap import ReadSide
from projections.erasures.queries import ErasureRow
from projections.read_model import ReadModel
from projections.rebuild import drop_old, rebuild
from projections.registry import READ_MODELS
from workers.erasing.onlookers import Onlookers, OnlookersError
from workers.erasing.rewriting import rewrite
from workers.erasing.searching import Findings, search
from workers.trials import Trials
from workers.uploads import Uploads

logger = logging.getLogger(__name__)

LOCK = 0x6B657A65  # "keze"
AGAIN = "restored from a backup of before the erasure"
LISTS_WITHIN = 60.0
"""Seconds that an erasure waits for the lists to have come as far as the erasure."""

PURGED: tuple[type[ReadModel], ...] = tuple(
    kind for kind in READ_MODELS if kind.forgets and "customer_id" in kind.tables
)
"""The lists that hold rows about customers."""

PERSONAL = tuple(kind for kind in PURGED if kind.personal)
"""Those among them whose files hold something personal."""


class Step(StrEnum):
    """What an erasure is at."""

    WAITING = "waiting"
    DESTROYING = "destroying"
    PURGING = "purging"
    REWRITING = "rewriting"
    SEARCHING = "searching"
    DONE = "done"


Progress = Callable[[Step], None]


class LeftOverError(Exception):
    """Rows about an erased person were found after the purge; it is done again."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was done for the people who were erased together; `knew_values` when each was known."""

    customer_ids: list[UUID]
    findings: Findings
    knew_values: bool
    refused: list[str] = field(default_factory=list)


class Erasing:
    """Carries erasures out that are not completed yet; one process at a time does."""

    def __init__(self, read: ReadSide, store: StoreSettings) -> None:
        """Erase in the store of `read`, which is described by `store`."""
        self._read = read
        self._register = store.erasure_register
        self._folders: list[Path] = []
        if store.is_embedded:
            self._folders = [store.data_folder]
        self._keys = KeyTable(read.database, read.log.recorder.schema)
        self._uploads = Uploads(read.database, read.log.blinding_secret)
        self._trials = Trials(read.database)
        self._onlookers = Onlookers(read.database, read.log.recorder.schema)
        # What they were known by, from before their keys were destroyed: for the search, and
        # nowhere but here. Whoever is completed, by this process or another, is dropped.
        self._known: dict[UUID, set[str]] = {}

    def reconcile(self, provenance: Provenance) -> list[UUID]:
        """Erase again whose key is destroyed though the log does not know of it; return who.

        So it is after a restore from a backup of before the erasure. What follows, `run` does.
        """
        again = []
        for subject_id in self._keys.destroyed():
            customer = self._read.log.get(subject_id)
            if isinstance(customer, Customer) and customer.erased_on is None:
                command = EraseCustomer(customer_id=subject_id, is_again=True)
                self._read.care.execute(command, replace(provenance, why=AGAIN))
                again.append(subject_id)
        return again

    def run(self, progress: Progress = lambda _: None) -> Report | None:
        """Carry out what is not completed, all of it together; None when there is nothing.

        Does nothing while another process is at it. Raises OnlookersError while somebody still sees
        what was purged, LeftOverError when something is left all the same; it may be called again
        at any time.
        """
        with self._alone() as is_alone:
            if not is_alone:
                return None
            pending = self._read.erasures.unfinished()
            ids = [row.customer_id for row in pending]
            self._known = {each: self._known.get(each, set()) for each in ids}
            return self._erase(pending, progress) if pending else None

    def _erase(self, pending: Sequence[ErasureRow], progress: Progress) -> Report:
        people = {row.customer_id: self._streams(row.customer_id) for row in pending}
        ids = [stream for streams in people.values() for stream in streams]
        progress(Step.WAITING)
        if not self._read.watch.wait_for(pending[-1].position, LISTS_WITHIN):
            raise TimeoutError("the lists have not come as far as the erasure")
        for customer_id, streams in people.items():
            self._release_places(customer_id)
            self._known[customer_id] |= self._values(streams)
        progress(Step.DESTROYING)
        if self._destroy(ids):
            self._onlookers.forget(people)
        progress(Step.PURGING)
        # Once: what others have stored since, while it waits, is not about whoever was erased.
        noted = self._onlookers.noted()
        if not noted.keys() >= people.keys():
            self._purge(people, ids)
        progress(Step.REWRITING)
        refused = self._rewrite(list(people), is_rebuilt=all(map(noted.get, people)))
        progress(Step.SEARCHING)
        self._forget_latecomers(list(people))
        values = set[str]().union(*self._known.values())
        findings = search(self._read.database, PURGED, ids, values, self._folders)
        # From here on it would be purged anew, if it has to be begun once more.
        self._onlookers.forget(people)
        if findings.left.total():
            raise LeftOverError(dict(+findings.left))
        for customer_id in people:
            knew_values = bool(self._known[customer_id])
            self._complete(customer_id, findings, knew_values=knew_values)
        knew_all = all(self._known.values())
        self._known.clear()
        progress(Step.DONE)
        return Report(list(people), findings, knew_all, refused)

    def _streams(self, customer_id: UUID) -> list[UUID]:
        """Return the streams about a customer, of which some have a key of their own."""
        return self._read.history.evidence_of(customer_id).streams

    def _release_places(self, customer_id: UUID) -> None:
        """Let others have his places at activities, which no list shows any more."""
        for activity_id in self._read.history.evidence_of(customer_id).activities:
            command = ReleasePlace(activity_id=activity_id, customer_id=customer_id)
            self._read.care.execute(command, _provenance())

    def _values(self, ids: Sequence[UUID]) -> set[str]:
        """Return what tells him from others, as long as his key is there."""
        streams = self._read.log.recorder.select_streams(ids)
        stored = [event for stream in streams.values() for event in stream]
        events = self._read.log.mapper.to_domain_events(stored)
        return {value for event in events for value in _identity(event)}

    def _destroy(self, ids: Sequence[UUID]) -> bool:
        """Destroy the keys; tell whether any was still there."""
        now = datetime.now(UTC)
        owners = self._keys.present(ids)
        if owners:
            erasure_register.add(self._register, owners, now)
            self._keys.destroy(owners, now)
        for subject_id in ids:
            self._read.log.keys.forget(subject_id)
        return bool(owners)

    def _purge(self, people: Collection[UUID], ids: Sequence[UUID]) -> None:
        schema = Identifier(self._read.log.recorder.schema)
        past.forget(self._read.database)
        # Nobody can tell whom they are about; an import under way stops at its next batch.
        self._uploads.forget(datetime.now(UTC))
        self._trials.forget()
        with self._read.database.transaction() as connection:
            connection.execute(
                SQL("DELETE FROM {}.idempotency WHERE subject_id = ANY(%s)").format(schema),
                (list(ids),),
            )
            connection.execute(
                "DELETE FROM projection.parked WHERE originator_id = ANY(%s)", (list(ids),)
            )
            self._onlookers.note_purged(connection, people)

    def _rewrite(self, people: Collection[UUID], *, is_rebuilt: bool) -> list[str]:
        """Write anew what held something of them; return what may not be. OnlookersError.

        Lists are built anew once, however long somebody sees what was before.
        """
        if not is_rebuilt:
            self._onlookers.wait(people)
            rebuild(self._read.log, self._read.database, PERSONAL, afresh=True)
            if not drop_old(self._read.database, [kind.name for kind in PERSONAL]):
                raise OnlookersError(self._onlookers.look(people))
            self._onlookers.note_rebuilt(people)
        self._onlookers.wait(people)
        try:
            self._uploads.rewrite()
            self._trials.rewrite()
            return rewrite(self._read.database.address, self._read.log.recorder.schema)
        except LockNotAvailable as error:
            raise OnlookersError(self._onlookers.look(people)) from error

    def _forget_latecomers(self, customer_ids: Sequence[UUID]) -> None:
        """Drop rows of what was decided about somebody before he was erased, and stored after it.

        His own stream takes no such event, but a complaint or a contract of his may.
        """
        with self._read.database.transaction() as connection:
            for kind in PURGED:
                kind().forget(connection, customer_ids)

    def _complete(self, customer_id: UUID, findings: Findings, *, knew_values: bool) -> None:
        command = CompleteErasure(
            customer_id=customer_id,
            searched=dict(findings.searched),
            found=findings.found,
            knew_values=knew_values,
        )
        self._read.care.execute(command, _provenance())
        logger.info("erased", extra={"customer_id": str(customer_id)})

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        with psycopg.connect(self._read.database.address, autocommit=True) as connection:
            connection.execute("SET application_name = 'kezhi-erasing'")
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
            try:
                yield row == (True,)
            finally:
                # Closing alone lets the lock go some time later.
                connection.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))


def _provenance() -> Provenance:
    return Provenance(
        principal=Principal.system("erasure"),
        at=datetime.now(UTC),
        through="worker",
        correlation=new_id(),
    )


_CARDS = ("card", "before", "after")
_KNOWN_BY = frozenset(
    {"name", "company", "contact", "phones", "phone", "email", "wechat", "address"}
    | {"reference", "number"}
)


def _identity(event: Any) -> Iterator[str]:
    """Yield the personal texts of an event by which somebody is known; no free text."""
    known = vars(event)
    for name in event.PERSONAL.intersection(known):
        fields = known[name] or {} if name in _CARDS else {name: known[name]}
        yield from personal_values([fields[each] for each in _KNOWN_BY.intersection(fields)])
