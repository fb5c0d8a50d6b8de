"""Every resource of the JSON API, in the order of the document."""

from __future__ import annotations

from api.blueprints import Blueprint
from api.v1 import (
    audit,
    backlog,
    calendar,
    complaints,
    contacts,
    contracts,
    customers,
    due_list,
    duplicates,
    greetings,
    history,
    inbox,
    intake,
    me,
    ownership,
    policies,
    pool,
    purchases,
    representatives,
    roster,
    tasks,
    workload,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    customers.blueprint,
    roster.blueprint,
    due_list.blueprint,
    workload.blueprint,
    contacts.blueprint,
    ownership.blueprint,
    pool.blueprint,
    purchases.blueprint,
    duplicates.blueprint,
    complaints.blueprint,
    greetings.blueprint,
    tasks.blueprint,
    contracts.blueprint,
    intake.blueprint,
    history.blueprint,
    me.blueprint,
    inbox.blueprint,
    representatives.blueprint,
    policies.blueprint,
    calendar.blueprint,
    backlog.blueprint,
    audit.blueprint,
)
