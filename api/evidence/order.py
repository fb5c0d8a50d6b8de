"""What bundle is wanted, and who wants it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whose bundle, for whom, why and when.

    A `is_sealed` one holds no readable content and no key. `since` is the size of a checkpoint that
    the auditor holds, which the bundle's checkpoint is then proved to continue.
    """

    customer_id: UUID
    made_by: str
    made_at: datetime
    why: str
    is_sealed: bool = False
    since: int | None = None
