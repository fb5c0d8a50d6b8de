from __future__ import annotations

import pytest

from api.settings import HttpSettings
from domain.settings import SettingsError


def test_without_variables_only_this_machine_gets_in() -> None:
    settings = HttpSettings.from_environment({})

    assert settings.address == "127.0.0.1:8000"
    assert (settings.processes, settings.threads, settings.metrics_token) == (2, 16, "")


def test_an_ipv6_address_is_bound_in_brackets() -> None:
    settings = HttpSettings.from_environment({"KEZHI_HTTP_HOST": "::1", "KEZHI_HTTP_PORT": "80"})

    assert settings.address == "[::1]:80"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEZHI_HTTP_PORT", "0"),
        ("KEZHI_HTTP_PORT", "65536"),
        ("KEZHI_HTTP_PORT", "８０"),
        ("KEZHI_HTTP_PORT", "1" * 5000),
        ("KEZHI_HTTP_PROCESSES", "-1"),
        ("KEZHI_HTTP_THREADS", "many"),
        ("KEZHI_METRICS_TOKEN", "short"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named_without_its_value(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        HttpSettings.from_environment({name: value})

    assert f"{value!r}" not in str(caught.value)
