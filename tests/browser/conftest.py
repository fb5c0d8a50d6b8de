from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browsers import Visitor, a_browser
from tests.support.servers import a_folder_for_servers
from tests.support.services import Service, a_free_port, a_service


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    with a_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def service_folder() -> Iterator[Path]:
    """Where the service of these tests keeps its data."""
    with a_folder_for_servers() as folder:
        yield folder


@pytest.fixture(scope="session")
def service(service_folder: Path) -> Iterator[Service]:
    """The whole of Kezhi with the demonstration data, as `make run` starts it."""
    with a_service(service_folder, a_free_port()) as service:
        yield service


@pytest.fixture(scope="session")
def tokens(service_folder: Path, service: Service) -> dict[str, str]:
    """Login to token, of everybody in the demonstration data."""
    del service  # which has written them
    (file,) = service_folder.glob("demo*.json")
    return {login["login"]: login["token"] for login in json.loads(file.read_text("utf-8"))}


@pytest.fixture
def a_visitor(browser: Browser, service: Service) -> Iterator[Callable[..., Visitor]]:
    """Lends people with browsers of their own; none of their pages may have complained."""
    visitors: list[Visitor] = []

    def comes(**looks: object) -> Visitor:
        visitors.append(Visitor(browser, service.address, **looks))  # type: ignore[arg-type]
        return visitors[-1]

    yield comes
    for visitor in visitors:
        visitor.leaves()
        assert visitor.complaints == []
