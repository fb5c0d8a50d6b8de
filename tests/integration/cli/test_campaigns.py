from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta

from domain.channel import Channel
from domain.eventstore.database import Database
from tests.integration.cli.conftest import CommandLine
from workers.ways_out import WaysOut, WaysOutTable

WORDS = ("Floors", "They are here, {{name}}")
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

    amended = customers.json("campaign", "amend", campaign, "--title", "新地板", "--en", *WORDS,
                             "--grade", "A")  # fmt: skip
    fewer = customers.json("campaign", "audience", campaign)["count"]
    again = customers("campaign", "amend", campaign, "--title", "新地板")

    assert (amended["title"], amended["version"]) == ("新地板", planned["version"] + 1)
    assert 0 < fewer < count
    english = customers.json("campaign", "preview", campaign, "麒麟", "--in", "en")
    assert english["subject"] == WORDS[0]
    assert customers.json("campaign", "preview", campaign, "麒麟", "--in", "zh") == read
    assert again.code == 1
    customers.json("campaign", "amend", campaign, "--everybody")
    assert customers.json("campaign", "audience", campaign)["count"] == count
    assert planned["state"] == "planned"
    assert count > 0
    assert read["subject"] == "新品"
    assert refused.told.startswith("Not by its author")
    assert customers.json("campaign", "results", campaign)["audience"] == 0
    assert customers.json("campaign", "cancel", campaign, "--why", "x")["state"] == "cancelled"
    assert customers.json("campaign", "list")[0]["state"] == "cancelled"


def test_a_channel_that_is_not_set_up_is_named_and_whoever_approves_is_warned(
    customers: CommandLine,
) -> None:
    with closing(Database(customers.settings["KEZHI_DATABASE_URL"])) as database:
        WaysOutTable(database).tell(WaysOut({Channel.EMAIL: None}))
    campaign = customers.json(
        "campaign", "plan", "橡木地板", "--zh", *ZH, "--en", *EN,
        "--first", str(TODAY - timedelta(days=1)), "--last", LAST,
    )["campaign_id"]  # fmt: skip
    listed = {row["channel"]: row["is_set_up"] for row in customers.json("channels")}
    looked = customers("campaign", "audience", campaign)
    approved = customers("campaign", "approve", campaign, by="zhao")

    assert (listed["email"], listed["sms"], listed["webhook"]) == (True, False, False)
    assert any(line.split()[:2] == ["SMS", "no"] for line in customers("channels").lines)
    assert approved.code == 0
    assert looked.told == approved.told
    assert looked.told.startswith("Nothing gets out by SMS; ")


def test_guests_are_invited_and_counted(customers: CommandLine) -> None:
    begins = f"{TODAY + timedelta(days=2)}T14:00"
    later = f"{TODAY + timedelta(days=3)}T14:00"
    party = customers.json(
        "activity", "plan", "答谢会", "--kind", "party", "--at", begins, "--place", "上海",
        "--capacity", "1",
    )["activity_id"]  # fmt: skip
    moved = customers.json("activity", "amend", party, "--at", later, "--capacity", "2")
    back = customers.json("activity", "amend", party, "--at", begins)
    assert (moved["places_left"], back["places_left"]) == (2, 2)
    assert moved["starts_at"] > back["starts_at"]
    nobody = customers("activity", "invite", party, "--tag", "nobody has it")
    customers.json("activity", "invite", party, "麒麟")
    comes = customers.json("activity", "answer", party, "麒麟", "yes")
    early = customers("activity", "attended", party, "麒麟")
    rows = customers.json("activity", "results", party, "--each")

    # An option says whom it means; none of them is passed over.
    assert nobody.code == 1
    assert comes["state"] == "accepted"
    assert early.code == 1
    assert [row["state"] for row in rows] == ["accepted"]
    assert customers.json("activity", "list")[0]["seated_count"] == 1
    assert "接受: 1" in customers("--language", "zh", "activity", "results", party).shown
    assert customers.json("activity", "cancel", party, "--why", "场地有变")["is_cancelled"]
