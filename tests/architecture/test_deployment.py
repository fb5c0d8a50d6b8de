from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from api.settings import HttpSettings
from domain.eventstore.keys import MasterKeys
from domain.eventstore.settings import StoreSettings
from domain.settings import Environment
from workers.settings import QueueSettings
from workers.signing.key_file import read_signing_key
from workers.signing.settings import HolderSettings

ROOT = Path(__file__).parents[2]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "kezhi"]


def make_secrets(folder: Path) -> subprocess.CompletedProcess[str]:
    make = ["make", "--no-print-directory", "--file", str(ROOT / "Makefile"), "secrets"]
    return subprocess.run(make, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", OURS)
def test_a_deployed_process_gets_settings_it_knows(name: str) -> None:
    environment = Environment(SERVICES[name]["environment"])
    store = StoreSettings.from_environment(environment)
    queue = QueueSettings.from_environment(environment)
    HttpSettings.from_environment(environment)
    HolderSettings.from_environment(environment)

    environment.refuse_unknown()
    assert not store.is_embedded
    assert not queue.is_embedded or name == "signer"


def test_every_deployed_process_but_the_first_says_how_it_is() -> None:
    assert {name for name in SERVICES if "test" not in SERVICES[name]["healthcheck"]} == {"migrate"}


def test_the_deployed_api_listens_where_its_port_is_published() -> None:
    http = HttpSettings.from_environment(SERVICES["api"]["environment"])

    assert SERVICES["api"]["ports"] == [f"127.0.0.1:8000:{http.port}"]
    assert http.host == "0.0.0.0"  # noqa: S104 - inside a container this is the only way in


def test_made_secrets_can_be_used_and_are_never_replaced(tmp_path: Path) -> None:
    made = make_secrets(tmp_path)
    keys = MasterKeys.read(tmp_path / "secrets" / "master_key")
    again = make_secrets(tmp_path)

    assert made.returncode == 0, made.stderr
    assert again.returncode != 0
    assert MasterKeys.read(tmp_path / "secrets" / "master_key") == keys
    passwords = {
        (tmp_path / "secrets" / f"{role}_password").read_text().strip()
        for role in ("database", "service", "signer")
    }
    assert [len(password) for password in passwords] == [32] * 3
    assert read_signing_key(tmp_path / "secrets" / "signing_key").name.startswith("kezhi/log-")


def test_nobody_but_the_first_process_knows_the_owner_of_the_log() -> None:
    knowing = {name: secret_sources(name) for name in OURS}

    assert {name for name in OURS if "database_password" in knowing[name]} == {"migrate"}
    assert {name for name in OURS if "signing_key" in knowing[name]} == {"signer"}
    assert "master_key" not in knowing["signer"]


def secret_sources(name: str) -> set[str]:
    return {s if isinstance(s, str) else s["source"] for s in SERVICES[name]["secrets"]}


def test_whoever_erases_can_write_down_whom_and_everybody_else_reads_it() -> None:
    for name in set(OURS) - {"signer"}:
        assert SERVICES[name]["volumes"] == ["erasures:/erasures"], name
        assert SERVICES[name]["environment"]["KEZHI_ERASURE_REGISTER"] == "/erasures/erasures.txt"
