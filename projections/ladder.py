"""Where customers stand on the ladder of overdue follow-ups, the same in every list that shows it.

A rung counts as long as the customer is due on the day for which it was climbed; the database sees
to that, so an event that moves the day need not know of the ladder.
"""

from __future__ import annotations

from typing import Any, LiteralString

COLUMNS = {"rung": "smallint", "rung_due_on": "date", "rung_flags": "boolean"}

TABLE: LiteralString = """
            rung smallint,
            rung_due_on date,
            rung_flags boolean,
            follow_up_level smallint NOT NULL
                GENERATED ALWAYS AS (CASE WHEN rung_due_on = due_on THEN rung ELSE 0 END) STORED,
            is_flagged boolean NOT NULL
                GENERATED ALWAYS AS (coalesce(rung_flags AND rung_due_on = due_on, false)) STORED,
"""
"""The columns of a table that has `due_on`."""

BELOW: dict[str, Any] = {"rung_due_on": None}
"""What is so of a customer whose follow-up has climbed no rung since he fell due."""


def climbed(event: Any) -> dict[str, Any]:
    """Return what an escalation makes of the row."""
    return {"rung": event.level, "rung_due_on": event.due_on, "rung_flags": event.is_flagged}
