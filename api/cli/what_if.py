"""What if on the command line (假设): another policy, tried on what has happened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from api.cli.policies import content_of
from api.cli.session import Session
from api.people_names import People
from domain.access import Grant
from domain.policies.book import PolicyKind
from projections.moments import Moment
from projections.what_if import REPLAYED, Figures, tried, what_if


@click.command("what-if")
@click.argument("kind", type=click.Choice(sorted(kind.value for kind in REPLAYED)))
@click.argument("content")
@click.pass_obj
def what_if_command(session: Session, *, kind: str, content: str) -> None:
    """Say what would be different under another policy, before it is adopted.

    CONTENT is JSON of what is to be different, as for kezhi policy amend. The log is replayed under
    the policy in force and under the other one: contacts asked for, overdue ones, escalations and
    returns to the pool, by representative and month. Nothing is written.
    """
    changes = content_of(content)
    with session.opened() as read, session.progress() as bar:
        session.principal(read).require(Grant.ADMINISTER)
        book = read.care.book(is_fresh=True)
        task = bar.add_task("Events", total=None)
        found = what_if(
            read.log,
            book,
            tried(book, PolicyKind(kind), changes),
            Moment(read.log.head, datetime.now(UTC)),
            lambda done, total: bar.update(task, completed=done, total=total),
        )
        if session.as_json:
            session.show(found)
            return
        people = People(read.people, session.language)
        rows = [
            {"month": each.month.strftime("%Y-%m"), "owner": people.name(each.rep_id),
             **_told(each.now, each.then)}
            for each in found.months
        ]  # fmt: skip
    rows.append({"month": None, "owner": None, **_told(found.now, found.then)})
    columns = ("month", "owner", "asked", "overdue_follow_ups", "escalations", "returns")
    session.show(rows, columns=columns)


def _told(now: Figures, then: Figures) -> dict[str, Any]:
    pairs = {
        "asked": (now.asked, then.asked),
        "overdue_follow_ups": (now.overdue, then.overdue),
        "escalations": (now.escalations, then.escalations),
        "returns": (now.returns, then.returns),
    }
    return {
        name: f"{before} → {after} ({after - before:+})" for name, (before, after) in pairs.items()
    }
