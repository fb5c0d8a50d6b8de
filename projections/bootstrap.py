"""Puts the read side together (组装): the database, the log, the door and the queries."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError, Notification
from psycopg.sql import SQL, Identifier

from domain.application import CustomerCare
from domain.eventstore import erasure_register
from domain.eventstore.checkpoints import CheckpointStore
from domain.eventstore.database import Database
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.event_log import EventLog
from domain.eventstore.key_table import KeyTable
from domain.eventstore.keys import KeyFileError, MasterKeys, MissingKeyError
from domain.eventstore.mapper import TamperedEventError
from domain.eventstore.migrate import EVENT_LOG_SCHEMA, migrate
from domain.eventstore.niceness import Background
from domain.eventstore.roles import Addresses, grant
from domain.eventstore.settings import StoreSettings
from domain.eventstore.tree import LeafTree
from domain.policies.book import PolicyKind
from domain.provenance import Provenance
from projections import positions
from projections.accesses.queries import AccessQueries
from projections.campaigns.queries import CampaignQueries
from projections.complaints.queries import ComplaintQueries
from projections.contracts.queries import ContractQueries
from projections.due_list.queries import DueListQueries
from projections.duplicates.queries import DuplicateQueries
from projections.erasures.queries import ErasureQueries
from projections.forgetting import Forgetting
from projections.greetings.queries import GreetingQueries
from projections.handovers.queries import HandoverQueries
from projections.inbox.queries import InboxQueries
from projections.intake.queries import IntakeQueries
from projections.journal.history import HistoryReader
from projections.moments import Moments
from projections.occasions.queries import OccasionQueries
from projections.parking import ParkedStreams
from projections.past import PastLists
from projections.people.queries import PeopleQueries
from projections.policies.queries import PolicyQueries
from projections.pool.queries import PoolQueries
from projections.purchases.queries import PurchaseQueries
from projections.registry import READ_MODELS
from projections.roster.queries import RosterQueries
from projections.tasks.queries import TaskQueries
from projections.watch import PositionWatch
from projections.workload.queries import WorkloadQueries


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSide:
    """What the layers above read from and write through; safe to share between threads."""

    database: Database
    log: EventLog
    care: CustomerCare
    watch: PositionWatch
    people: PeopleQueries
    roster: RosterQueries
    due_list: DueListQueries
    duplicates: DuplicateQueries
    purchases: PurchaseQueries
    pool: PoolQueries
    workload: WorkloadQueries
    complaints: ComplaintQueries
    tasks: TaskQueries
    contracts: ContractQueries
    intake: IntakeQueries
    history: HistoryReader
    moments: Moments
    past: PastLists
    inbox: InboxQueries
    policies: PolicyQueries
    occasions: OccasionQueries
    greetings: GreetingQueries
    erasures: ErasureQueries
    accesses: AccessQueries
    campaigns: CampaignQueries
    handovers: HandoverQueries
    leaves: LeafTree
    checkpoints: CheckpointStore
    parked: ParkedStreams
    forgetting: Forgetting | None = None
    engine: EmbeddedPostgres | None = None

    @classmethod
    def over(
        cls,
        log: EventLog,
        engine: EmbeddedPostgres | None = None,
        forgetting: Forgetting | None = None,
    ) -> Self:
        """Return the read side of a log; `engine` is stopped with it if nobody else uses it."""
        database = log.database
        return cls(
            database=database,
            log=log,
            care=CustomerCare(log),
            watch=PositionWatch(database, READ_MODELS),
            people=PeopleQueries(database),
            roster=RosterQueries(database),
            due_list=DueListQueries(database),
            duplicates=DuplicateQueries(database),
            purchases=PurchaseQueries(database),
            pool=PoolQueries(database),
            workload=WorkloadQueries(database),
            complaints=ComplaintQueries(database),
            tasks=TaskQueries(database),
            contracts=ContractQueries(database),
            intake=IntakeQueries(database),
            history=HistoryReader(log, database),
            moments=Moments(log),
            past=PastLists(log, database),
            inbox=InboxQueries(database),
            policies=PolicyQueries(database),
            occasions=OccasionQueries(database),
            greetings=GreetingQueries(database),
            erasures=ErasureQueries(database),
            accesses=AccessQueries(log, database),
            campaigns=CampaignQueries(database),
            handovers=HandoverQueries(database),
            leaves=LeafTree(database, log.recorder.schema),
            checkpoints=CheckpointStore(database, log.recorder.schema),
            parked=ParkedStreams(database),
            forgetting=forgetting,
            engine=engine,
        )

    def lost_keys(self) -> int:
        """Return how many people's data keys cannot be had, though nobody erased them."""
        table = KeyTable(self.database, self.log.recorder.schema)
        return table.count_lost(self.log.keys.versions, self.log.mapper.beginnings)

    def close(self) -> None:
        """Close the connections, and the embedded server unless somebody else uses it."""
        if self.forgetting is not None:
            self.forgetting.close()
        self.watch.close()
        self.past.close()
        self.database.close()
        if self.engine is not None:
            self.engine.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_side(
    settings: StoreSettings, *, name: str = "kezhi", background: Background | None = None
) -> ReadSide:
    """Open the store of `settings`, which `install` has prepared; build it after a fork.

    `name` is what PostgreSQL shows of this process; as `background` an embedded server's processes
    stand back that work for it. Raises EngineError, KeyFileError or
    psycopg.OperationalError, each with what to do.
    """
    engine, addresses = opened(settings)
    database = Database(
        addresses.service, name=name, background=background if settings.is_embedded else None
    )
    try:
        log = EventLog(database, settings.read_master_keys())
        _require_the_right_keys(log, settings.master_key_file)
    except BaseException:
        database.close()
        if engine is not None:
            engine.stop()
        raise
    return ReadSide.over(log, engine, Forgetting(log))


