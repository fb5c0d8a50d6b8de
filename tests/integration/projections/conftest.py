from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from threading import Event, Thread

import pytest

from projections.projector import Projector
from projections.read_model import ReadModel
from tests.support import event_logs
from tests.support.care import Company, a_company


@pytest.fixture
def company(database: str) -> Iterator[Company]:
    """A company at work, with its own event log."""
    with a_company(database) as company:
        yield company


@pytest.fixture
def spoil(database: str) -> Callable[[int], None]:
    """Change one byte of the event at a position, past the service."""
    return partial(event_logs.spoil, database)


@pytest.fixture
def live(company: Company) -> Iterator[Callable[..., None]]:
    """Have a projector follow the log in a thread, feeding the read models it is given."""
    stop, threads = Event(), []

    def live(*read_models: type[ReadModel]) -> None:
        company.project(*read_models)
        projector = Projector(company.log, company.database, read_models)
        threads.append(Thread(target=projector.run, args=(stop,)))
        threads[-1].start()

    yield live
    stop.set()
    for thread in threads:
        thread.join()
