"""Why on the command line (缘由): events, policies and rules behind what stands and was decided."""

from __future__ import annotations

import click

from api.cli.finding import find_customer
from api.cli.past import AS_OF, as_it_was, book_of, moment_of
from api.cli.session import Session
from api.explanations import Explanation, Words, explanations_of
from api.people_names import People
from projections.moments import Asked


@click.command("why")
@click.argument("customer")
@AS_OF
@click.pass_obj
def why_command(session: Session, *, customer: str, as_of: Asked | None) -> None:
    """Say why CUSTOMER stands as he does, and why what was decided about him was.

    His due date, grade and owner; escalations, greetings, what was left undone and returns to the
    pool: each with its events, the versions of policies and the numbers of the rules.
    """
    with session.opened() as read:
        moment = moment_of(session, read, as_of)
        found = as_it_was(read, find_customer(read, session.principal(read), customer), moment)
        explanations = explanations_of(
            read.history,
            found,
            book_of(read, moment).calendar.calendar,
            Words(session.language, People(read.people, session.language).name),
            moment.position if moment else None,
        )
    show_explanations(session, explanations)


def show_explanations(session: Session, explanations: list[Explanation]) -> None:
    """Show explanations: each in a row, or all that is known for programs."""
    if session.as_json:
        session.show(explanations)
        return
    session.show(
        [_row(session, each) for each in explanations],
        columns=("decision", "why", "rules", "policies", "events"),
    )


def _row(session: Session, explanation: Explanation) -> dict[str, object]:
    word = session.answers.word
    return {
        "decision": word("decision", explanation.decision),
        "why": explanation.text,
        "rules": explanation.rules,
        "policies": [
            f"{word('policy', each.kind)} {each.version}" for each in explanation.policies
        ],
        "events": [each.position for each in explanation.events],
    }
