from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from domain.access import Principal, Role, Scope
from domain.application import CustomerCare
from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from domain.eventstore.keys import MasterKeys
from domain.provenance import Provenance
from domain.sign_in_commands import EnableSecondFactor
from tests.integration.cli.conftest import CommandLine


def test_who_works_here_is_listed_with_role_and_scope(line: CommandLine) -> None:
    rows = {row["login"]: row for row in line.json("rep", "list")}

    assert rows["zhao"]["role"] == "manager"
    assert rows["wang"]["manager_id"] == rows["zhao"]["rep_id"]


def test_a_login_that_is_taken_is_refused_in_one_sentence(line: CommandLine) -> None:
    answer = line("rep", "add", "WANG", "王大", language="zh")

    assert (answer.code, answer.told) == (1, "登录名已被使用。请换一个登录名。\n")


def test_whoever_left_can_neither_act_nor_hold_tokens(line: CommandLine) -> None:
    line.json("rep", "add", "chen", "陈敏")
    token = line.json("token", "issue", "chen", "--days", "5")

    line.json("rep", "leave", "chen", "--why", "moved away")

    assert line("due", by="chen").code == 1
    assert "chen" not in {row["login"] for row in line.json("rep", "list")}
    assert token["token"].startswith("kezhi_")


def test_nobody_leaves_before_his_customers_are_handed_over(customers: CommandLine) -> None:
    customers.json("rep", "add", "sun", "孙磊")
    customers.json("rep", "handover", "wang", "sun")

    refused = customers("rep", "leave", "sun")
    (given,) = customers.json("rep", "handovers", "sun")
    trial = customers.json("rep", "undo-handover", given["handover_id"], "--dry-run")
    told = customers.json("rep", "undo-handover", given["handover_id"], "--why", "back from leave")

    assert refused.code == 1
    assert "hand" in refused.told
    assert (given["customers"], given["customers_left"]) == (2, 2)
    assert (trial["customers"], trial["dry_run"]) == (2, True)
    assert (told["customers"], told["refused"]) == (2, 0)
    assert customers.json("rep", "leave", "sun") == {"left": "sun"}


def test_a_token_is_shown_once_listed_without_itself_and_revoked(line: CommandLine) -> None:
    issued = line.json("token", "issue", "li", "--label", "phone", "--grant", "read")

    line.json("token", "revoke", "li", issued["token_id"])

    (listed,) = line.json("token", "list", "li")
    assert (listed["label"], listed["grants"]) == ("phone", ["read"])
    assert listed["revoked_at"] is not None
    assert issued["token"] not in line("token", "list", "li").shown


def test_how_somebody_is_reminded_is_chosen_as_a_whole(line: CommandLine) -> None:
    secret = line.folder / "secret"
    secret.write_text("SEC240d7bb4\n", encoding="utf-8")
    bot = line.folder / "bot"
    bot.write_text("https://oapi.dingtalk.com/robot/send?access_token=566cc69da7\n")

    line.json(
        "rep", "notify", "li", "--no-email", "--to", "sms=138 0013 8000",
        "--to", f"dingtalk_bot=@{bot}", "--secret-file", f"dingtalk_bot={secret}",
    )  # fmt: skip
    shown = line("rep", "notifications", "li").shown

    assert "+8613800138000" in shown
    assert "DingTalk bot: https://oapi.dingtalk.com/…9da7" in shown
    assert "566cc" not in shown
    assert "SEC240" not in shown
    assert "e-mail: –" in shown

    line.json("rep", "notify", "li")
    assert "sms" not in line("rep", "notifications", "li").shown


@pytest.mark.parametrize(
    ("option", "code"),
    [
        ("carrier_pigeon=x", 2),
        ("email=li@example.com", 2),
        ("sms", 2),
        ("sms=@no/such/file", 2),
        ("sms=12", 1),
    ],
)
def test_an_address_that_is_none_is_refused(line: CommandLine, option: str, code: int) -> None:
    assert line("rep", "notify", "li", "--to", option).code == code


def test_whoever_lost_his_phone_signs_in_without_a_code_again(line: CommandLine) -> None:
    why = ("--why", "lost phone")
    nothing = line("rep", "disable-second-factor", "li", *why)
    keys = MasterKeys.read(Path(line.settings["KEZHI_MASTER_KEY_FILE"]))
    database = Database(line.settings["KEZHI_DATABASE_URL"])
    log = EventLog(database, keys)
    li = UUID(line.json("rep", "show", "li")["id"])
    command = EnableSecondFactor(rep_id=li, factor_id=li)
    principal = Principal.representative(li, role=Role.REP, scope=Scope.OWN)
    CustomerCare(log).execute(
        command,
        Provenance(principal=principal, at=datetime.now(UTC), through="page", correlation=li),
    )

    assert (nothing.code, "on record already" in nothing.told) == (1, True)
    assert line("rep", "disable-second-factor", "li").code == 2
    line.json("rep", "disable-second-factor", "li", *why)
    assert log.get(li).second_factor_id is None
    database.close()
