from __future__ import annotations

import pytest

from tests.integration.cli.conftest import CommandLine


def test_settings_are_shown_without_secrets(line: CommandLine) -> None:
    secret = "a-token-of-sixteen"

    shown = line("config", KEZHI_METRICS_TOKEN=secret)

    assert shown.code == 0
    assert secret not in shown.shown
    assert "http.metrics token: (secret)" in shown.shown
    assert line.settings["KEZHI_DATABASE_URL"] not in shown.shown


def test_a_secret_inside_of_a_setting_is_not_shown_either(line: CommandLine) -> None:
    shown = line(
        "config",
        KEZHI_SMTP_URL="smtps://care:hush-hush@mail.example.com",
        KEZHI_MAIL_FROM="care@example.com",
    )

    assert "hush-hush" not in shown.shown
    assert "channels.mail server.password: (secret)" in shown.shown
    assert "channels.mail server.host: mail.example.com" in shown.shown


def test_a_check_says_no_more_than_that_they_can_be_used(line: CommandLine) -> None:
    assert line("config", "--check").shown == "settings: ok\n"


@pytest.mark.parametrize("words", [("due",), ("rep", "list"), ("migrate",), ("config", "--check")])
def test_a_misspelt_setting_is_refused_by_every_command(
    line: CommandLine, words: tuple[str, ...]
) -> None:
    answer = line(*words, KEZHI_HTTP_PROT="8080")

    assert answer.code == 2
    assert (
        answer.told == "KEZHI_HTTP_PROT is not a setting of Kezhi; did you mean KEZHI_HTTP_PORT?\n"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEZHI_HTTP_PORT", "many"),
        ("KEZHI_SMTP_URL", "smtp://"),
        ("KEZHI_QUEUE_URL", "http://q"),
        ("KEZHI_PACES", "pigeon=20"),
        ("KEZHI_SMS_PROVIDER", "nobody"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_by_the_check(
    line: CommandLine, name: str, value: str
) -> None:
    answer = line("config", "--check", **{name: value})

    assert answer.code == 2
    assert answer.told.startswith(name)


def test_a_database_that_is_away_is_another_exit_code(line: CommandLine) -> None:
    answer = line("due", KEZHI_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    assert answer.code == 3
    assert answer.told.startswith("Server away. The database or the queue cannot be reached")


def test_a_missing_key_file_is_told_with_what_to_do(line: CommandLine) -> None:
    answer = line("due", KEZHI_MASTER_KEY_FILE=str(line.folder / "elsewhere.json"))

    assert answer.code == 2
    assert "restore it from its backup" in answer.told
