from __future__ import annotations

from uuid import uuid4

from tests.integration.cli.conftest import CommandLine


def test_a_consent_is_recorded_on_the_phone(customers: CommandLine) -> None:
    said = customers.json("care", "麒麟", "--sms", "yes", "--zone", "Asia/Urumqi", "--why", "phone")

    assert (said["consents"], said["zone"]) == ({"sms": True}, "Asia/Urumqi")


def test_whom_we_are_going_to_greet_is_listed_and_can_be_reserved(
    customers: CommandLine,
) -> None:
    rows = customers.json("greeting", "list", "--last", "2027-12-31")
    key = next(row["key"] for row in rows if row["kind"] == "greeting")

    assert {row["occasion"].partition(":")[0] for row in rows} == {"festival"}
    assert {row["kind"] for row in rows} == {"gift", "greeting"}
    assert customers.json("greeting", "reserve", key)["key"] == key
    assert key not in {
        row["key"] for row in customers.json("greeting", "list", "--last", "2027-12-31")
    }


def test_a_greeting_that_is_not_ahead_is_refused(customers: CommandLine) -> None:
    refused = customers("greeting", "skip", uuid4(), "--why", "x")

    assert refused.code == 1
    assert refused.told.startswith("No such greeting")