def install(settings: StoreSettings, provenance: Provenance) -> list[PolicyKind]:
    """Prepare the store: tables, keys, default policies; may be repeated at every start.

    Fresh keys are only made beside an embedded database that holds no event yet: events that were
    written under other keys could never be read again. Returns the policies that were adopted.
    """
    engine, addresses = opened(settings)
    try:
        migrate(addresses.owner)
        grant(addresses, EVENT_LOG_SCHEMA)
        with closing(Database(addresses.service)) as database:
            hold_back_erased(database, settings.erasure_register)
            if settings.is_embedded and not settings.master_keys and _is_empty(database):
                MasterKeys.create(settings.master_key_file)
            positions.prepare(database)
        with read_side(settings) as read:
            return read.care.install(provenance)
    finally:
        if engine is not None:
            engine.stop()


def opened(settings: StoreSettings) -> tuple[EmbeddedPostgres | None, Addresses]:
    """Return the addresses of the store, and the server to stop afterwards if it is embedded."""
    if not settings.is_embedded:
        return None, settings.addresses
    engine = EmbeddedPostgres(settings.data_folder / "postgres")
    engine.start()
    return engine, engine.addresses


def hold_back_erased(database: Database, register: Path) -> list[UUID]:
    """Destroy the keys of those in the register whose keys are there; return whose they were.

    They are there where the database was brought back to a day before an erasure.
    """
    if not register.exists():
        return []
    erased = erasure_register.read(register.read_text("utf-8"))
    table = KeyTable(database, EVENT_LOG_SCHEMA)
    return table.destroy(erased, max(erased.values())) if erased else []


def _require_the_right_keys(log: EventLog, file: Path) -> None:
    """Raise KeyFileError when neither the first nor the newest event was signed with our keys."""
    recorder = log.recorder
    events = [*recorder.select_notifications(1, 1), *recorder.select_notifications(log.head, 1)]
    if events and not any(_is_ours(log, event) for event in events):
        raise KeyFileError(
            f"The master key file {file} is not the one this event log was written with. Nothing"
            " was changed. Restore the right file from its backup.",
            f"主密钥文件 {file} 与写入此事件日志时所用的不符。没有任何改动。"
            "请从备份中恢复正确的文件。",
        )


def _is_ours(log: EventLog, event: Notification) -> bool:
    try:
        log.mapper.to_domain_event(event)
    except TamperedEventError:
        return False
    except (MapperDeserialisationError, MissingKeyError):
        pass  # Its signature fits, which is all that is asked here.
    return True


def _is_empty(database: Database) -> bool:
    query = SQL("SELECT NOT EXISTS (SELECT FROM {}.event)").format(Identifier(EVENT_LOG_SCHEMA))
    return bool(database.fetch(query, ())[0][0])
