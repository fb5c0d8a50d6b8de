"""The read models that are kept: the projector, rebuilds and documents all read this list."""

from __future__ import annotations

from projections.accesses.projection import AccessesProjection
from projections.campaigns.projection import CampaignsProjection
from projections.complaints.projection import ComplaintsProjection
from projections.contracts.projection import ContractsProjection
from projections.due_list.projection import DueListProjection
from projections.duplicates.projection import DuplicatesProjection
from projections.erasures.projection import ErasuresProjection
from projections.greetings.projection import GreetingsProjection
from projections.handovers.projection import HandoversProjection
from projections.inbox.projection import InboxProjection
from projections.intake.projection import IntakeProjection
from projections.journal.projection import JournalProjection
from projections.obligations.projection import ObligationsProjection
from projections.occasions.projection import OccasionsProjection
from projections.outbox.projection import OutboxProjection
from projections.people.projection import PeopleProjection
from projections.policies.projection import PoliciesProjection
from projections.pool.projection import PoolProjection
from projections.purchases.projection import PurchasesProjection
from projections.read_model import ReadModel
from projections.roster.projection import RosterProjection
from projections.tasks.projection import TasksProjection
from projections.workload.projection import WorkloadProjection

READ_MODELS: tuple[type[ReadModel], ...] = (
    RosterProjection,
    DueListProjection,
    DuplicatesProjection,
    WorkloadProjection,
    PurchasesProjection,
    PoolProjection,
    PeopleProjection,
    ComplaintsProjection,
    TasksProjection,
    ContractsProjection,
    IntakeProjection,
    JournalProjection,
    InboxProjection,
    PoliciesProjection,
    ObligationsProjection,
    OccasionsProjection,
    GreetingsProjection,
    CampaignsProjection,
    OutboxProjection,
    ErasuresProjection,
    AccessesProjection,
    HandoversProjection,
)
