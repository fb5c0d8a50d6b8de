from __future__ import annotations

import psycopg

from tests.integration.cli.conftest import CommandLine
from tests.support.event_logs import spoil


def test_an_operator_sees_what_is_parked_and_replays_it_after_the_mend(
    customers: CommandLine,
) -> None:
    assert customers.json("parked") == []

    customers.json("contact", "王五", "问好")
    address = customers.settings["KEZHI_DATABASE_URL"]
    with psycopg.connect(address) as connection:
        (position,) = connection.execute("SELECT max(position) FROM eventlog.event").fetchall()[0]
    spoil(address, position)
    told = customers("due").told
    waiting = customers.json("parked", "roster", "due_list")
    still = customers.json("parked", "roster", "--retry")

    assert "due_list; kezhi parked tells" in told
    assert {row["read_model"] for row in waiting} == {"roster", "due_list"}
    assert {row["since_position"] for row in waiting} == {position}
    assert all("signature" in row["error"] for row in waiting)
    assert still == [row for row in waiting if row["read_model"] == "roster"]

    spoil(address, position)  # The byte is changed back.

    assert customers.json("parked", "roster", "--retry") == []
    assert "due_list" in {row["read_model"] for row in customers.json("parked")}
    assert customers.json("parked", "--retry") == []
