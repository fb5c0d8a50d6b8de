from __future__ import annotations

from pathlib import Path

import pytest

from domain.eventstore.settings import StoreSettings
from domain.settings import Environment, SettingsError, read


def test_everything_has_a_default_in_the_data_folder() -> None:
    settings = StoreSettings.from_environment({"KEZHI_DATA": "/var/kezhi"})

    assert settings.is_embedded
    assert settings.data_folder == Path("/var/kezhi")
    assert settings.master_key_file == Path("/var/kezhi/keys/master.json")
    assert StoreSettings.from_environment({}).data_folder == Path.home() / ".local/share/kezhi"


def test_a_relative_folder_stays_the_same_when_the_process_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = StoreSettings.from_environment({"KEZHI_DATA": "data"})

    assert settings.data_folder == tmp_path / "data"


def test_a_database_elsewhere_is_used_and_its_password_never_shown() -> None:
    url = "postgresql://kezhi:s3cret@db.example/care"
    settings = StoreSettings.from_environment({"KEZHI_DATABASE_URL": url})

    assert settings.database_url == url
    assert not settings.is_embedded
    assert "s3cret" not in repr(settings)


def test_an_address_that_is_none_is_refused_without_repeating_it() -> None:
    with pytest.raises(SettingsError, match="KEZHI_DATABASE_URL cannot be used") as refusal:
        StoreSettings.from_environment({"KEZHI_DATABASE_URL": "my db with s3cret"})

    assert "s3cret" not in str(refusal.value)


def test_an_empty_setting_is_an_unset_one() -> None:
    assert read({"KEZHI_PORT": "  "}, "KEZHI_PORT", int, 8000) == 8000


def test_a_misspelt_name_is_refused_with_the_right_one() -> None:
    environment = Environment({"KEZHI_DATABSE_URL": "postgresql:///care", "PATH": "/bin"})
    StoreSettings.from_environment(environment)

    with pytest.raises(SettingsError, match=r"KEZHI_DATABSE_URL.*did you mean KEZHI_DATABASE_URL"):
        environment.refuse_unknown()


def test_names_that_were_asked_for_pass_and_so_do_those_of_others() -> None:
    environment = Environment({"KEZHI_DATA": "/var/kezhi", "PATH": "/bin"})
    StoreSettings.from_environment(environment)

    environment.refuse_unknown()
