"""Settings of the HTTP server: where it listens and with how many hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from domain.settings import read

MAX_PORT = 65_535
MAX_HANDS = 256
MAX_PROXIES = 5
MAX_MESSAGES = 1_000_000
SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """How HTTP is served.

    KEZHI_HTTP_HOST: the address to listen on, by default 127.0.0.1, where only this machine and a
    TLS proxy on it get in; 0.0.0.0 in a container.
    KEZHI_HTTP_PORT: the port, by default 8000.
    KEZHI_HTTP_PROCESSES: how many processes answer, by default 2; about one per core.
    KEZHI_HTTP_THREADS: how many requests each of them answers at once, by default 16.
    KEZHI_HTTP_PROXIES: how many proxies of yours stand in front and name the client's address in
    X-Forwarded-For, by default 0; with the wrong number everybody or nobody looks like one.
    KEZHI_INTAKE_PER_ADDRESS: how many messages a public form takes from one address in an hour, by
    default 10.
    KEZHI_INTAKE_PER_FORM: how many it takes in an hour from everybody, by default 500.
    KEZHI_METRICS_TOKEN: the bearer token that /metrics asks for; without one it answers local
    addresses only.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 2
    threads: int = 16
    proxies: int = 0
    intake_per_address: int = 10
    intake_per_form: int = 500
    metrics_token: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; SettingsError says which one cannot be used."""
        return cls(
            host=read(environment, "KEZHI_HTTP_HOST", str, "127.0.0.1"),
            port=read(environment, "KEZHI_HTTP_PORT", _port, 8000),
            processes=read(environment, "KEZHI_HTTP_PROCESSES", _hands, 2),
            threads=read(environment, "KEZHI_HTTP_THREADS", _hands, 16),
            proxies=read(environment, "KEZHI_HTTP_PROXIES", _proxies, 0),
            intake_per_address=read(environment, "KEZHI_INTAKE_PER_ADDRESS", _messages, 10),
            intake_per_form=read(environment, "KEZHI_INTAKE_PER_FORM", _messages, 500),
            metrics_token=read(environment, "KEZHI_METRICS_TOKEN", _token, ""),
        )

    @property
    def address(self) -> str:
        """What the server binds to; an IPv6 address stands in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _port(text: str) -> int:
    return _between(text, 1, MAX_PORT)


def _hands(text: str) -> int:
    return _between(text, 1, MAX_HANDS)


def _proxies(text: str) -> int:
    return _between(text, 0, MAX_PROXIES)


def _messages(text: str) -> int:
    return _between(text, 1, MAX_MESSAGES)


def _between(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise ValueError(f"write a whole number from {least} to {most}")
    return int(text)


def _token(text: str) -> str:
    if len(text) < SHORTEST_TOKEN:
        raise ValueError(f"write at least {SHORTEST_TOKEN} characters")
    return text
