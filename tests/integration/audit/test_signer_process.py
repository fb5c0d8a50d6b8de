"""`kezhi sign` as it is deployed, and who outside is told what it signed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.policy import default as readable
from pathlib import Path
from random import Random

import pytest
from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook

from domain.audit.notes import open_checkpoint, split_notes
from domain.eventstore.keys import KeyFileError
from domain.settings import SettingsError
from tests.integration.channels.post_office import opened
from tests.support.audits import KEY, AuditedLog
from tests.support.programs import ROOT
from tests.support.services import COMMAND
from tests.support.waiting import eventually
from workers.channels.settings import ChannelSettings
from workers.signing.bootstrap import MAIL_PAUSE, WEBHOOK_PAUSE, holders
from workers.signing.holders import Holder
from workers.signing.key_file import create_signing_key, read_signing_key
from workers.signing.settings import HolderSettings
from workers.signing.signer import Signer

SECRET = f"whsec_{b64encode(b'w' * 32).decode()}"


@contextmanager
def a_signing_process(database: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, "sign"],
        cwd=ROOT,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
            "KEZHI_DATABASE_URL": database,
            "KEZHI_DATA": str(folder),
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_a_signer_makes_its_key_signs_and_stops_when_told(
    audited: AuditedLog, tmp_path: Path
) -> None:
    with audited.as_superuser() as connection:
        connection.execute("TRUNCATE checkpoint, subtree")
    folder = tmp_path / "data"
    with a_signing_process(audited.address, folder) as process:
        eventually(lambda: audited.store.newest() is not None, within=60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0

    key_file, notes = folder / "keys" / "signing.json", folder / "checkpoints.txt"
    (note,) = split_notes(notes.read_text())
    checkpoint = open_checkpoint(note, [read_signing_key(key_file).verifier])
    assert checkpoint == audited.store.newest()
    assert checkpoint.size == audited.tree.size
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_a_signer_whose_key_is_lost_makes_no_other(audited: AuditedLog, tmp_path: Path) -> None:
    with a_signing_process(audited.address, tmp_path / "data") as process:
        _, said = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "The signing key file" in said
    assert not (tmp_path / "data" / "keys").exists()


def test_a_changed_log_is_an_alarm_and_the_process_lives_on(
    audited: AuditedLog, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "signing.json").write_text(
        f'{{"name": "{KEY.name}", "seed": "{b64encode(b"k" * 32).decode()}"}}'
    )
    with audited.as_superuser() as connection:
        connection.execute("DELETE FROM leaf WHERE position > 3")
    with a_signing_process(audited.address, folder) as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "log-changed" in line)
        assert process.poll() is None

    assert " critical log-changed " in said
    assert "a leaf is gone" in said


def signer_with(audited: AuditedLog, *told: Holder) -> Signer:
    return Signer(
        KEY,
        audited.tree,
        audited.store,
        audited.file,
        clock=lambda: audited.now,
        holders=told,
    )


def test_an_auditor_gets_a_checkpoint_a_day_by_mail(audited: AuditedLog) -> None:
    with opened() as office:
        channels = ChannelSettings.from_environment(
            {
                "KEZHI_SMTP_URL": f"smtp://127.0.0.1:{office.port}",
                "KEZHI_MAIL_FROM": "care@example.com",
            }
        )
        told = holders(HolderSettings(mail_to="auditor@example.org"), channels)
        audited.signer = signer_with(audited, *told)
        first = audited.sign()
        audited.grow(Random(9))
        audited.sign()
        sent_within_the_hour = len(office.mail)
        audited.now += MAIL_PAUSE
        audited.sign()

    assert first is not None
    assert (sent_within_the_hour, len(office.mail)) == (1, 2)
    mail = message_from_bytes(bytes(office.mail[0].content or b""), policy=readable)
    text = mail.get_content().replace("\r\n", "\n")  # type: ignore[attr-defined]
    assert mail["To"] == "auditor@example.org"
    assert open_checkpoint(text[text.index(KEY.name) :], [KEY.verifier]) == first


def test_a_webhook_is_told_and_told_again_if_it_did_not_listen(
    audited: AuditedLog, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request("/hold").respond_with_data(status=503)
    httpserver.expect_ordered_request("/hold").respond_with_data("held")
    channels = ChannelSettings(webhook_allow_http=True, webhook_allow_private=True)
    url = httpserver.url_for("/hold")
    told = holders(HolderSettings(webhook_url=url, webhook_secret=SECRET), channels)
    audited.signer = signer_with(audited, *told)
    audited.now += timedelta(days=1)
    signed = audited.sign()
    audited.sign()
    audited.grow(Random(9))
    audited.sign()

    assert signed is not None
    assert len(httpserver.log) == 2
    request = httpserver.log[1][0]
    told_of = Webhook(SECRET).verify(request.get_data(), dict(request.headers))
    assert told_of["data"]["note"] == signed.note
    assert timedelta(minutes=1) < WEBHOOK_PAUSE


def test_a_webhook_and_its_secret_belong_together(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    both = {
        "KEZHI_CHECKPOINT_WEBHOOK_URL": "https://auditor.example/hold",
        "KEZHI_CHECKPOINT_WEBHOOK_SECRET_FILE": str(tmp_path / "secret"),
    }

    assert HolderSettings.from_environment(both).webhook_secret == SECRET
    for name, value in both.items():
        with pytest.raises(SettingsError, match="belong together"):
            HolderSettings.from_environment({name: value})


@pytest.mark.parametrize(
    "content", ["", "{}", '{"name": "a b", "seed": "AAAA"}', '{"name": "a", "seed": "AAAA"}']
)
def test_a_damaged_key_file_is_told_in_two_languages(tmp_path: Path, content: str) -> None:
    (tmp_path / "signing.json").write_text(content)

    with pytest.raises(KeyFileError, match=r"is damaged[\s\S]*已损坏"):
        read_signing_key(tmp_path / "signing.json")


def test_a_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.json"

    assert create_signing_key(path).verifier == create_signing_key(path).verifier
