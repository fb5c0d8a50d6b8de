"""What would happen by itself on a coming day, for the operator of the machine (D7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import click

from api.cli.care import DAY
from api.cli.session import Session
from api.people_names import People
from projections.bootstrap import ReadSide
from workers.forecast import FORESEEN, Forecast, Foreseen

AT_ONCE = 500


@click.command("forecast")
@click.option("--on", type=DAY, help="The coming day to look at; tomorrow when not given.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(FORESEEN)), metavar="KIND",
              help="Only one kind, such as greeting; may be repeated.")  # fmt: skip
@click.option("--counts", is_flag=True, help="Count decisions and reasons instead.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@click.pass_obj
def forecast_command(
    session: Session, *, on: datetime | None, kinds: tuple[str, ...], counts: bool, limit: int
) -> None:
    """Tell who would get what on a day, and why not; nothing is written (预告).

    Greetings, gifts and visits, lists of the day, escalations, what goes back to the pool, return
    visits and receivables: as they would be decided if nothing happened until then.
    """
    now = datetime.now(UTC)
    with session.opened() as read:
        day = on.date() if on else session.today(read) + timedelta(days=1)
        if counts:
            counted = Counter(
                (each.kind, each.decision, each.reason) for each in _all(read, day, now, kinds)
            )
            rows = [
                {"kind": kind, "decision": decision, "reason": reason, "count": count}
                for (kind, decision, reason), count in sorted(counted.items())
            ]
            session.show(rows, columns=("kind", "decision", "reason", "count"))
            return
        found = Forecast(read).page(day, now, kinds=kinds, limit=limit)
        if session.as_json:
            session.show(found)
            return
        people = People(read.people, session.language)
        shown = [
            {
                "due_at": each.due_at,
                "kind": session.answers.word("kind", each.kind),
                "customer_name": each.customer_name or people.name(each.rep_id),
                "decision": each.decision,
                "reason": session.answers.word("reason", each.reason),
                "told": ", ".join(map(people.name, each.told_ids)) or ", ".join(each.channels),
            }
            for each in found
        ]
    columns = ("due_at", "kind", "customer_name", "decision", "reason", "told")
    session.show(shown, columns=columns)


def _all(read: ReadSide, day: date, now: datetime, kinds: tuple[str, ...]) -> Iterator[Foreseen]:
    """Yield everything of a day, however much it is."""
    forecast, after = Forecast(read), None
    while found := forecast.page(day, now, kinds=kinds, after=after, limit=AT_ONCE):
        yield from found
        after = found[-1].due_at, found[-1].key
