"""What whatever is owed has in common, wherever it stands: the shape of a worklist's rows (D7)."""

from __future__ import annotations

OWED = {
    "key": "uuid",
    "kind": "text",
    "subject_id": "uuid",
    "customer_id": "uuid",
    "rep_id": "uuid",
    "day": "date",
    "due_at": "timestamptz",
    "expires_at": "timestamptz",
    "priority": "smallint",
    "payload": "jsonb",
}
"""The columns of an obligation, by type."""
