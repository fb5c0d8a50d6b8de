"""Every resource of the JSON API, in the order of the document."""

from __future__ import annotations

from api.blueprints import Blueprint
from api.v1 import complaints, contacts, customers, ownership, representatives

BLUEPRINTS: tuple[Blueprint, ...] = (
    customers.blueprint,
    contacts.blueprint,
    ownership.blueprint,
    complaints.blueprint,
    representatives.blueprint,
)
