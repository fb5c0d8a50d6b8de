from __future__ import annotations

from datetime import date, timedelta

from tests.integration.cli.conftest import CommandLine

ZH, EN = ("新品", "{{name}}，您好！"), ("New", "Dear {{name}}")
TODAY = date.today()  # noqa: DTZ011 - days may differ by one from the company's
LAST = str(TODAY + timedelta(days=9))


def test_a_campaign_is_planned_looked_at_approved_and_counted(customers: CommandLine) -> None:
    planned = customers.json(
        "campaign", "plan", "橡木地板", "--zh", *ZH, "--en", *EN,
        "--first", str(TODAY - timedelta(days=1)), "--last", LAST,
    )  # fmt: skip
    campaign = planned["campaign_id"]
    count = customers.json("campaign", "audience", campaign)["count"]
    read = customers.json("campaign", "preview", campaign, "麒麟", "--in", "zh")
    refused = customers("campaign", "approve", campaign)

    assert planned["state"] == "planned"
    assert count > 0
    assert read["subject"] == "新品"
    assert refused.told.startswith("Not by its author")
    assert customers.json("campaign", "results", campaign)["audience"] == 0
    assert customers.json("campaign", "cancel", campaign, "--why", "x")["state"] == "cancelled"
    assert customers.json("campaign", "list")[0]["state"] == "cancelled"


def test_guests_are_invited_and_counted(customers: CommandLine) -> None:
    begins = f"{TODAY + timedelta(days=2)}T14:00"
    party = customers.json(
        "activity", "plan", "答谢会", "--kind", "party", "--at", begins, "--place", "上海",
        "--capacity", "1",
    )["activity_id"]  # fmt: skip
    customers.json("activity", "invite", party, "麒麟")
    comes = customers.json("activity", "answer", party, "麒麟", "yes")
    early = customers("activity", "attended", party, "麒麟")
    rows = customers.json("activity", "results", party, "--each")

    assert comes["state"] == "accepted"
    assert early.code == 1
    assert [row["state"] for row in rows] == ["accepted"]
    assert customers.json("activity", "list")[0]["seated_count"] == 1
    assert customers.json("activity", "cancel", party, "--why", "场地有变")["is_cancelled"]
